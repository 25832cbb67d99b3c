// Test harness: round trip, and log-determinant against the determinant of the numeric Jacobian.
#pragma once

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "flowtalk/base/rng.h"
#include "flowtalk/flow/flow_step.h"
#include "flowtalk/ops/native.h"

namespace flowtalk::flow {

inline tensor::Tensor random_tensor(const tensor::Shape& shape, uint64_t seed, float sd = 1) {
  tensor::Tensor x(shape);
  Rng rng(seed);
  for (float& v : x.values()) v = sd * static_cast<float>(rng.normal());
  return x;
}

// forward: x -> FlowOutput, inverse: y -> x; x (1, T, C) small.
template <class Forward, class Inverse>
void check_invertible(Forward&& forward, Inverse&& inverse, const tensor::Tensor& x,
                      double tolerance = 1e-4) {
  const auto y = forward(x);
  const tensor::Tensor back = inverse(y.value);
  ASSERT_EQ(back.size(), x.size());
  for (int64_t i = 0; i < x.size(); ++i) EXPECT_NEAR(back[i], x[i], tolerance);

  const int64_t n = x.size();
  Eigen::MatrixXd jacobian(n, n);
  constexpr float kStep = 1e-2f;
  for (int64_t j = 0; j < n; ++j) {
    tensor::Tensor up = x.clone(), down = x.clone();
    up[j] += kStep;
    down[j] -= kStep;
    const tensor::Tensor a = forward(up).value, b = forward(down).value;
    for (int64_t i = 0; i < n; ++i) {
      jacobian(i, j) = (static_cast<double>(a[i]) - static_cast<double>(b[i])) / (2.0 * kStep);
    }
  }
  // A constant log-determinant comes as one value per clip and counts for every frame.
  double log_det = 0;
  for (const float v : y.log_det.values()) log_det += v;
  if (y.log_det.size() == 1) log_det *= static_cast<double>(x.dim(1));
  EXPECT_NEAR(log_det, std::log(std::abs(jacobian.determinant())), 2e-2);
}

}  // namespace flowtalk::flow
