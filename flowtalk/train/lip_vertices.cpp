#include "flowtalk/train/lip_vertices.h"

#include <algorithm>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::train {
namespace {

constexpr float kMillimetres = 1000;
constexpr size_t kMostVertices = 80;

// At most `most` of the ids, evenly spread over the list.
std::vector<uint32_t> every_nth(const std::vector<uint32_t>& ids, size_t most) {
  std::vector<uint32_t> result;
  const size_t step = (ids.size() + most - 1) / most;
  for (size_t i = 0; i < ids.size(); i += step) result.push_back(ids[i]);
  return result;
}

// R - I of an axis-angle rotation (B, T, 3), row by row: (B, T, 9).
torch::Tensor jaw_feature(const torch::Tensor& jaw) {
  const torch::Tensor angle = torch::sqrt((jaw * jaw).sum(-1, true) + 1e-12);
  const torch::Tensor axis = jaw / angle, zero = torch::zeros_like(angle);
  const torch::Tensor x = axis.narrow(-1, 0, 1), y = axis.narrow(-1, 1, 1),
                      z = axis.narrow(-1, 2, 1);
  const torch::Tensor k = torch::cat({zero, -z, y, z, zero, -x, -y, x, zero}, -1)
                              .reshape({jaw.size(0), jaw.size(1), 3, 3});
  const torch::Tensor a = angle.unsqueeze(-1);
  return (k * torch::sin(a) + torch::matmul(k, k) * (1 - torch::cos(a))).flatten(2);
}

}  // namespace

LipVertices::LipVertices(const face::Face& face, torch::Device device) {
  if (face.regions.lips.empty() || face.lips.upper.empty()) {
    fail("{}: its lips are not known; give a FLAME file of the published topology", face.name);
  }
  std::vector<uint32_t>& ids = ids_;
  ids = every_nth(face.regions.lips, kMostVertices);
  region_count_ = static_cast<int64_t>(ids.size());
  pair_count_ = static_cast<int64_t>(face.lips.upper.size());
  ids.insert(ids.end(), face.lips.upper.begin(), face.lips.upper.end());
  ids.insert(ids.end(), face.lips.lower.begin(), face.lips.lower.end());
  const auto n = static_cast<int64_t>(ids.size());
  const int64_t live = motion::kLiveExpression,
                known = std::min(live, face.expression_basis.dim(0));
  torch::Tensor rest = torch::empty({n, 3}), basis = torch::zeros({live, n, 3}),
                weight = torch::empty({n, 1}), joint = torch::zeros({3});
  for (int64_t i = 0; i < n; ++i) {
    const auto v = static_cast<int64_t>(ids[static_cast<size_t>(i)]);
    weight[i][0] = face.skinning[v * flame::kJoints + flame::kJawJoint];
    for (int64_t d = 0; d < 3; ++d) {
      rest[i][d] = face.rest[v * 3 + d] * kMillimetres;
      for (int64_t e = 0; e < known; ++e) {
        basis[e][i][d] =
            face.expression_basis[(e * face.vertex_count() + v) * 3 + d] * kMillimetres;
      }
    }
  }
  for (int64_t v = 0; v < face.vertex_count(); ++v) {
    const float share = face.joint_regressor[flame::kJawJoint * face.vertex_count() + v];
    for (int64_t d = 0; d < 3; ++d) joint[d] += share * face.rest[v * 3 + d] * kMillimetres;
  }
  rest_ = rest.to(device);
  basis_ = basis.reshape({live, n * 3}).to(device);
  jaw_weight_ = weight.to(device);
  jaw_joint_ = joint.to(device);
  if (face.axes == motion::Axes::kFlame) take_corrections(face, device);
}

void LipVertices::take_corrections(const face::Face& face, torch::Device device) {
  const int64_t n = rest_.size(0), count = face.vertex_count();
  if (!face.pose_basis.empty()) {
    constexpr int64_t kFirstRow = 9 * (flame::kJawJoint - 1);  // joint 0 has no rows
    torch::Tensor basis = torch::empty({9, n, 3});
    auto to = basis.accessor<float, 3>();
    for (int64_t k = 0; k < 9; ++k) {
      for (int64_t i = 0; i < n; ++i) {
        const auto v = static_cast<int64_t>(ids_[static_cast<size_t>(i)]);
        for (int64_t d = 0; d < 3; ++d) {
          to[k][i][d] = face.pose_basis[((kFirstRow + k) * count + v) * 3 + d] * kMillimetres;
        }
      }
    }
    pose_basis_ = basis.reshape({9, n * 3}).to(device);
  }
  const int64_t known = std::min(motion::kLiveExpression, face.expression_basis.dim(0));
  torch::Tensor moved = torch::zeros({motion::kLiveExpression, 3}, torch::kFloat64);
  auto to = moved.accessor<double, 2>();
  for (int64_t v = 0; v < count; ++v) {
    const float share = face.joint_regressor[flame::kJawJoint * count + v];
    for (int64_t e = 0; e < known && share != 0; ++e) {
      for (int64_t d = 0; d < 3; ++d) {
        to[e][d] += double{share} * double{face.expression_basis[(e * count + v) * 3 + d]};
      }
    }
  }
  if (!moved.any().item<bool>()) return;
  joint_basis_ = (moved * kMillimetres).to(torch::kFloat32).to(device);
}

torch::Tensor LipVertices::positions(const torch::Tensor& motion) const {
  const int64_t b = motion.size(0), t = motion.size(1), n = rest_.size(0);
  const torch::Tensor expression = motion.narrow(2, 0, motion::kLiveExpression);
  const torch::Tensor jaw = motion.narrow(2, motion::kJawAt, flame::kJaw);
  torch::Tensor posed = torch::matmul(expression, basis_).reshape({b, t, n, 3}) + rest_;
  if (pose_basis_.defined()) {
    posed = posed + torch::matmul(jaw_feature(jaw), pose_basis_).reshape({b, t, n, 3});
  }
  torch::Tensor joint = jaw_joint_;
  if (joint_basis_.defined()) {
    joint = joint + torch::matmul(expression, joint_basis_).unsqueeze(2);
  }
  const torch::Tensor arm = posed - joint;
  const torch::Tensor angle = torch::sqrt((jaw * jaw).sum(-1, true) + 1e-12).unsqueeze(2);
  const torch::Tensor axis = (jaw.unsqueeze(2) / angle).expand_as(arm);
  const torch::Tensor cosine = torch::cos(angle);
  const torch::Tensor turned = arm * cosine + torch::cross(axis, arm, 3) * torch::sin(angle) +
                               axis * (axis * arm).sum(3, true) * (1 - cosine);
  return posed + jaw_weight_ * (turned - arm);
}

torch::Tensor LipVertices::gap(const torch::Tensor& positions) const {
  const torch::Tensor upper = positions.narrow(2, region_count_, pair_count_).select(3, 1);
  const torch::Tensor lower =
      positions.narrow(2, region_count_ + pair_count_, pair_count_).select(3, 1);
  return (upper - lower).mean(-1);
}

torch::Tensor LipVertices::region(const torch::Tensor& positions) const {
  return positions.narrow(2, 0, region_count_);
}

Summand lip_vertex_error(const torch::Tensor& predicted, const torch::Tensor& truth,
                         const torch::Tensor& mask) {
  const torch::Tensor squares = (predicted - truth).pow(2).sum(-1);
  return masked(std::get<0>(squares.max(-1)), mask);
}

}  // namespace flowtalk::train
