#include "flowtalk/ops/torch/torch_ops.h"

namespace flowtalk::ops {

static_assert(Backend<TorchOps>);

TorchOps::Tensor TorchOps::constant(const Shape& shape, std::span<const float> values) const {
  Tensor host = torch::empty(shape, torch::kFloat32);
  TORCH_CHECK(host.numel() == static_cast<int64_t>(values.size()), "constant: ", values.size(),
              " values for shape ", host.sizes());
  std::copy(values.begin(), values.end(), host.data_ptr<float>());
  return host.to(device_);
}

std::vector<float> TorchOps::to_host(const Tensor& x) const {
  const Tensor host = x.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  const float* data = host.data_ptr<float>();
  return std::vector<float>(data, data + host.numel());
}

TorchOps::Tensor TorchOps::time_norm(const Tensor& x, const Tensor& gain, const Tensor& bias,
                                     float eps) const {
  const Tensor mean = x.mean(1, /*keepdim=*/true);
  const Tensor centred = x - mean;
  const Tensor variance = (centred * centred).mean(1, /*keepdim=*/true);
  return centred * torch::rsqrt(variance + eps) * gain + bias;
}

TorchOps::Tensor TorchOps::rows(const Tensor& x, std::span<const int64_t> indices) const {
  const Tensor index =
      torch::tensor(std::vector<int64_t>(indices.begin(), indices.end()), torch::kInt64);
  return torch::index_select(x, 0, index.to(x.device()));
}

TorchOps::Tensor TorchOps::conv1d(const Tensor& x, const Tensor& w, const Tensor& bias,
                                  const ConvOptions& options) const {
  Tensor channels_first = x.transpose(1, 2);
  int64_t both = 0;
  if (options.left == options.right) {
    both = options.left;
  } else {
    channels_first = torch::constant_pad_nd(channels_first, {options.left, options.right}, 0);
  }
  return torch::conv1d(channels_first, w, bias, options.stride, both, options.dilation,
                       options.groups)
      .transpose(1, 2);
}

}  // namespace flowtalk::ops
