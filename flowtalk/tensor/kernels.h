// Loops over contiguous floats, compiled for several instruction sets and chosen at run time. The
// results are the same on all of them: nothing is fused, and sums use 16 fixed lanes.
// x is the input, y the output (may be the same memory), n the number of values.
#pragma once

#include <cstdint>

namespace flowtalk::tensor {

void exp_values(const float* x, float* y, int64_t n);  // relative error below 2e-7
void log_values(const float* x, float* y, int64_t n);
void tanh_values(const float* x, float* y, int64_t n);  // error below 3e-7
void sigmoid_values(const float* x, float* y, int64_t n);
void softplus_values(const float* x, float* y, int64_t n);  // log(1 + exp(x))
// x Phi(x); erf by Abramowitz and Stegun 7.1.26, error of erf below 3e-7
void gelu_values(const float* x, float* y, int64_t n);
void affine_values(const float* x, float* y, int64_t n, float factor, float offset);
void leaky_relu_values(const float* x, float* y, int64_t n, float slope);
void clamp_values(const float* x, float* y, int64_t n, float lo, float hi);

// y = a op b; step 0 repeats the first value, 1 goes on.
struct Operand {
  const float* data;
  int64_t step;
};
void add_values(Operand a, Operand b, float* y, int64_t n);
void sub_values(Operand a, Operand b, float* y, int64_t n);
void mul_values(Operand a, Operand b, float* y, int64_t n);
void div_values(Operand a, Operand b, float* y, int64_t n);

float sum_values(const float* x, int64_t n);
void softmax_row(const float* x, float* y, int64_t n);  // a row of -inf only gives zeros
void layer_norm_row(const float* x, const float* gain, const float* bias, float eps, float* y,
                    int64_t n);
// One step of a GRU of n units: gates and recurrent (3n: reset, update, candidate), the state h
// before it -> the state y; see ops/ops.h. The same bytes as the sums and functions above in turn.
void gru_row(const float* gates, const float* recurrent, const float* h, float* y, int64_t n);
// Mean and variance over `rows` of `n` neighbouring channels, rows `stride` apart; then
// y = (x - mean) / sqrt(variance + eps) gain + bias. n at most 64.
inline constexpr int64_t kMaxTimeNormChannels = 64;
void time_norm_columns(const float* x, const float* gain, const float* bias, float eps, float* y,
                       int64_t rows, int64_t stride, int64_t n);

}  // namespace flowtalk::tensor
