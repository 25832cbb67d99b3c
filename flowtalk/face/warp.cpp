#include "flowtalk/face/warp.h"

#include <Eigen/Geometry>
#include <Eigen/LU>

#include "flowtalk/base/error.h"

namespace flowtalk::face {
namespace {

using builtin::Vec;
Eigen::Vector3d wide(Vec v) { return {double{v.x}, double{v.y}, double{v.z}}; }
Vec narrow(const Eigen::Vector3d& v) {
  return {static_cast<float>(v.x()), static_cast<float>(v.y()), static_cast<float>(v.z())};
}

}  // namespace

struct Warp::State {
  Eigen::Matrix3Xd from;
  Eigen::MatrixX3d weights;    // of the distances, then 1, x, y, z
  Eigen::Matrix3d similarity;  // rotation times scale
};

Warp::Warp(const std::vector<PointPair>& pairs) {
  const auto n = static_cast<Eigen::Index>(pairs.size());
  FT_CHECK(n >= 4, "{} pairs", n);
  State state{Eigen::Matrix3Xd(3, n), {}, {}};
  Eigen::Matrix3Xd to(3, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    state.from.col(i) = wide(pairs[static_cast<size_t>(i)].from);
    to.col(i) = wide(pairs[static_cast<size_t>(i)].to);
  }
  Eigen::MatrixXd system = Eigen::MatrixXd::Zero(n + 4, n + 4);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      system(i, j) = (state.from.col(i) - state.from.col(j)).norm();
    }
    system(i, n) = system(n, i) = 1;
    for (Eigen::Index k = 0; k < 3; ++k) {
      system(i, n + 1 + k) = system(n + 1 + k, i) = state.from(k, i);
    }
  }
  Eigen::MatrixX3d wanted = Eigen::MatrixX3d::Zero(n + 4, 3);
  wanted.topRows(n) = to.transpose();
  state.weights = system.partialPivLu().solve(wanted);
  state.similarity = Eigen::umeyama(state.from, to, true).topLeftCorner<3, 3>();
  state_ = std::make_unique<const State>(std::move(state));
}

Warp::~Warp() = default;

Vec Warp::operator()(Vec p) const {
  const Eigen::Index n = state_->from.cols();
  const Eigen::Vector3d at = wide(p);
  Eigen::Vector3d sum = state_->weights.row(n).transpose();
  for (Eigen::Index k = 0; k < 3; ++k) {
    sum += at[k] * state_->weights.row(n + 1 + k).transpose();
  }
  for (Eigen::Index i = 0; i < n; ++i) {
    sum += (at - state_->from.col(i)).norm() * state_->weights.row(i).transpose();
  }
  return narrow(sum);
}

Vec Warp::turned(Vec direction) const { return narrow(state_->similarity * wide(direction)); }

Vec Warp::turned_back(Vec direction) const {
  return narrow(state_->similarity.inverse() * wide(direction));
}

}  // namespace flowtalk::face
