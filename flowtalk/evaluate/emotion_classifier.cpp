#include "flowtalk/evaluate/emotion_classifier.h"

#include <algorithm>
#include <mutex>

#include "flowtalk/base/error.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/motion/emotion_classifier.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/params/native_params.h"

namespace flowtalk::evaluate {
namespace fs = std::filesystem;

using ops::NativeOps;

struct EmotionClassifier::State {
  std::string face;
  mutable std::mutex mutex;  // the ops serve one call at a time
  mutable ThreadPool pool{1};
  mutable NativeOps ops{pool};
  std::unique_ptr<motion::EmotionClassifier<NativeOps>> network;
};

int Judgement::emotion() const {
  return static_cast<int>(std::max_element(probabilities.begin(), probabilities.end()) -
                          probabilities.begin());
}

EmotionClassifier::EmotionClassifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
EmotionClassifier::~EmotionClassifier() = default;
EmotionClassifier::EmotionClassifier(EmotionClassifier&&) noexcept = default;
EmotionClassifier& EmotionClassifier::operator=(EmotionClassifier&&) noexcept = default;

const std::string& EmotionClassifier::face() const { return state_->face; }

EmotionClassifier EmotionClassifier::load(const fs::path& folder) {
  auto checkpoint = params::load_checkpoint(folder);
  const std::string where = (folder / "config.json").string();
  const Json& json = checkpoint.config;
  if (json.value("kind", "") != "classifier" || !json.contains("model")) {
    fail(
        "{}: is no emotion classifier (kind '{}'); give the checkpoint of `flowtalk train "
        "classifier`",
        where, json.value("kind", ""));
  }
  auto state = std::make_unique<State>();
  state->face = json.value("face", "");
  if (state->face != "builtin" && state->face != "flame") {
    fail("{}.face: expected builtin or flame, got '{}'", where, state->face);
  }
  motion::ClassifierConfig config;
  from_json(json["model"], config, where + ".model");
  params::NativeParams source(std::move(checkpoint.weights));
  state->network = std::make_unique<motion::EmotionClassifier<NativeOps>>(
      params::Scope<NativeOps>(source) / "classifier", config);
  source.finish();
  return EmotionClassifier(std::move(state));
}

Judgement EmotionClassifier::judge(const tensor::Tensor& motion) const {
  FT_CHECK(motion.rank() == 2 && motion.dim(0) > 0 && motion.dim(1) == flame::kMotion,
           "motion is {}", tensor::to_string(motion.shape()));
  const std::lock_guard lock(state_->mutex);
  NativeOps& ops = state_->ops;
  const int64_t frames = motion.dim(0);
  const auto judged = (*state_->network)(ops, motion.reshape({1, frames, flame::kMotion}),
                                         tensor::Tensor::full({1, frames}, 1));
  Judgement result;
  const auto probabilities = ops.softmax_last(judged.logits);
  std::copy_n(probabilities.data(), result.probabilities.size(), result.probabilities.begin());
  result.strength = judged.strength[0];
  return result;
}

}  // namespace flowtalk::evaluate
