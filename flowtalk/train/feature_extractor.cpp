#include "flowtalk/encoder/hubert.h"
#include "flowtalk/encoder/hugging_face.h"
#include "flowtalk/encoder/waveform.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/loop.h"

namespace flowtalk::train {

using ops::TorchOps;
namespace fs = std::filesystem;

struct FeatureExtractor::State {
  EncoderChoice choice;
  TorchOps ops;
  TorchParams params;
  std::unique_ptr<encoder::Hubert<TorchOps>> hubert;

  explicit State(torch::Device device) : ops(device), params(0, device) {}

  void load_hugging_face(const fs::path& folder) {
    encoder::HuggingFaceFolder opened(folder);
    encoder::HuggingFaceParams<TorchOps> source(opened.weights, ops);
    hubert =
        std::make_unique<encoder::Hubert<TorchOps>>(params::Scope<TorchOps>(source), opened.config);
    opened.weights.finish();
    choice.config = opened.config;
    choice.external = opened.weights.identity(opened.config, folder.string());
  }

  void load_ours(const fs::path& folder) {
    const auto checkpoint = params::load_checkpoint(folder);
    const auto found = checkpoint.config.find("encoder");
    if (found == checkpoint.config.end()) {
      fail("{}: is neither an encoder checkpoint (no 'encoder') nor of Hugging Face",
           folder.string());
    }
    from_json(*found, choice.config, folder.string() + ": encoder");
    choice.config.check(folder.string());
    choice.weights = checkpoint.weights;
    params.preload(*choice.weights, "encoder/");
    hubert = std::make_unique<encoder::Hubert<TorchOps>>(
        params::Scope<TorchOps>(params) / "encoder", choice.config);
  }
};

FeatureExtractor::FeatureExtractor(const fs::path& encoder, const std::string& device)
    : state_(std::make_unique<State>(torch::Device(device))) {
  if (encoder::is_hugging_face(encoder)) {
    state_->load_hugging_face(encoder);
  } else {
    state_->load_ours(checkpoint_of(encoder));
  }
  state_->choice.config.check_motion_rate(encoder.string());
}

FeatureExtractor::~FeatureExtractor() = default;

const EncoderChoice& FeatureExtractor::choice() const { return state_->choice; }

torch::Tensor FeatureExtractor::operator()(const std::vector<float>& samples) const {
  const torch::NoGradGuard no_grad;
  const auto wave = encoder::motion_waveform(samples, state_->choice.config.do_normalize);
  const torch::Tensor x = state_->ops.constant({1, static_cast<int64_t>(wave.size())}, wave);
  const torch::Tensor features = (*state_->hubert)(state_->ops, x);
  return features.reshape({features.size(1) / 2, 2 * features.size(2)}).cpu();
}

}  // namespace flowtalk::train
