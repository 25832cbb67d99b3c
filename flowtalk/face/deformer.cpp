#include <algorithm>
#include <cmath>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/face/face.h"

namespace flowtalk::face {
namespace {

using Vector = std::array<float, 3>;

// y += a * x over n floats.
void add_scaled(float a, const float* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] += a * x[i];
}

// Adds those rows of `basis` (K, n) whose coefficient is not zero.
void add_basis(const tensor::Tensor& basis, std::span<const float> coefficients, float* out) {
  const int64_t n = basis.dim(1);
  for (size_t k = 0; k < coefficients.size(); ++k) {
    const float c = coefficients[k];
    if (c != 0.0f) add_scaled(c, basis.data() + static_cast<int64_t>(k) * n, out, n);
  }
}

// Rodrigues' formula: axis-angle to a row-major rotation matrix.
std::array<float, 9> rotation(const Vector& v) {
  const float angle = std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  if (angle < 1e-8f) return {1, -v[2], v[1], v[2], 1, -v[0], -v[1], v[0], 1};
  const float x = v[0] / angle, y = v[1] / angle, z = v[2] / angle;
  const float s = std::sin(angle), c = std::cos(angle), d = 1 - c;
  return {c + d * x * x,     d * x * y - s * z, d * x * z + s * y, d * x * y + s * z, c + d * y * y,
          d * y * z - s * x, d * x * z - s * y, d * y * z + s * x, c + d * z * z};
}

// x -> r x + t
struct Rigid {
  std::array<float, 9> r{1, 0, 0, 0, 1, 0, 0, 0, 1};
  Vector t{};
};

Rigid operator*(const Rigid& a, const Rigid& b) {  // first b, then a
  Rigid c;
  for (size_t i = 0; i < 3; ++i) {
    c.t[i] = a.t[i];
    for (size_t k = 0; k < 3; ++k) {
      c.t[i] += a.r[3 * i + k] * b.t[k];
      c.r[3 * i + k] = 0;
      for (size_t j = 0; j < 3; ++j) c.r[3 * i + k] += a.r[3 * i + j] * b.r[3 * j + k];
    }
  }
  return c;
}

// A rotation about a point: x -> R (x - p) + p.
Rigid about(const std::array<float, 9>& r, const Vector& p) {
  Rigid m{r, p};
  for (size_t i = 0; i < 3; ++i) {
    m.t[i] -= r[3 * i] * p[0] + r[3 * i + 1] * p[1] + r[3 * i + 2] * p[2];
  }
  return m;
}

using Pose = std::array<Vector, flame::kJoints>;

// Root, neck, jaw, eyes: each joint turns what hangs below it.
std::array<Rigid, flame::kJoints> chain(const std::array<int, flame::kJoints>& parents,
                                        const std::array<Vector, flame::kJoints>& joints,
                                        const Pose& pose) {
  std::array<Rigid, flame::kJoints> world;
  for (size_t j = 0; j < joints.size(); ++j) {
    const Rigid local = about(rotation(pose[j]), joints[j]);
    world[j] = parents[j] < 0 ? local : world[static_cast<size_t>(parents[j])] * local;
  }
  return world;
}

bool is_identity(const Pose& pose) {
  for (const Vector& v : pose) {
    if (v[0] != 0 || v[1] != 0 || v[2] != 0) return false;
  }
  return true;
}

// Linear blend skinning in place: v <- sum_j w_vj (R_j v + t_j).
void skin(const tensor::Tensor& skinning, const std::array<Rigid, flame::kJoints>& world,
          float* out) {
  const int64_t count = skinning.dim(0), joints = skinning.dim(1);
  for (int64_t v = 0; v < count; ++v) {
    const float* w = skinning.data() + v * joints;
    std::array<float, 12> m{};
    for (int64_t j = 0; j < joints; ++j) {
      const Rigid& g = world[static_cast<size_t>(j)];
      for (size_t k = 0; k < 9; ++k) m[k] += w[j] * g.r[k];
      for (size_t k = 0; k < 3; ++k) m[9 + k] += w[j] * g.t[k];
    }
    float* p = out + 3 * v;
    const float x = p[0], y = p[1], z = p[2];
    for (size_t k = 0; k < 3; ++k)
      p[k] = m[3 * k] * x + m[3 * k + 1] * y + m[3 * k + 2] * z + m[9 + k];
  }
}

// R - I of joints 1..4, the coefficients of the pose correctives.
std::array<float, 36> pose_feature(const Pose& pose) {
  std::array<float, 36> f{};
  for (size_t j = 1; j < pose.size(); ++j) {
    const std::array<float, 9> r = rotation(pose[j]);
    for (size_t k = 0; k < 9; ++k) f[9 * (j - 1) + k] = r[k] - (k % 4 == 0 ? 1.0f : 0.0f);
  }
  return f;
}

}  // namespace

