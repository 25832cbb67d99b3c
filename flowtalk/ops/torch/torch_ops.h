// TorchOps: the op vocabulary on libtorch, with autograd, on CPU or CUDA. Training only.
#pragma once

#include <torch/types.h>

#include <initializer_list>
#include <span>
#include <tuple>
#include <vector>

#include "flowtalk/ops/ops.h"
#include "flowtalk/ops/torch/constants.h"

namespace flowtalk::ops {

class TorchOps {
 public:
  using Tensor = torch::Tensor;

  explicit TorchOps(torch::Device device = torch::kCPU) : device_(device) {}
  torch::Device device() const { return device_; }
  bool training() const { return training_; }
  void set_training(bool on) { training_ = on; }
  // In which type layers' products (convolutions, linear maps with a bias) are taken while
  // training: their inputs are rounded to it, their results are float32 as all else. Norms,
  // softmax, attention, and linear maps without a bias, which may be changes of variables of a
  // density or look up a table, stay float32.
  void set_products(torch::Dtype type) { products_ = type; }

  Tensor constant(const Shape& shape, std::span<const float> values) const {
    return constants_(shape, values, device_);
  }
  Tensor zeros(const Shape& shape) const { return torch::zeros(shape, device_); }
  Shape shape(const Tensor& x) const { return Shape(x.sizes().begin(), x.sizes().end()); }
  std::vector<float> to_host(const Tensor& x) const;

  Tensor add(const Tensor& a, const Tensor& b) const { return torch::add(a, b); }
  Tensor sub(const Tensor& a, const Tensor& b) const { return torch::sub(a, b); }
  Tensor mul(const Tensor& a, const Tensor& b) const { return torch::mul(a, b); }
  Tensor div(const Tensor& a, const Tensor& b) const { return torch::div(a, b); }
  Tensor scale(const Tensor& x, float s) const { return torch::mul(x, s); }
  Tensor offset(const Tensor& x, float s) const { return torch::add(x, s); }
  Tensor exp(const Tensor& x) const { return torch::exp(x); }
  Tensor log(const Tensor& x) const { return torch::log(x); }
  Tensor tanh(const Tensor& x) const { return torch::tanh(x); }
  Tensor sigmoid(const Tensor& x) const { return torch::sigmoid(x); }
  Tensor softplus(const Tensor& x) const { return torch::softplus(x); }
  Tensor gelu(const Tensor& x) const { return torch::gelu(x); }
  Tensor leaky_relu(const Tensor& x, float slope) const { return torch::leaky_relu(x, slope); }
  Tensor clamp(const Tensor& x, float lo, float hi) const { return torch::clamp(x, lo, hi); }

  Tensor sum_last(const Tensor& x) const { return torch::sum(x, -1); }
  Tensor softmax_last(const Tensor& x) const { return torch::softmax(x, -1); }
  Tensor layer_norm(const Tensor& x, const Tensor& gain, const Tensor& bias, float eps) const {
    return torch::layer_norm(x, {x.size(-1)}, gain, bias, eps);
  }
  Tensor time_norm(const Tensor& x, const Tensor& gain, const Tensor& bias, float eps) const;

  Tensor reshape(const Tensor& x, const Shape& shape) const { return torch::reshape(x, shape); }
  Tensor transpose(const Tensor& x, int64_t a, int64_t b) const {
    return torch::transpose(x, a, b);
  }
  Tensor concat(std::span<const Tensor> list, int64_t axis) const {
    return torch::cat(at::TensorList(list.data(), list.size()), axis);
  }
  Tensor concat(std::initializer_list<Tensor> list, int64_t axis) const {
    return torch::cat(at::TensorList(list), axis);
  }
  Tensor slice(const Tensor& x, int64_t axis, int64_t begin, int64_t end) const {
    return x.narrow(axis, begin, end - begin);
  }
  Tensor rows(const Tensor& x, std::span<const int64_t> indices) const;

  Tensor linear(const Tensor& x, const Tensor& w) const { return torch::linear(x, w); }
  Tensor linear(const Tensor& x, const Tensor& w, const Tensor& bias) const {
    if (!rounded()) return torch::linear(x, w, bias);
    return torch::linear(x.to(products_), w.to(products_)).to(torch::kFloat32) + bias;
  }
  Tensor matmul(const Tensor& a, const Tensor& b) const { return torch::matmul(a, b); }
  Tensor conv1d(const Tensor& x, const Tensor& w, const ConvOptions& options) const {
    return conv1d(x, w, Tensor(), options);
  }
  Tensor conv1d(const Tensor& x, const Tensor& w, const Tensor& bias,
                const ConvOptions& options) const;
  Tensor inverse(const Tensor& x) const {
    // Not torch::inverse, which looks whether it succeeded, and so waits for a GPU.
    return std::get<0>(torch::linalg_inv_ex(x.to(torch::kFloat64))).to(torch::kFloat32);
  }
  Tensor gru(const Tensor& gates, const Tensor& weight, const Tensor& bias) const;

  Tensor dropout(const Tensor& x, float probability) const {
    return training_ && probability > 0 ? torch::dropout(x, probability, true) : x;
  }
  Tensor detach(const Tensor& x) const { return x.detach(); }

 private:
  bool rounded() const { return training_ && products_ != torch::kFloat32; }

  torch::Device device_;
  bool training_ = false;
  torch::Dtype products_ = torch::kFloat32;
  mutable Constants constants_;
};

}  // namespace flowtalk::ops
