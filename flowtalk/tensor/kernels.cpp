#include "flowtalk/tensor/kernels.h"

#include <bit>
#include <cmath>
#include <limits>

// One function body, several instruction sets. The sanitizers do not work in the code that the
// compiler adds for the choice.
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define FT_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FT_CLONES
#endif
#define FT_INLINE [[gnu::always_inline]] inline

namespace flowtalk::tensor {
namespace {

constexpr int kLanes = 16;

// exp(x) = 2^k exp(r), |r| <= ln 2 / 2; exp(r) by its Taylor polynomial of degree 7.
FT_INLINE float exp1(float x) {
  constexpr float kLow = -87.33f, kHigh = 88.72f;
  constexpr float kShift = 12582912.0f;  // 1.5 2^23: adding it rounds to a whole number
  const float bounded = x < kLow ? kLow : (x > kHigh ? kHigh : x);
  const float shifted = bounded * 1.44269504f + kShift;
  const float k = shifted - kShift;
  const float r = (bounded - k * 0.693145752f) - k * 1.42860677e-6f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  // 2^k in two factors, so that k = 128 does not overflow before the product does.
  const int32_t whole = std::bit_cast<int32_t>(shifted) - std::bit_cast<int32_t>(kShift);
  const int32_t half = whole >> 1;
  const float scale = std::bit_cast<float>((half + 127) << 23);
  const float rest = std::bit_cast<float>((whole - half + 127) << 23);
  const float y = p * scale * rest;
  const float low = x < kLow ? 0.0f : y;
  return x > kHigh ? std::numeric_limits<float>::infinity() : low;
}

FT_INLINE float sigmoid1(float x) { return 1.0f / (1.0f + exp1(-x)); }

// Near zero the difference of exponentials cancels; there the continued fraction
// x / (1 + x^2 / (3 + x^2 / (5 + x^2 / (7 + x^2 / 9)))) is exact to rounding.
FT_INLINE float tanh1(float x) {
  const float s = x * x;
  const float near = x / (1 + s / (3 + s / (5 + s / (7 + s / 9))));
  const float size = std::abs(x);
  const float tail = 1.0f - 2.0f / (exp1(2.0f * size) + 1.0f);
  return size < 0.6f ? near : std::copysign(tail, x);
}

// erfc(x) = t P(t) exp(-x^2), t = 1 / (1 + 0.3275911 x), for x >= 0.
FT_INLINE float gelu1(float x) {
  const float z = std::abs(x) * 0.707106781f;
  const float t = 1.0f / (1.0f + 0.3275911f * z);
  float p = 1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const float half_tail = 0.5f * (p * t) * exp1(-z * z);
  const float phi = x < 0 ? half_tail : 1.0f - half_tail;
  return x * phi;
}

template <class F>
FT_INLINE float reduce(const float* x, int64_t n, F&& term) {
  float lane[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) lane[l] += term(x[i + l]);
  }
  for (int l = 0; i < n; ++i, ++l) lane[l] += term(x[i]);
  for (int step = kLanes / 2; step > 0; step /= 2) {
    for (int l = 0; l < step; ++l) lane[l] += lane[l + step];
  }
  return lane[0];
}

FT_INLINE float largest(const float* x, int64_t n) {
  float lane[kLanes];
  for (float& l : lane) l = -std::numeric_limits<float>::infinity();
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int l = 0; l < kLanes; ++l) lane[l] = lane[l] > x[i + l] ? lane[l] : x[i + l];
  }
  for (int l = 0; i < n; ++i, ++l) lane[l] = lane[l] > x[i] ? lane[l] : x[i];
  float top = lane[0];
  for (const float l : lane) top = top > l ? top : l;
  return top;
}

}  // namespace

FT_CLONES void exp_values(const float* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = exp1(x[i]);
}
void log_values(const float* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = std::log(x[i]);
}
FT_CLONES void tanh_values(const float* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = tanh1(x[i]);
}
FT_CLONES void sigmoid_values(const float* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = sigmoid1(x[i]);
}
void softplus_values(const float* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    y[i] = (x[i] > 0 ? x[i] : 0.0f) + std::log1p(std::exp(-std::abs(x[i])));
  }
}
FT_CLONES void gelu_values(const float* x, float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = gelu1(x[i]);
}
FT_CLONES void affine_values(const float* x, float* y, int64_t n, float factor, float offset) {
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] * factor + offset;
}
FT_CLONES void leaky_relu_values(const float* x, float* y, int64_t n, float slope) {
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] < 0 ? x[i] * slope : x[i];
}
FT_CLONES void clamp_values(const float* x, float* y, int64_t n, float lo, float hi) {
  for (int64_t i = 0; i < n; ++i) {
    const float raised = x[i] < lo ? lo : x[i];
    y[i] = raised > hi ? hi : raised;
  }
}