FaceFrame frame_of_row(std::span<const float> row) {
  const auto width = static_cast<int64_t>(row.size());
  FaceFrame frame;
  if (width == flame::kMotion) {
    frame.expression = row.first(flame::kLiveExpression);
  } else if (width == flame::kNarrow || width == flame::kWide) {
    frame.shape = row.first(flame::kShape);
    frame.expression = row.subspan(flame::kShape, row.size() - flame::kShape - flame::kJaw);
  } else {
    fail("a frame of face parameters holds 53, 353 or 403 values, got {}", width);
  }
  const std::span<const float> jaw = row.last(flame::kJaw);
  frame.jaw = {jaw[0], jaw[1], jaw[2]};
  return frame;
}

Deformer::Deformer(const Face& face, std::span<const float> shape)
    : face_(&face), identity_(face.rest.clone()) {
  FT_CHECK(face.skinning.dim(1) == flame::kJoints && face.joint_regressor.dim(0) == flame::kJoints,
           "a face has {} joints", flame::kJoints);
  FT_CHECK(static_cast<int64_t>(shape.size()) <= flame::kShape, "shape {}", shape.size());
  const size_t known = face.shape_basis.empty() ? 0 : static_cast<size_t>(face.shape_basis.dim(0));
  add_basis(face.shape_basis, shape.first(std::min(shape.size(), known)), identity_.data());
  const int64_t count = face.vertex_count();
  constexpr int64_t kGap = 24;  // zeros worth skipping
  for (int64_t axis = 0; axis < face.expression_basis.dim(0); ++axis) {
    const float* row = face.expression_basis.data() + axis * count * 3;
    std::vector<Run>& runs = expression_runs_.emplace_back();
    for (int64_t i = 0; i < count * 3; ++i) {
      if (row[i] == 0.0f) continue;
      if (runs.empty() || i > runs.back().end + kGap) runs.push_back({i, i});
      runs.back().end = i + 1;
    }
  }
  for (int64_t j = 0; j < flame::kJoints; ++j) {
    const float* w = face.joint_regressor.data() + j * count;
    std::array<double, 3> sum{};
    for (int64_t v = 0; v < count; ++v) {
      if (w[v] == 0.0f) continue;
      for (int64_t k = 0; k < 3; ++k) {
        sum[static_cast<size_t>(k)] += double{w[v]} * double{identity_[3 * v + k]};
      }
    }
    for (size_t k = 0; k < 3; ++k) joints_[static_cast<size_t>(j)][k] = static_cast<float>(sum[k]);
  }
}

void Deformer::vertices(const FaceFrame& frame, std::span<float> out) const {
  FT_CHECK(static_cast<int64_t>(out.size()) == identity_.size(), "room for {} floats, got {}",
           identity_.size(), out.size());
  std::copy(identity_.values().begin(), identity_.values().end(), out.begin());
  // The wide files hold 100 coefficients; a face that knows 50 takes the first 50.
  const size_t given = std::min(frame.expression.size(), expression_runs_.size());
  for (size_t axis = 0; axis < given; ++axis) {
    const float c = frame.expression[axis];
    if (c == 0.0f) continue;
    const float* row =
        face_->expression_basis.data() + static_cast<int64_t>(axis) * identity_.size();
    for (const Run& run : expression_runs_[axis]) {
      add_scaled(c, row + run.begin, out.data() + run.begin, run.end - run.begin);
    }
  }
  const Pose pose{frame.root, frame.neck, frame.jaw, frame.left_eye, frame.right_eye};
  if (is_identity(pose)) return;
  if (!face_->pose_basis.empty()) {
    const std::array<float, 36> feature = pose_feature(pose);
    add_basis(face_->pose_basis, feature, out.data());
  }
  skin(face_->skinning, chain(face_->parents, joints_, pose), out.data());
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

}  // namespace flowtalk::face
