#include "flowtalk/face/reference.h"

#include <algorithm>

namespace flowtalk::face {
namespace {

// Coefficients beyond the rows of the basis have nothing to move.
void add_basis(const tensor::Tensor& basis, std::span<const float> coefficients,
               std::vector<double>& out) {
  const size_t rows = basis.empty() ? 0 : static_cast<size_t>(basis.dim(0));
  for (size_t k = 0; k < std::min(rows, coefficients.size()); ++k) {
    const float* row = basis.data() + k * out.size();
    for (size_t i = 0; i < out.size(); ++i) out[i] += double{coefficients[k]} * double{row[i]};
  }
}

Joints joints_of(const Face& face, const std::vector<double>& vertices) {
  Joints joints{};
  const int64_t count = face.vertex_count();
  for (size_t j = 0; j < joints.size(); ++j) {
    const float* weight = face.joint_regressor.data() + static_cast<int64_t>(j) * count;
    for (size_t i = 0; i < vertices.size(); ++i) joints[j][i % 3] += weight[i / 3] * vertices[i];
  }
  return joints;
}

}  // namespace

PosedFace pose_plainly(const Face& face, const FaceFrame& frame) {
  PosedFace posed;
  std::vector<double>& v = posed.vertices;
  v.assign(face.rest.values().begin(), face.rest.values().end());
  add_basis(face.shape_basis, frame.shape, v);
  add_basis(face.expression_basis, frame.expression, v);
  const Joints joints = joints_of(face, v);
  const Rotations turned = rotations(frame);
  const auto world = chain(face.parents, joints, turned);
  for (size_t j = 0; j < joints.size(); ++j) posed.joints[j] = move(world[j], joints[j]);
  add_basis(face.pose_basis, pose_feature(turned), v);
  for (size_t i = 0; i < v.size(); i += 3) {
    const float* weight = face.skinning.data() + static_cast<int64_t>(i / 3) * flame::kJoints;
    const Vector3 p{v[i], v[i + 1], v[i + 2]};
    Vector3 sum{};
    for (size_t j = 0; j < joints.size(); ++j) {
      const Vector3 moved = move(world[j], p);
      for (size_t k = 0; k < 3; ++k) sum[k] += double{weight[j]} * moved[k];
    }
    for (size_t k = 0; k < 3; ++k) v[i + k] = sum[k] + double{frame.translation[k]};
  }
  return posed;
}

}  // namespace flowtalk::face
