#include "flowtalk/train/torch_params.h"

#include "flowtalk/base/error.h"
#include "flowtalk/params/init.h"

namespace flowtalk::train {
namespace {

torch::Tensor to_torch(const tensor::Tensor& x) {
  torch::Tensor result = torch::empty(x.shape(), torch::kFloat32);
  std::copy_n(x.data(), x.size(), result.data_ptr<float>());
  return result;
}

}  // namespace

void TorchParams::preload(const formats::SafetensorsFile& weights, const std::string& prefix) {
  size_t found = 0;
  for (const auto& name : weights.names()) {
    if (name.rfind(prefix, 0) != 0) continue;
    loaded_[name] = weights.load(name).clone();
    ++found;
  }
  if (found == 0) {
    fail("{}: holds no tensor under '{}'; is it the checkpoint of another stage?", weights.path(),
         prefix);
  }
}

torch::Tensor TorchParams::make(const std::string& name, const tensor::Shape& shape,
                                const params::Init& init) {
  FT_CHECK(!tensors_.contains(name), "parameter {} is asked for twice", name);
  torch::Tensor value;
  if (const auto found = loaded_.find(name); found != loaded_.end()) {
    if (found->second.shape() != shape) {
      fail("checkpoint: tensor {} has shape {}, the model expects {}; train with the same sizes",
           name, tensor::to_string(found->second.shape()), tensor::to_string(shape));
    }
    value = to_torch(found->second);
  } else {
    value = to_torch(tensor::Tensor(shape, params::init_values(name, shape, init, seed_)));
  }
  return tensors_[name] = value.to(device_);
}

torch::Tensor TorchParams::tensor(const std::string& name, const tensor::Shape& shape,
                                  const params::Init& init) {
  return make(name, shape, init).set_requires_grad(true);
}

torch::Tensor TorchParams::buffer(const std::string& name, const tensor::Shape& shape,
                                  const params::Init& init) {
  return make(name, shape, init);
}

std::vector<torch::Tensor> TorchParams::trainable(const std::vector<std::string>& prefixes) const {
  std::vector<torch::Tensor> result;
  for (const auto& [name, value] : tensors_) {
    for (const auto& prefix : prefixes) {
      if (value.requires_grad() && name.rfind(prefix, 0) == 0) {
        result.push_back(value);
        break;
      }
    }
  }
  return result;
}

void TorchParams::freeze(const std::string& prefix) {
  for (auto& [name, value] : tensors_) {
    if (name.rfind(prefix, 0) == 0) value.set_requires_grad(false);
  }
}

void TorchParams::assign(const std::string& name, const torch::Tensor& value) {
  const torch::NoGradGuard no_grad;
  const auto found = tensors_.find(name);
  FT_CHECK(found != tensors_.end(), "no tensor {}", name);
  found->second.copy_(value);
}

std::vector<std::pair<std::string, tensor::Tensor>> TorchParams::host_tensors() const {
  std::vector<std::pair<std::string, tensor::Tensor>> result;
  for (const auto& [name, value] : tensors_) {
    const torch::Tensor host = value.detach().to(torch::kCPU).contiguous();
    result.emplace_back(
        name, tensor::Tensor(host.sizes().vec(),
                             {host.data_ptr<float>(), static_cast<size_t>(host.numel())}));
  }
  return result;
}

}  // namespace flowtalk::train
