#include "flowtalk/evaluate/emotion_classifier.h"

#include <algorithm>
#include <mutex>

#include "flowtalk/base/error.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/judge/emotion_classifier.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/params/native_params.h"

namespace flowtalk::evaluate {
namespace fs = std::filesystem;

using ops::NativeOps;

struct EmotionClassifier::State {
  motion::Axes axes = motion::Axes::kBuiltin;
  Conditions conditions = mead_conditions();
  mutable std::mutex mutex;  // the ops serve one call at a time
  mutable ThreadPool pool{1};
  mutable NativeOps ops{pool};
  std::unique_ptr<judge::EmotionClassifier<NativeOps>> network;
};

int Judgement::emotion() const {
  return static_cast<int>(std::max_element(probabilities.begin(), probabilities.end()) -
                          probabilities.begin());
}

EmotionClassifier::EmotionClassifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
EmotionClassifier::~EmotionClassifier() = default;
EmotionClassifier::EmotionClassifier(EmotionClassifier&&) noexcept = default;
EmotionClassifier& EmotionClassifier::operator=(EmotionClassifier&&) noexcept = default;

motion::Axes EmotionClassifier::axes() const { return state_->axes; }
const Conditions& EmotionClassifier::conditions() const { return state_->conditions; }

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
  with_context(where + ".face", [&] { from_text(json.value("face", ""), state->axes); });
  if (json.contains("conditions")) {
    from_json(json["conditions"], state->conditions, where + ".conditions");
  }
  judge::ClassifierConfig config;
  from_json(json["model"], config, where + ".model");
  params::NativeParams source(std::move(checkpoint.weights));
  state->network = std::make_unique<judge::EmotionClassifier<NativeOps>>(
      params::Scope<NativeOps>(source) / "classifier", config,
      static_cast<int64_t>(state->conditions.emotions.size()));
  source.finish();
  return EmotionClassifier(std::move(state));
}

Judgement EmotionClassifier::judge(const motion::Motion& motion) const {
  const int64_t frames = motion.frames();
  FT_CHECK(frames > 0, "no frames");
  const std::lock_guard lock(state_->mutex);
  NativeOps& ops = state_->ops;
  const auto judged = (*state_->network)(ops, live_of(motion).reshape({1, frames, motion::kLive}),
                                         tensor::Tensor::full({1, frames}, 1));
  Judgement result;
  const auto probabilities = ops.softmax_last(judged.logits);
  result.probabilities = ops.to_host(probabilities);
  result.strength = judged.strength[0];
  return result;
}

}  // namespace flowtalk::evaluate
