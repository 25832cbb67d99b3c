// The plain form of each op: naive loops in double precision. What NativeOps and any other backend
// is compared with in tests.
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/ops/ops.h"

namespace flowtalk::ops::reference {

using tensor::Tensor;

// (..., K) (N, K) [bias (N) or empty] -> (..., N)
inline Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const int64_t n = weight.dim(0), k = weight.dim(1);
  Shape shape = x.shape();
  shape.back() = n;
  Tensor y(shape);
  for (int64_t row = 0; row < x.size() / k; ++row) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = bias.empty() ? 0.0 : static_cast<double>(bias[j]);
      for (int64_t i = 0; i < k; ++i) {
        sum += static_cast<double>(x[row * k + i]) * static_cast<double>(weight[j * k + i]);
      }
      y[row * n + j] = static_cast<float>(sum);
    }
  }
  return y;
}

// (P, M, K) (P, K, N) -> (P, M, N)
inline Tensor matmul(const Tensor& a, const Tensor& b) {
  const int64_t products = a.dim(0), m = a.dim(1), k = a.dim(2), n = b.dim(2);
  Tensor y({products, m, n});
  for (int64_t p = 0; p < products; ++p) {
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (int64_t l = 0; l < k; ++l) {
          sum += static_cast<double>(a[(p * m + i) * k + l]) *
                 static_cast<double>(b[(p * k + l) * n + j]);
        }
        y[(p * m + i) * n + j] = static_cast<float>(sum);
      }
    }
  }
  return y;
}

// (B, T, C) (N, C/groups, k) [bias (N) or empty] -> (B, T', N)
inline Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                     const ConvOptions& o) {
  const int64_t batch = x.dim(0), frames = x.dim(1), channels = x.dim(2);
  const int64_t n = weight.dim(0), depth = weight.dim(1), taps = weight.dim(2);
  const int64_t out = (frames + o.left + o.right - o.dilation * (taps - 1) - 1) / o.stride + 1;
  Tensor y({batch, out, n});
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t t = 0; t < out; ++t) {
      for (int64_t j = 0; j < n; ++j) {
        const int64_t first = j / (n / o.groups) * depth;
        double sum = bias.empty() ? 0.0 : static_cast<double>(bias[j]);
        for (int64_t k = 0; k < taps; ++k) {
          const int64_t at = t * o.stride + k * o.dilation - o.left;
          if (at < 0 || at >= frames) continue;
          for (int64_t c = 0; c < depth; ++c) {
            sum += static_cast<double>(x[(b * frames + at) * channels + first + c]) *
                   static_cast<double>(weight[(j * depth + c) * taps + k]);
          }
        }
        y[(b * out + t) * n + j] = static_cast<float>(sum);
      }
    }
  }
  return y;
}

// gates (B, T, 3H), weight (3H, H), bias (3H) -> (B, T, H)
inline Tensor gru(const Tensor& gates, const Tensor& weight, const Tensor& bias) {
  const int64_t frames = gates.dim(1), n = weight.dim(1);
  Tensor y({gates.dim(0), frames, n});
  const auto logistic = [](double x) { return 1 / (1 + std::exp(-x)); };
  for (int64_t b = 0; b < gates.dim(0); ++b) {
    std::vector<double> h(static_cast<size_t>(n), 0.0), said(static_cast<size_t>(3 * n));
    for (int64_t t = 0; t < frames; ++t) {
      for (int64_t j = 0; j < 3 * n; ++j) {
        double sum = static_cast<double>(bias[j]);
        for (int64_t i = 0; i < n; ++i) {
          sum += static_cast<double>(weight[j * n + i]) * h[static_cast<size_t>(i)];
        }
        said[static_cast<size_t>(j)] = sum;
      }
      for (int64_t i = 0; i < n; ++i) {
        const auto gate = [&](int64_t part) {
          return static_cast<double>(gates[((b * frames + t) * 3 + part) * n + i]);
        };
        const auto own = [&](int64_t part) { return said[static_cast<size_t>(part * n + i)]; };
        const double reset = logistic(gate(0) + own(0)), update = logistic(gate(1) + own(1));
        const double candidate = std::tanh(gate(2) + reset * own(2));
        double& state = h[static_cast<size_t>(i)];
        state = (1 - update) * candidate + update * state;
        y[(b * frames + t) * n + i] = static_cast<float>(state);
      }
    }
  }
  return y;
}

// Two operands broadcast as in numpy: right-aligned, sizes of 1 repeat.
inline Tensor binary(const Tensor& a, const Tensor& b,
                     const std::function<double(double, double)>& f) {
  const int64_t rank = std::max(a.rank(), b.rank());
  Shape shape(static_cast<size_t>(rank));
  const auto size_of = [&](const Tensor& x, int64_t axis) {
    const int64_t own = axis - (rank - x.rank());
    return own < 0 ? int64_t{1} : x.dim(own);
  };
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t size_a = size_of(a, i), size_b = size_of(b, i);
    FT_CHECK(size_a == size_b || size_a == 1 || size_b == 1, "axis {}", i);
    shape[static_cast<size_t>(i)] = size_a == 1 ? size_b : size_a;
  }
  Tensor y(shape);
  for (int64_t flat = 0; flat < y.size(); ++flat) {
    int64_t rest = flat, at_a = 0, at_b = 0, step_a = 1, step_b = 1;
    for (int64_t i = rank; i-- > 0;) {
      const int64_t index = rest % shape[static_cast<size_t>(i)];
      rest /= shape[static_cast<size_t>(i)];
      at_a += (size_of(a, i) == 1 ? 0 : index) * step_a;
      at_b += (size_of(b, i) == 1 ? 0 : index) * step_b;
      step_a *= size_of(a, i);
      step_b *= size_of(b, i);
    }
    y[flat] = static_cast<float>(f(static_cast<double>(a[at_a]), static_cast<double>(b[at_b])));
  }
  return y;
}

inline double gelu(double x) { return 0.5 * x * std::erfc(-x / std::numbers::sqrt2); }
inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
inline double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

}  // namespace flowtalk::ops::reference
