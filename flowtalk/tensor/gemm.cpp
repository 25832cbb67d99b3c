#include "flowtalk/tensor/gemm.h"

#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/tensor/gemm_tile.h"

namespace flowtalk::tensor {
namespace {

constexpr int64_t kBlockRows = 64;
constexpr int64_t kBlockWork = 1 << 21;  // multiply-adds of one share of work, about 25 us
constexpr int64_t kMaxPanelWidth = kTileVectors * 16;
// Below this many multiply-adds, waking another thread costs more than it saves.
constexpr int64_t kWorthSharing = 1 << 20;

struct Choice {
  const char* name;
  const TileTable* tiles;
};

const Choice& choice() {
  static const Choice chosen = []() -> Choice {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma")) {
      return {"avx512", &avx512_tiles()};
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
      return {"avx2", &avx2_tiles()};
    }
#endif
    return {"generic", &generic_tiles()};
  }();
  return chosen;
}

int64_t full_width() { return kTileVectors * choice().tiles->lanes; }
int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Rows [begin, end) of one product against one panel.
void multiply_panel(const Product& p, int64_t begin, int64_t end, int64_t panel) {
  const TileTable& tiles = *choice().tiles;
  const int64_t width = p.b->panel_width(panel), column = panel * full_width();
  const int64_t valid = std::min(width, p.b->columns() - column);
  const ByteWeights* const bytes = p.b->bytes();
  const auto* tile = p.b->has_halves() ? tiles.half_tile : bytes ? tiles.byte_tile : tiles.tile;
  const auto vectors = static_cast<size_t>(width / tiles.lanes);
  alignas(64) float bias[kMaxPanelWidth] = {};
  alignas(64) float spare[kMaxTileRows * kMaxPanelWidth];
  TileArgs t{.a = nullptr,
             .row_stride = p.row_stride,
             .taps = p.taps,
             .tap_stride = p.tap_stride,
             .depth = p.depth,
             .b = p.b->panel(panel),
             .bias = nullptr,
             .out = nullptr,
             .out_stride = p.out_stride,
             .steps = bytes ? bytes->steps : Steps{}};
  if (p.bias != nullptr) {
    std::copy_n(p.bias + column, valid, bias);
    t.bias = bias;
  }
  const int64_t count = ceil_div(end - begin, tiles.rows);
  for (int64_t i = 0; i < count; ++i) {  // tiles of nearly equal height
    const int64_t row = begin + (end - begin) * i / count;
    const int64_t rows = begin + (end - begin) * (i + 1) / count - row;
    float* out = p.out + row * p.out_stride + column;
    t.a = p.a + row * p.row_stride;
    t.out = valid == width ? out : spare;
    t.out_stride = valid == width ? p.out_stride : kMaxPanelWidth;
    tile[rows - 1][vectors - 1](t);
    if (valid == width) continue;
    for (int64_t r = 0; r < rows; ++r) {
      std::copy_n(spare + r * kMaxPanelWidth, valid, out + r * p.out_stride);
    }
  }
}

// Rows without gaps, as oneDNN wants them: the caller's own, or a copy.
const float* dense_rows(const Product& p, int64_t begin, int64_t end, std::vector<float>& copy) {
  const float* from = p.a + begin * p.row_stride;
  if (p.taps == 1 && p.row_stride == p.depth) return from;
  copy.resize(static_cast<size_t>((end - begin) * p.taps * p.depth));
  float* to = copy.data();
  for (int64_t i = begin; i < end; ++i, from += p.row_stride) {
    for (int64_t tap = 0; tap < p.taps; ++tap) {
      to = std::copy_n(from + tap * p.tap_stride, p.depth, to);
    }
  }
  return copy.data();
}

// Rows [begin, end) of one product against panels [first, last).
void multiply_block(const Product& p, int64_t begin, int64_t end, int64_t first, int64_t last) {
  const OnednnWeights* library = p.b->onednn();
  if (library == nullptr) {
    for (int64_t panel = first; panel < last; ++panel) multiply_panel(p, begin, end, panel);
    return;
  }
  thread_local std::vector<float> copy;
  const float* a = dense_rows(p, begin, end, copy);
  for (int64_t panel = first; panel < last; ++panel) {
    const int64_t column = panel * library->panel_columns();
    library->multiply(panel, a, end - begin, p.bias == nullptr ? nullptr : p.bias + column,
                      p.out + begin * p.out_stride + column, p.out_stride);
  }
}

}  // namespace

const char* instruction_set() { return choice().name; }

int64_t PackedMatrix::panel_columns() const {
  return onednn_ == nullptr ? full_width() : onednn_->panel_columns();
}

int64_t PackedMatrix::panels() const { return ceil_div(columns_, panel_columns()); }

int64_t PackedMatrix::panel_width(int64_t index) const {
  const int64_t lanes = choice().tiles->lanes;
  return std::min(full_width(), ceil_div(columns_ - index * full_width(), lanes) * lanes);
}

const void* PackedMatrix::panel(int64_t index) const {
  const int64_t at = index * full_width() * depth_;
  if (halves_ != nullptr) return halves_->data() + at;
  if (bytes_ != nullptr) return bytes_->values.data() + at;
  return data_.data() + at;
}

PackedMatrix::PackedMatrix(int64_t depth, int64_t columns) : depth_(depth), columns_(columns) {
  const int64_t lanes = choice().tiles->lanes;
  data_ = Tensor({depth * ceil_div(columns, lanes) * lanes});
}

