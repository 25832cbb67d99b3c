#include "flowtalk/train/torch_params.h"

#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/params/init.h"

namespace flowtalk::train {

tensor::Tensor host_tensor(const torch::Tensor& value) {
  const torch::Tensor host = value.detach().to(torch::kCPU).contiguous();
  return {{host.sizes().begin(), host.sizes().end()},
          {host.data_ptr<float>(), static_cast<size_t>(host.numel())}};
}

torch::Tensor torch_tensor(const tensor::Tensor& value) {
  torch::Tensor result = torch::empty(value.shape(), torch::kFloat32);
  std::copy_n(value.data(), value.size(), result.data_ptr<float>());
  return result;
}

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
    value = torch_tensor(found->second);
  } else {
    value = torch_tensor(tensor::Tensor(shape, params::init_values(name, shape, init, seed_)));
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
  for (const auto& name : trainable_names(prefixes)) result.push_back(tensors_.at(name));
  return result;
}

std::vector<std::string> TorchParams::trainable_names(
    const std::vector<std::string>& prefixes) const {
  std::vector<std::string> names;
  for (const auto& [name, value] : tensors_) {
    const bool chosen = std::any_of(prefixes.begin(), prefixes.end(),
                                    [&](const auto& prefix) { return name.starts_with(prefix); });
    if (value.requires_grad() && chosen) names.push_back(name);
  }
  return names;
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
    result.emplace_back(name, host_tensor(value));
  }
  return result;
}

}  // namespace flowtalk::train
