// The trainable ParamSource: new tensors from init_values, or those of a checkpoint.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "flowtalk/formats/safetensors.h"
#include "flowtalk/ops/torch/torch_ops.h"
#include "flowtalk/params/scope.h"

namespace flowtalk::train {

class TorchParams : public params::ParamSource<ops::TorchOps> {
 public:
  TorchParams(uint64_t seed, torch::Device device) : seed_(seed), device_(device) {}

  // Values for the tensors that are asked for later; prefix "" takes all, else those under it.
  // Error if nothing under the prefix is there.
  void preload(const formats::SafetensorsFile& weights, const std::string& prefix = "");
  // The value of one tensor that is asked for later.
  void preload(const std::string& name, tensor::Tensor value) { loaded_[name] = std::move(value); }

  torch::Tensor tensor(const std::string& name, const tensor::Shape& shape,
                       const params::Init& init) override;
  torch::Tensor buffer(const std::string& name, const tensor::Shape& shape,
                       const params::Init& init) override;

  // Trainable tensors whose name begins with one of the prefixes, and their names.
  std::vector<torch::Tensor> trainable(const std::vector<std::string>& prefixes) const;
  std::vector<std::string> trainable_names(const std::vector<std::string>& prefixes) const;
  // Stops gradients for everything under the prefix.
  void freeze(const std::string& prefix);
  // Overwrites a buffer or parameter in place.
  void assign(const std::string& name, const torch::Tensor& value);
  // All tensors in name order, as host tensors.
  std::vector<std::pair<std::string, tensor::Tensor>> host_tensors() const;
  const std::map<std::string, torch::Tensor>& tensors() const { return tensors_; }

 private:
  torch::Tensor make(const std::string& name, const tensor::Shape& shape, const params::Init& init);

  uint64_t seed_;
  torch::Device device_;
  std::map<std::string, tensor::Tensor> loaded_;
  std::map<std::string, torch::Tensor> tensors_;
};

// A copy on the host, and a copy of one of the host.
tensor::Tensor host_tensor(const torch::Tensor& value);
torch::Tensor torch_tensor(const tensor::Tensor& value);

}  // namespace flowtalk::train
