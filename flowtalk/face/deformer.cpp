#include <algorithm>
#include <cmath>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/face/deform_tile.h"
#include "flowtalk/face/face.h"
#include "flowtalk/face/pose.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::face {
namespace {

constexpr int64_t kBatch = 64;        // frames that share one pass over the basis
constexpr int64_t kLeastGroups = 16;  // vertex groups worth another thread

const DeformTable& tiles() {
  static const DeformTable& chosen = []() -> const DeformTable& {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("fma")) return deform_avx512();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return deform_avx2();
#endif
    return deform_generic();
  }();
  return chosen;
}

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

size_t rows_of(const tensor::Tensor& basis) {
  return basis.empty() ? 0 : static_cast<size_t>(basis.dim(0));
}

}  // namespace

// The basis, cut into groups of neighbouring vertices. Its rows are: live shape, expression, pose.
struct Deformer::State {
  struct Group {
    size_t basis = 0;            // offset into `packed`
    std::vector<uint16_t> rows;  // those that move a vertex of the group
    uint32_t joints = 0;         // bit per joint
  };

  const Face& face;
  LiveShape live;
  size_t shapes = 0, expressions = 0, poses = 0;
  tensor::Tensor identity;  // (V, 3) rest plus folded shape
  std::vector<Group> groups;
  std::vector<float> packed;  // per group: its rows of (3, lanes)
  std::vector<float> still;   // per group: rest (3, lanes), weights (J, lanes), their sum
  Joints joints{};            // of the identity
  std::vector<std::array<double, 3 * flame::kJoints>> joint_rows;  // how live rows move them

  State(const Face& f, std::span<const float> shape, LiveShape l);
  size_t rows() const { return shapes + expressions + poses; }
  size_t still_size() const {
    return static_cast<size_t>(3 + flame::kJoints + 1) * static_cast<size_t>(tiles().lanes);
  }
  const float* row(size_t r) const;
  std::array<double, 3 * flame::kJoints> regress(const float* vertices) const;
  void pack_group(size_t index);
  Joints joints_of(const FaceFrame& frame) const;
  FrameMotion motion_of(const FaceFrame& frame, const Rotations& turned) const;
  void deform(std::span<const FaceFrame> frames, size_t first_group, size_t last_group,
              float* out) const;
};

const float* Deformer::State::row(size_t r) const {
  const auto values = static_cast<size_t>(identity.size());
  if (r < shapes) return face.shape_basis.data() + r * values;
  r -= shapes;
  if (r < expressions) return face.expression_basis.data() + r * values;
  return face.pose_basis.data() + (r - expressions) * values;
}

std::array<double, 3 * flame::kJoints> Deformer::State::regress(const float* vertices) const {
  std::array<double, 3 * flame::kJoints> sum{};
  const int64_t count = face.vertex_count();
  for (int64_t j = 0; j < flame::kJoints; ++j) {
    const float* weight = face.joint_regressor.data() + j * count;
    for (int64_t v = 0; v < count; ++v) {
      if (weight[v] == 0.0f) continue;
      for (int64_t k = 0; k < 3; ++k) {
        sum[static_cast<size_t>(3 * j + k)] += double{weight[v]} * double{vertices[3 * v + k]};
      }
    }
  }
  return sum;
}

Deformer::State::State(const Face& f, std::span<const float> shape, LiveShape l)
    : face(f),
      live(l),
      shapes(l == LiveShape::kYes ? rows_of(f.shape_basis) : 0),
      expressions(rows_of(f.expression_basis)),
      poses(rows_of(f.pose_basis)),
      identity(f.rest.clone()) {
  FT_CHECK(f.skinning.dim(1) == flame::kJoints && f.joint_regressor.dim(0) == flame::kJoints,
           "a face has {} joints", flame::kJoints);
  FT_CHECK(rows() < 0x10000, "{} basis rows", rows());
  for (size_t k = 0; k < std::min(shape.size(), rows_of(f.shape_basis)); ++k) {
    const float* from = f.shape_basis.data() + static_cast<int64_t>(k) * identity.size();
    for (int64_t i = 0; i < identity.size() && shape[k] != 0; ++i)
      identity[i] += shape[k] * from[i];
  }
  const auto at_rest = regress(identity.data());
  for (size_t i = 0; i < at_rest.size(); ++i) joints[i / 3][i % 3] = at_rest[i];
  for (size_t r = 0; r < shapes + expressions; ++r) joint_rows.push_back(regress(row(r)));
  groups.resize(static_cast<size_t>(ceil_div(face.vertex_count(), tiles().lanes)));
  still.assign(groups.size() * still_size(), 0.0f);
  for (size_t g = 0; g < groups.size(); ++g) pack_group(g);
}

