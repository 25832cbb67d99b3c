#include "flowtalk/tensor/onednn_weights.h"

#include <omp.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <map>
#include <mutex>
#include <oneapi/dnnl/dnnl.hpp>
#include <string_view>
#include <vector>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::tensor {
namespace {

using dnnl::memory;

constexpr int64_t kMostRows = 64;            // of one call to a kernel
constexpr int64_t kPanelFloats = 128 << 10;  // a panel of weights stays in the second-level cache
constexpr auto kF32 = memory::data_type::f32;
constexpr auto kRowMajor = memory::format_tag::ab;

// oneDNN takes as many threads as OpenMP would give it when a kernel is made and when it runs.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

dnnl::stream& stream() {
  thread_local dnnl::stream own(engine());
  return own;
}

int64_t columns_of_panel(int64_t depth, int64_t columns) {
  const int64_t fitting = kPanelFloats / std::max<int64_t>(1, depth) / 64 * 64;
  return std::min(columns, std::clamp<int64_t>(fitting, 64, 512));
}

struct Kernel {
  int64_t rows, depth, columns;
  auto operator<=>(const Kernel&) const = default;
};

dnnl::matmul::primitive_desc describe(const Kernel& k, const memory::desc& weights) {
  const memory::desc a({k.rows, k.depth}, kF32, kRowMajor), bias({1, k.columns}, kF32, kRowMajor);
  const memory::desc out({k.rows, k.columns}, kF32, kRowMajor);
  dnnl::primitive_attr attributes;
  // The library's own scratch memory belongs to the thread that made the kernel.
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
#if DNNL_VERSION_MAJOR >= 3
  return {engine(), a, weights, bias, out, attributes};
#else
  return {dnnl::matmul::desc(a, weights, bias, out), attributes, engine()};
#endif
}

// The layout that the kernel for many rows asks for; those for few rows take the same.
memory::desc panel_layout(int64_t depth, int64_t columns) {
  const memory::desc any({depth, columns}, kF32, memory::format_tag::any);
  return describe({kMostRows, depth, columns}, any).weights_desc();
}

// Is there a packed kernel for every number of rows, and none of the slow stand-ins that oneDNN
// falls back to in silence?
bool has_kernels(int64_t depth, int64_t columns) {
  const OneThread one;
  try {
    const memory::desc layout = panel_layout(depth, columns);
    for (int64_t rows = 1; rows <= kMostRows; rows *= 2) {
      const auto description = describe({rows, depth, columns}, layout);
      if (!std::string_view(description.impl_info_str()).starts_with("brg")) return false;
    }
  } catch (const dnnl::error&) {
    return false;  // none at all
  }
  return true;
}

bool has_known_kernels(int64_t depth, int64_t columns) {
  static std::mutex mutex;
  static std::map<std::pair<int64_t, int64_t>, bool> known;
  const std::lock_guard lock(mutex);
  const auto [found, fresh] = known.try_emplace({depth, columns}, false);
  if (fresh) found->second = has_kernels(depth, columns);
  return found->second;
}

struct Made {
  dnnl::matmul run;
  memory::desc scratch;
};

const Made& kernel(const Kernel& key, const memory::desc& weights) {
  static std::mutex mutex;
  static std::map<Kernel, Made> all;
  const std::lock_guard lock(mutex);
  auto found = all.find(key);
  if (found == all.end()) {
    const auto description = describe(key, weights);
    Made made{dnnl::matmul(description), description.scratchpad_desc()};
    found = all.emplace(key, std::move(made)).first;
  }
  return found->second;
}

}  // namespace

struct OnednnWeights::State {
  int64_t depth = 0, columns = 0;
  struct Panel {
    memory::desc layout;
    Tensor data;
    int64_t columns = 0;
  };
  std::vector<Panel> panels;
  std::vector<float> no_bias;
};

bool OnednnWeights::usable(int64_t depth, int64_t columns) {
  const int64_t width = columns_of_panel(depth, columns), last = columns % width;
  return has_known_kernels(depth, width) && (last == 0 || has_known_kernels(depth, last));
}

OnednnWeights::OnednnWeights(const float* source, int64_t depth, int64_t columns,
                             int64_t depth_stride, int64_t column_stride, ThreadPool* pool)
    : state_(std::make_unique<State>()) {
  state_->depth = depth;
  state_->columns = columns;
  const int64_t width = columns_of_panel(depth, columns);
  state_->no_bias.resize(static_cast<size_t>(width));
  state_->panels.resize(static_cast<size_t>((columns + width - 1) / width));
  const auto fill = [&](int64_t p) {
    const OneThread one;
    State::Panel& panel = state_->panels[static_cast<size_t>(p)];
    const int64_t first = p * width, valid = std::min(width, columns - first);
    panel.columns = valid;
    panel.layout = panel_layout(depth, valid);
    panel.data = Tensor({static_cast<int64_t>(panel.layout.get_size() / sizeof(float))});
    const memory::desc plain({depth, valid}, kF32, memory::dims{depth_stride, column_stride});
    memory from(plain, engine(), const_cast<float*>(source + first * column_stride));
    memory to(panel.layout, engine(), panel.data.data());
    dnnl::reorder(from, to).execute(stream(), from, to);
    stream().wait();
  };
  const auto count = static_cast<int64_t>(state_->panels.size());
  if (pool != nullptr && count > 1) {
    pool->parallel_for(count, fill);
  } else {
    for (int64_t p = 0; p < count; ++p) fill(p);
  }
}

OnednnWeights::~OnednnWeights() = default;

int64_t OnednnWeights::panel_columns() const {
  return columns_of_panel(state_->depth, state_->columns);
}

void OnednnWeights::multiply(int64_t panel, const float* a, int64_t rows, const float* bias,
                             float* out, int64_t out_stride) const {
  const OneThread one;
  const State::Panel& b = state_->panels[static_cast<size_t>(panel)];
  const int64_t columns = b.columns, depth = state_->depth;
  const bool direct = out_stride == columns;  // the kernels write rows without gaps
  thread_local std::vector<float> copy;
  thread_local std::vector<std::byte> scratch;
  if (!direct) copy.resize(static_cast<size_t>(kMostRows * columns));
  const memory weights(b.layout, engine(), const_cast<float*>(b.data.data()));
  const memory bias_row({{1, columns}, kF32, kRowMajor}, engine(),
                        const_cast<float*>(bias == nullptr ? state_->no_bias.data() : bias));
  while (rows > 0) {  // in powers of two, so that few kernels serve every number of rows
    const auto part =
        std::min(kMostRows, static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(rows))));
    float* to = direct ? out : copy.data();
    const Made& made = kernel({part, depth, columns}, b.layout);
    scratch.resize(std::max(scratch.size(), made.scratch.get_size()));
    made.run.execute(
        stream(),
        {{DNNL_ARG_SRC, memory({{part, depth}, kF32, kRowMajor}, engine(), const_cast<float*>(a))},
         {DNNL_ARG_WEIGHTS, weights},
         {DNNL_ARG_BIAS, bias_row},
         {DNNL_ARG_SCRATCHPAD, memory(made.scratch, engine(), scratch.data())},
         {DNNL_ARG_DST, memory({{part, columns}, kF32, kRowMajor}, engine(), to)}});
    stream().wait();
    for (int64_t r = 0; !direct && r < part; ++r) {
      std::copy_n(to + r * columns, columns, out + r * out_stride);
    }
    rows -= part;
    a += part * depth;
    out += part * out_stride;
  }
}

}  // namespace flowtalk::tensor
