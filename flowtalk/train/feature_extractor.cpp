#include <ATen/Parallel.h>

#include <functional>

#include "flowtalk/encoder/speech_features.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/ops/torch/torch_ops.h"
#include "flowtalk/train/feature_cache.h"
#include "flowtalk/train/generator_stage.h"

namespace flowtalk::train {

namespace fs = std::filesystem;

namespace {

using Encode = std::function<torch::Tensor(const std::vector<float>&)>;  // (T, 2C) on processors

// As predictions hear: the same for any number of threads, which libtorch's sums are not.
struct OnProcessors {
  OnProcessors(const encoder::StoredEncoder& stored, int threads)
      : pool(threads), native(pool), hubert(stored.make(native)) {}

  ThreadPool pool;
  ops::NativeOps native;
  encoder::NativeHubert hubert;
};

Encode on_processors(const encoder::StoredEncoder& stored) {
  const auto own = std::make_shared<OnProcessors>(stored, at::get_num_threads());
  return [own](const std::vector<float>& samples) {
    return to_torch(encoder::speech_in_one_piece(own->native, own->hubert, samples)).squeeze(0);
  };
}

Encode on_device(const encoder::StoredEncoder& stored, torch::Device device) {
  const auto on = std::make_shared<ops::TorchOps>(device);
  return [on, hubert = stored.make(*on)](const std::vector<float>& samples) {
    const torch::NoGradGuard no_grad;
    return encoder::speech_in_one_piece(*on, hubert, samples).squeeze(0).cpu();
  };
}

}  // namespace

struct FeatureExtractor::State {
  State(const encoder::StoredEncoder& stored, torch::Device device)
      : encode(device.is_cpu() ? on_processors(stored) : on_device(stored, device)),
        choice{stored.config(), stored.identity(), stored.own_weights(), stored.notes()} {}

  Encode encode;
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
  return state_->encode(samples);
}

}  // namespace flowtalk::train
