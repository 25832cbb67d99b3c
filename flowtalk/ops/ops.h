// The op vocabulary: what a backend offers to the layers. Layers are templates over a backend that
// satisfies `Backend`; NativeOps (native.h) serves, TorchOps (torch.h) trains. Ops are members of
// the backend object, which also owns what the two do differently: threads, or autograd and
// dropout.
//
// Shapes: B batch, T frames, C channels, N/M/K matrix sizes, (...) any leading sizes.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::ops {

using tensor::Shape;

template <class Ops>
using TensorOf = typename Ops::Tensor;

// 1-D convolution over time. Output frames: (T + left + right - dilation (k - 1) - 1) / stride + 1;
// left and right are frames of zeros.
struct ConvOptions {
  int64_t stride = 1, dilation = 1, groups = 1, left = 0, right = 0;
};

template <class Ops>
concept Backend = requires(Ops& o, const typename Ops::Tensor& x, const Shape& shape,
                           std::span<const float> values, std::vector<typename Ops::Tensor> list,
                           std::span<const int64_t> rows, const ConvOptions& conv, int64_t i,
                           float s) {
  typename Ops::Tensor;
  // Making and reading
  { o.constant(shape, values) } -> std::same_as<typename Ops::Tensor>;
  { o.zeros(shape) } -> std::same_as<typename Ops::Tensor>;
  { o.shape(x) } -> std::same_as<Shape>;
  { o.to_host(x) } -> std::same_as<std::vector<float>>;  // contiguous copy
  // Element-wise; two operands broadcast as in numpy
  { o.add(x, x) } -> std::same_as<typename Ops::Tensor>;
  { o.sub(x, x) } -> std::same_as<typename Ops::Tensor>;
  { o.mul(x, x) } -> std::same_as<typename Ops::Tensor>;
  { o.div(x, x) } -> std::same_as<typename Ops::Tensor>;
  { o.scale(x, s) } -> std::same_as<typename Ops::Tensor>;   // s x
  { o.offset(x, s) } -> std::same_as<typename Ops::Tensor>;  // x + s
  { o.exp(x) } -> std::same_as<typename Ops::Tensor>;
  { o.log(x) } -> std::same_as<typename Ops::Tensor>;
  { o.tanh(x) } -> std::same_as<typename Ops::Tensor>;
  { o.sigmoid(x) } -> std::same_as<typename Ops::Tensor>;
  { o.softplus(x) } -> std::same_as<typename Ops::Tensor>;
  { o.gelu(x) } -> std::same_as<typename Ops::Tensor>;  // exact, with erf
  { o.leaky_relu(x, s) } -> std::same_as<typename Ops::Tensor>;
  { o.clamp(x, s, s) } -> std::same_as<typename Ops::Tensor>;
  // Reductions and norms
  { o.sum_last(x) } -> std::same_as<typename Ops::Tensor>;             // (..., C) -> (...)
  { o.softmax_last(x) } -> std::same_as<typename Ops::Tensor>;         // over the last axis
  { o.layer_norm(x, x, x, s) } -> std::same_as<typename Ops::Tensor>;  // last axis; gain, bias, eps
  {
    o.time_norm(x, x, x, s)
    } -> std::same_as<typename Ops::Tensor>;  // (B,T,C), each channel over T
  // Layout
  { o.reshape(x, shape) } -> std::same_as<typename Ops::Tensor>;
  { o.transpose(x, i, i) } -> std::same_as<typename Ops::Tensor>;  // swaps two axes
  { o.concat(list, i) } -> std::same_as<typename Ops::Tensor>;
  { o.slice(x, i, i, i) } -> std::same_as<typename Ops::Tensor>;  // axis, begin, end
  { o.rows(x, rows) } -> std::same_as<typename Ops::Tensor>;      // (N, C) -> (rows, C)
  // Products
  { o.linear(x, x) } -> std::same_as<typename Ops::Tensor>;           // (..., K) (N, K) -> (..., N)
  { o.linear(x, x, x) } -> std::same_as<typename Ops::Tensor>;        // the same with bias (N)
  { o.matmul(x, x) } -> std::same_as<typename Ops::Tensor>;           // (..., M, K) (..., K, N)
  { o.conv1d(x, x, conv) } -> std::same_as<typename Ops::Tensor>;     // (B,T,C) (N, C/groups, k)
  { o.conv1d(x, x, x, conv) } -> std::same_as<typename Ops::Tensor>;  // the same with bias (N)
  { o.inverse(x) } -> std::same_as<typename Ops::Tensor>;             // (N, N), in double precision
  // The recurrent half of a GRU (Cho et al., 2014): gates (B, T, 3H), what the inputs say of reset,
  // update and candidate, recurrent weight (3H, H) and bias (3H) -> states (B, T, H). From h = 0,
  // with (a, b, c) = W h + bias: r = sigmoid(gate_r + a), u = sigmoid(gate_u + b),
  // n = tanh(gate_n + r c), and the next h is n + u (h - n).
  { o.gru(x, x, x) } -> std::same_as<typename Ops::Tensor>;
  // Training only; the identity elsewhere
  { o.dropout(x, s) } -> std::same_as<typename Ops::Tensor>;
  { o.detach(x) } -> std::same_as<typename Ops::Tensor>;  // x, through which no gradient flows
};

}  // namespace flowtalk::ops