void Deformer::State::pack_group(size_t index) {
  const auto lanes = static_cast<size_t>(tiles().lanes), first = index * lanes;
  const size_t count = std::min(lanes, static_cast<size_t>(face.vertex_count()) - first);
  Group& group = groups[index];
  group.basis = packed.size();
  const auto spread = [&](const float* from, float* to) {  // x y z x y z -> x x, y y, z z
    for (size_t i = 0; i < 3 * count; ++i) to[i % 3 * lanes + i / 3] = from[3 * first + i];
  };
  for (size_t r = 0; r < rows(); ++r) {
    const float* from = row(r);
    if (std::all_of(from + 3 * first, from + 3 * (first + count), [](float x) { return x == 0; })) {
      continue;
    }
    group.rows.push_back(static_cast<uint16_t>(r));
    packed.resize(packed.size() + 3 * lanes, 0.0f);
    spread(from, packed.data() + packed.size() - 3 * lanes);
  }
  float* to = still.data() + index * still_size();
  spread(identity.data(), to);
  float* weights = to + 3 * lanes;
  for (size_t v = 0; v < count; ++v) {
    double sum = 0;
    for (size_t j = 0; j < flame::kJoints; ++j) {
      const float weight = face.skinning.data()[(first + v) * flame::kJoints + j];
      weights[j * lanes + v] = weight;
      sum += weight;
      if (weight != 0) group.joints |= 1u << j;
    }
    weights[flame::kJoints * lanes + v] = static_cast<float>(sum);
  }
}

Joints Deformer::State::joints_of(const FaceFrame& frame) const {
  Joints at = joints;
  const auto add = [&](std::span<const float> coefficients, size_t first, size_t known) {
    for (size_t k = 0; k < std::min(known, coefficients.size()); ++k) {
      if (coefficients[k] == 0) continue;
      const auto& by = joint_rows[first + k];
      for (size_t i = 0; i < by.size(); ++i) at[i / 3][i % 3] += double{coefficients[k]} * by[i];
    }
  };
  add(frame.shape, 0, shapes);
  add(frame.expression, shapes, expressions);
  return at;
}

FrameMotion Deformer::State::motion_of(const FaceFrame& frame, const Rotations& turned) const {
  FrameMotion motion;
  motion.translation = frame.translation;
  const auto world = chain(face.parents, joints_of(frame), turned);
  for (size_t j = 0; j < world.size(); ++j) {
    FrameMotion::Change& change = motion.joint[j];
    bool moves = false;
    for (size_t k = 0; k < 9; ++k) {
      change.matrix[k] = static_cast<float>(world[j].r[k] - (k % 4 == 0 ? 1.0 : 0.0));
      moves |= change.matrix[k] != 0;
    }
    for (size_t k = 0; k < 3; ++k) {
      change.shift[k] = static_cast<float>(world[j].t[k]);
      moves |= change.shift[k] != 0;
    }
    if (moves) motion.moving |= 1u << j;
  }
  return motion;
}

// At most kBatch frames, some of the groups.
void Deformer::State::deform(std::span<const FaceFrame> frames, size_t first_group,
                             size_t last_group, float* out) const {
  const DeformTable& table = tiles();
  const auto lanes = static_cast<size_t>(table.lanes), full = static_cast<size_t>(table.frames);
  const size_t tile_count = (frames.size() + full - 1) / full, tile_size = rows() * full;
  std::vector<float> coefficients(tile_count * tile_size, 0.0f);
  std::vector<FrameMotion> motions;
  std::vector<uint8_t> used(rows(), 0);
  for (size_t f = 0; f < frames.size(); ++f) {
    const FaceFrame& frame = frames[f];
    FT_CHECK(live == LiveShape::kYes || frame.shape.empty(),
             "a frame with a shape for a deformer without live shape");
    const Rotations turned = rotations(frame);
    motions.push_back(motion_of(frame, turned));
    float* column = coefficients.data() + f / full * tile_size + f % full;
    const auto put = [&](std::span<const float> values, size_t first, size_t known) {
      for (size_t k = 0; k < std::min(known, values.size()); ++k) {
        column[(first + k) * full] = values[k];
        if (values[k] != 0) used[first + k] = 1;
      }
    };
    put(frame.shape, 0, shapes);
    put(frame.expression, shapes, expressions);
    put(pose_feature(turned), shapes + expressions, poses);
  }
  const auto values = static_cast<size_t>(identity.size());
  std::vector<RowPair> pairs;
  std::vector<float> spare(3 * lanes * full);
  for (size_t g = first_group; g < last_group; ++g) {
    const Group& group = groups[g];
    pairs.clear();
    for (size_t i = 0; i < group.rows.size(); ++i) {
      if (!used[group.rows[i]]) continue;
      pairs.push_back(
          {static_cast<uint32_t>(3 * lanes * i), static_cast<uint32_t>(group.rows[i] * full)});
    }
    const float* still_part = still.data() + g * still_size();
    const size_t begin = 3 * lanes * g, count = std::min(3 * lanes, values - begin);
    const bool whole = count == 3 * lanes;
    for (size_t t = 0; t < tile_count; ++t) {
      const size_t first = t * full, tile_frames = std::min(full, frames.size() - first);
      float* to = out + first * values + begin;
      table.tile[tile_frames - 1]({.rest = still_part,
                                   .basis = packed.data() + group.basis,
                                   .rows = pairs.data(),
                                   .row_count = pairs.size(),
                                   .coefficients = coefficients.data() + t * tile_size,
                                   .weights = still_part + 3 * lanes,
                                   .weight_sum = still_part + (3 + flame::kJoints) * lanes,
                                   .joints = group.joints,
                                   .motions = motions.data() + first,
                                   .out = whole ? to : spare.data(),
                                   .out_stride = static_cast<int64_t>(whole ? values : 3 * lanes)});
      for (size_t f = 0; f < tile_frames && !whole; ++f) {
        std::copy_n(spare.data() + f * 3 * lanes, count, to + f * values);
      }
    }
  }
}

