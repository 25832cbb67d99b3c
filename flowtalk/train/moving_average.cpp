#include "flowtalk/train/moving_average.h"

#include <algorithm>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::train {
namespace {

constexpr const char* kWeights = "training/weights.safetensors";

}  // namespace

MovingAverage::MovingAverage(TorchParams& params, const std::vector<std::string>& prefixes,
                             const std::vector<std::string>& without, double keep)
    : params_(params), keep_(keep) {
  for (const auto& name : params.trainable_names(prefixes)) {
    if (std::ranges::find(without, name) != without.end()) continue;
    other_[name] = params.tensors().at(name).detach().clone();
  }
}

void MovingAverage::update(int64_t step) {
  FT_CHECK(!exchanged_, "the average is in the place of the weights");
  const torch::NoGradGuard no_grad;
  const auto steps = static_cast<double>(step);
  const double keep = std::min(keep_, (1 + steps) / (10 + steps));
  for (auto& [name, average] : other_) {
    average.mul_(keep).add_(params_.tensors().at(name), 1 - keep);
  }
}

void MovingAverage::exchange() {
  for (auto& [name, other] : other_) {
    torch::Tensor held = params_.tensors().at(name).detach().clone();
    params_.assign(name, other);
    other = std::move(held);
  }
  exchanged_ = !exchanged_;
}

void MovingAverage::save_weights(const std::filesystem::path& checkpoint) const {
  FT_CHECK(exchanged_, "the checkpoint holds the weights themselves");
  formats::NamedTensors tensors;
  for (const auto& [name, weights] : other_) tensors.emplace_back(name, host_tensor(weights));
  formats::save_safetensors(checkpoint / kWeights, tensors);
}

void MovingAverage::load_weights(const std::filesystem::path& checkpoint) {
  const formats::SafetensorsFile file(checkpoint / kWeights);
  for (const auto& [name, average] : other_) {
    params_.assign(name, torch_tensor(file.load(name)));
  }
}

}  // namespace flowtalk::train
