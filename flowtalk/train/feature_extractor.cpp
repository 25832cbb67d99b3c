#include "flowtalk/encoder/speech_features.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/ops/torch/torch_ops.h"
#include "flowtalk/train/generator_stage.h"

namespace flowtalk::train {

using ops::TorchOps;
namespace fs = std::filesystem;

struct FeatureExtractor::State {
  State(const encoder::StoredEncoder& stored, torch::Device device)
      : ops(device),
        hubert(stored.make(ops)),
        choice{stored.config(), stored.identity(), stored.own_weights(), stored.notes()} {}

  TorchOps ops;
  encoder::Hubert<TorchOps> hubert;
  EncoderChoice choice;
};

FeatureExtractor::FeatureExtractor(const fs::path& encoder, const std::string& device) {
  const encoder::StoredEncoder stored(encoder);
  stored.config().check_motion_rate(encoder.string());
  state_ = std::make_unique<State>(stored, torch::Device(device));
}

FeatureExtractor::~FeatureExtractor() = default;

const EncoderChoice& FeatureExtractor::choice() const { return state_->choice; }

torch::Tensor FeatureExtractor::operator()(const std::vector<float>& samples) const {
  const torch::NoGradGuard no_grad;
  return encoder::speech_in_one_piece(state_->ops, state_->hubert, samples).squeeze(0).cpu();
}

}  // namespace flowtalk::train
