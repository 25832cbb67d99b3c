#include "flowtalk/base/files.h"
#include "flowtalk/encoder/hubert.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/loop.h"

namespace flowtalk::train {

using ops::TorchOps;

struct FeatureExtractor::State {
  encoder::HubertConfig config;
  TorchOps ops;
  TorchParams params;
  std::unique_ptr<encoder::Hubert<TorchOps>> encoder;

  explicit State(torch::Device device) : ops(device), params(0, device) {}
};

FeatureExtractor::FeatureExtractor(const std::filesystem::path& encoder_checkpoint,
                                   const RunOptions& run)
    : state_(std::make_unique<State>(torch::Device(run.device))) {
  const auto folder = checkpoint_of(encoder_checkpoint);
  const auto file = folder / "config.json";
  const Json json = parse_json(load_file(file), file.string());
  const auto found = json.find("encoder");
  if (found == json.end()) fail("{}: is no encoder checkpoint (no 'encoder')", file.string());
  from_json(*found, state_->config, file.string() + ".encoder");
  state_->config.check(file.string());
  state_->params.preload(folder / "weights.safetensors", "encoder/");
  state_->encoder = std::make_unique<encoder::Hubert<TorchOps>>(
      params::Scope<TorchOps>(state_->params) / "encoder", state_->config);
}

FeatureExtractor::~FeatureExtractor() = default;

const encoder::HubertConfig& FeatureExtractor::config() const { return state_->config; }

torch::Tensor FeatureExtractor::operator()(const std::vector<float>& samples) const {
  const torch::NoGradGuard no_grad;
  const auto wave = encoder::normalise(encoder::pad_for_pairs(samples));
  const torch::Tensor x = state_->ops.constant({1, static_cast<int64_t>(wave.size())}, wave);
  const torch::Tensor features = (*state_->encoder)(state_->ops, x);
  return features.reshape({features.size(1) / 2, 2 * features.size(2)}).cpu();
}

}  // namespace flowtalk::train