#define FT_BINARY(name, op)                                          \
  FT_CLONES void name(Operand a, Operand b, float* y, int64_t n) {   \
    if (a.step == 1 && b.step == 1) {                                \
      for (int64_t i = 0; i < n; ++i) y[i] = a.data[i] op b.data[i]; \
    } else if (a.step == 1) {                                        \
      const float right = b.data[0];                                 \
      for (int64_t i = 0; i < n; ++i) y[i] = a.data[i] op right;     \
    } else if (b.step == 1) {                                        \
      const float left = a.data[0];                                  \
      for (int64_t i = 0; i < n; ++i) y[i] = left op b.data[i];      \
    } else {                                                         \
      const float value = a.data[0] op b.data[0];                    \
      for (int64_t i = 0; i < n; ++i) y[i] = value;                  \
    }                                                                \
  }
FT_BINARY(add_values, +)
FT_BINARY(sub_values, -)
FT_BINARY(mul_values, *)
FT_BINARY(div_values, /)
#undef FT_BINARY

FT_CLONES float sum_values(const float* x, int64_t n) {
  return reduce(x, n, [](float v) { return v; });
}

FT_CLONES void softmax_row(const float* x, float* y, int64_t n) {
  const float top = largest(x, n);
  if (top == -std::numeric_limits<float>::infinity()) {
    for (int64_t i = 0; i < n; ++i) y[i] = 0;
    return;
  }
  for (int64_t i = 0; i < n; ++i) y[i] = exp1(x[i] - top);
  const float factor = 1.0f / reduce(y, n, [](float v) { return v; });
  for (int64_t i = 0; i < n; ++i) y[i] *= factor;
}

FT_CLONES void layer_norm_row(const float* x, const float* gain, const float* bias, float eps,
                              float* y, int64_t n) {
  const auto size = static_cast<float>(n);
  const float mean = reduce(x, n, [](float v) { return v; }) / size;
  const float variance = reduce(x, n, [mean](float v) { return (v - mean) * (v - mean); }) / size;
  const float factor = 1.0f / std::sqrt(variance + eps);
  for (int64_t i = 0; i < n; ++i) y[i] = (x[i] - mean) * factor * gain[i] + bias[i];
}

FT_CLONES void gru_row(const float* gates, const float* recurrent, const float* h, float* y,
                       int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float reset = sigmoid1(gates[i] + recurrent[i]);
    const float update = sigmoid1(gates[n + i] + recurrent[n + i]);
    const float candidate = tanh1(gates[2 * n + i] + reset * recurrent[2 * n + i]);
    y[i] = candidate + update * (h[i] - candidate);
  }
}

FT_CLONES void time_norm_columns(const float* x, const float* gain, const float* bias, float eps,
                                 float* y, int64_t rows, int64_t stride, int64_t n) {
  double sum[kMaxTimeNormChannels] = {}, square[kMaxTimeNormChannels] = {};
  for (int64_t t = 0; t < rows; ++t) {
    for (int64_t c = 0; c < n; ++c) sum[c] += static_cast<double>(x[t * stride + c]);
  }
  for (int64_t c = 0; c < n; ++c) sum[c] /= static_cast<double>(rows);
  for (int64_t t = 0; t < rows; ++t) {
    for (int64_t c = 0; c < n; ++c) {
      const double d = static_cast<double>(x[t * stride + c]) - sum[c];
      square[c] += d * d;
    }
  }
  float factor[kMaxTimeNormChannels], offset[kMaxTimeNormChannels];
  for (int64_t c = 0; c < n; ++c) {
    const double variance = square[c] / static_cast<double>(rows);
    factor[c] = gain[c] * static_cast<float>(1.0 / std::sqrt(variance + static_cast<double>(eps)));
    offset[c] = bias[c] - static_cast<float>(sum[c]) * factor[c];
  }
  for (int64_t t = 0; t < rows; ++t) {
    for (int64_t c = 0; c < n; ++c) y[t * stride + c] = x[t * stride + c] * factor[c] + offset[c];
  }
}

}  // namespace flowtalk::tensor
