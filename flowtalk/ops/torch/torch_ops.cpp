#include "flowtalk/ops/torch/torch_ops.h"

namespace flowtalk::ops {

static_assert(Backend<TorchOps>);

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

// Windows side by side, then one product. Not torch::conv1d: on Debian's libtorch 1.13.1 its oneDNN
// path returns garbage as the gradient of strided 1-D convolutions (seen on AVX-512 machines).
TorchOps::Tensor TorchOps::conv1d(const Tensor& x, const Tensor& w, const Tensor& bias,
                                  const ConvOptions& options) const {
  const int64_t kernel = w.size(2), groups = options.groups, out = w.size(0), in = w.size(1);
  const Tensor padded = torch::constant_pad_nd(x, {0, 0, options.left, options.right}, 0);
  const int64_t reach = options.dilation * (kernel - 1) + 1;
  const int64_t frames = (padded.size(1) - reach) / options.stride + 1;
  std::vector<Tensor> taps;
  for (int64_t k = 0; k < kernel; ++k) {
    const int64_t begin = k * options.dilation;
    taps.push_back(
        padded.slice(1, begin, begin + (frames - 1) * options.stride + 1, options.stride));
  }
  const Tensor windows = torch::cat(taps, 2);  // (B, T', k * groups * in)
  if (groups == 1) {
    const Tensor flat = w.transpose(1, 2).reshape({out, kernel * in});
    return bias.defined() ? linear(windows, flat, bias) : linear(windows, flat);
  }
  const Tensor grouped = windows.reshape({-1, kernel, groups, in})
                             .permute({2, 0, 1, 3})
                             .reshape({groups, -1, kernel * in});
  const Tensor weights = w.reshape({groups, out / groups, in, kernel})
                             .permute({0, 3, 2, 1})
                             .reshape({groups, kernel * in, out / groups});
  const Tensor y = torch::bmm(grouped, weights).transpose(0, 1).reshape({x.size(0), frames, out});
  return bias.defined() ? y + bias : y;
}

}  // namespace flowtalk::ops