Deformer::Deformer(const Face& face, std::span<const float> shape, LiveShape live)
    : state_(std::make_shared<State>(face, shape, live)) {}
Deformer::~Deformer() = default;
Deformer::Deformer(const Deformer&) = default;
Deformer& Deformer::operator=(const Deformer&) = default;

const Face& Deformer::face() const { return state_->face; }
bool Deformer::has_live_shape() const { return state_->live == LiveShape::kYes; }

void Deformer::vertices(const FaceFrame& frame, std::span<float> out) const {
  FT_CHECK(static_cast<int64_t>(out.size()) == state_->identity.size(),
           "room for {} floats, got {}", state_->identity.size(), out.size());
  state_->deform({&frame, 1}, 0, state_->groups.size(), out.data());
}

void Deformer::vertices(std::span<const FaceFrame> frames, std::span<float> out,
                        ThreadPool& pool) const {
  const State& s = *state_;
  const auto count = static_cast<int64_t>(frames.size());
  FT_CHECK(static_cast<int64_t>(out.size()) == count * s.identity.size(),
           "room for {} frames of {} floats, got {}", count, s.identity.size(), out.size());
  const int64_t batches = ceil_div(count, kBatch), groups = static_cast<int64_t>(s.groups.size());
  const int64_t wanted = ceil_div(2 * pool.threads(), std::max<int64_t>(1, batches));
  const int64_t parts = std::clamp<int64_t>(groups / kLeastGroups, 1, wanted);
  pool.parallel_for(batches * parts, [&](int64_t i) {
    const int64_t first = i / parts * kBatch, part = i % parts;
    s.deform(frames.subspan(static_cast<size_t>(first),
                            static_cast<size_t>(std::min(kBatch, count - first))),
             static_cast<size_t>(groups * part / parts),
             static_cast<size_t>(groups * (part + 1) / parts),
             out.data() + first * s.identity.size());
  });
}

std::array<std::array<float, 3>, flame::kJoints> Deformer::joints(const FaceFrame& frame) const {
  const Joints at_rest = state_->joints_of(frame);
  const auto world = chain(state_->face.parents, at_rest, rotations(frame));
  std::array<std::array<float, 3>, flame::kJoints> out{};
  for (size_t j = 0; j < out.size(); ++j) {
    const Vector3 at = move(world[j], at_rest[j]);
    for (size_t k = 0; k < 3; ++k) out[j][k] = static_cast<float>(at[k]);
  }
  return out;
}

float lip_gap(const Face& face, std::span<const float> vertices) {
  const LipLandmarks& lips = face.lips;
  FT_CHECK(!lips.upper.empty() && lips.upper.size() == lips.lower.size(), "lip pairs {} / {}",
           lips.upper.size(), lips.lower.size());
  float sum = 0;
  for (size_t i = 0; i < lips.upper.size(); ++i) {
    sum += vertices[3 * lips.upper[i] + 1] - vertices[3 * lips.lower[i] + 1];
  }
  return sum / static_cast<float>(lips.upper.size());
}

FaceFrame frame_of(const motion::Motion& motion, int64_t t, const Deformer& deformer) {
  FaceFrame frame = frame_of(motion, t);
  if (!deformer.has_live_shape()) frame.shape = {};
  return frame;
}

}  // namespace flowtalk::face