void PackedMatrix::fill(const float* source, int64_t depth_stride, int64_t column_stride) {
  for (int64_t p = 0; p < panels(); ++p) {
    fill_panel(p, source + p * full_width() * column_stride, depth_stride, column_stride);
  }
}

PackedMatrix::PackedMatrix(const float* source, int64_t depth, int64_t columns,
                           int64_t depth_stride, int64_t column_stride, ThreadPool* pool)
    : PackedMatrix(depth, columns) {
  if (pool == nullptr || data_.size() <= kWorthSharing / 4) {
    fill(source, depth_stride, column_stride);
  } else {
    pool->parallel_for(panels(), [&](int64_t p) {
      fill_panel(p, source + p * full_width() * column_stride, depth_stride, column_stride);
    });
  }
}

PackedMatrix PackedMatrix::of_weights(const float* source, int64_t depth, int64_t columns,
                                      int64_t depth_stride, int64_t column_stride,
                                      ThreadPool* pool) {
  const bool halves = may_be_halves(source, depth, depth_stride);
  const bool steps =
      choice().tiles->byte_tile[0][0] != nullptr && may_be_steps(source, depth, depth_stride);
  const bool library = depth * columns >= kWorthLibrary && OnednnWeights::usable(depth, columns);
  PackedMatrix result;
  if (halves || steps || !library) {
    result = PackedMatrix(source, depth, columns, depth_stride, column_stride, pool);
    if (halves) result.keep_halves(pool);
    if (steps && !result.data_.empty()) result.keep_steps();
    if (result.data_.empty() || !library) return result;
  }
  result = {};
  result.depth_ = depth;
  result.columns_ = columns;
  result.onednn_ = std::make_shared<const OnednnWeights>(source, depth, columns, depth_stride,
                                                         column_stride, pool);
  return result;
}

void PackedMatrix::keep_halves(ThreadPool* pool) {
  auto halves = to_halves(data_.values(), pool);
  if (!halves) return;
  halves_ = std::make_shared<const std::vector<Half>>(*std::move(halves));
  data_ = {};
}

void PackedMatrix::keep_steps() {
  auto bytes = to_steps(data_.values());
  if (!bytes) return;
  bytes_ = std::make_shared<const ByteWeights>(*std::move(bytes));
  data_ = {};
}

void PackedMatrix::fill_panel(int64_t index, const float* from, int64_t depth_stride,
                              int64_t column_stride) {
  const int64_t width = panel_width(index), first = index * full_width();
  const int64_t valid = std::min(width, columns_ - first);
  float* to = data_.data() + first * depth_;
  if (column_stride == 1) {
    for (int64_t k = 0; k < depth_; ++k) {
      std::copy_n(from + k * depth_stride, valid, to + k * width);
      std::fill(to + k * width + valid, to + (k + 1) * width, 0.0f);
    }
    return;
  }
  constexpr int64_t kStrip = 16;  // reads a cache line of each column at a time
  for (int64_t begin = 0; begin < depth_; begin += kStrip) {
    const int64_t end = std::min(depth_, begin + kStrip);
    for (int64_t n = 0; n < valid; ++n) {
      const float* column = from + n * column_stride;
      for (int64_t k = begin; k < end; ++k) to[k * width + n] = column[k * depth_stride];
    }
    for (int64_t k = begin; k < end; ++k)
      std::fill(to + k * width + valid, to + (k + 1) * width, 0.0f);
  }
}

void multiply(const Product& p) {
  for (int64_t row = 0; row < p.rows; row += kBlockRows) {
    const int64_t end = std::min(p.rows, row + kBlockRows);
    multiply_block(p, row, end, 0, p.b->panels());
  }
}

void multiply(std::span<const Product> products, ThreadPool& pool) {
  struct Block {
    const Product* product;
    int64_t row, panel, panel_end;
  };
  RecycledVector<Block> blocks;
  int64_t work = 0;
  for (const Product& p : products) {
    const int64_t depth = p.b->depth(), panels = p.b->panels();
    FT_CHECK(p.taps * p.depth == depth, "{} taps of {} against depth {}", p.taps, p.depth, depth);
    work += p.rows * depth * p.b->columns();
    const int64_t panel_work = kBlockRows * p.b->panel_columns() * std::max<int64_t>(1, depth);
    // Many rows that must be copied together first: once for all panels.
    const bool whole = p.b->onednn() != nullptr && p.rows > 8 * kBlockRows;
    const int64_t step = whole ? panels : std::max<int64_t>(1, kBlockWork / panel_work);
    for (int64_t row = 0; row < p.rows; row += kBlockRows) {
      for (int64_t panel = 0; panel < panels; panel += step) {
        blocks.push_back({&p, row, panel, std::min(panels, panel + step)});
      }
    }
  }
  const auto run = [&](int64_t i) {
    const Block& block = blocks[static_cast<size_t>(i)];
    const int64_t row_end = std::min(block.product->rows, block.row + kBlockRows);
    multiply_block(*block.product, block.row, row_end, block.panel, block.panel_end);
  };
  const auto count = static_cast<int64_t>(blocks.size());
  if (work < kWorthSharing) {
    for (int64_t i = 0; i < count; ++i) run(i);
  } else {
    pool.parallel_for(count, run);
  }
}

}  // namespace flowtalk::tensor
