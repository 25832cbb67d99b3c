#include "flowtalk/pipeline/observation.h"

#include <algorithm>
#include <filesystem>

#include "flowtalk/analyse/density.h"
#include "flowtalk/analyse/likelihood.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/evaluate/closures.h"
#include "flowtalk/pipeline/judged.h"
#include "flowtalk/pipeline/voices.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kSubsetSeed = 1;  // the same clips whatever the seed is

fs::path phone_file(const data::Clip& clip) {
  return clip.wav.parent_path().parent_path() / "phones" / (clip.stem + ".lab");
}

}  // namespace

Observation::Observation(const ObservationOptions& options, const predict::Session& session,
                         const std::vector<data::Clip>& clips, const face::Deformer& deformer,
                         const Reporter& reporter)
    : session_(session),
      family_(generate::family_of(session.config().generator.kind)),
      clips_(clips),
      deformer_(deformer),
      reporter_(reporter),
      partner_(clips.size()) {
  choose_classifier(options);
  choose_subset(options.subset);
  choose_phones();
}

void Observation::choose_classifier(const ObservationOptions& options) {
  const motion::Axes axes = session_.config().axes;
  const bool named = !options.classifier.empty();
  classifier_ = load_classifier(options.classifier);
  if (classifier_->axes() == axes) {
    if (named) check_same_emotions(*classifier_, session_);
    if (classifier_->conditions().emotions == session_.config().conditions.emotions) return;
    classifier_.reset();
    notes_.emplace_back(
        "emotion, intensity and monotonicity left out: the classifier that ships knows other "
        "emotions than the model; name a classifier of the model's emotions");
    return;
  }
  if (named) {
    fail(
        "{} {}: judges motion of the face '{}', the model's is '{}'; train one with "
        "`flowtalk train classifier`, set face={}",
        Field("classifier"), options.classifier, text_of(classifier_->axes()), text_of(axes),
        text_of(axes));
  }
  classifier_.reset();
  notes_.push_back(
      fmt::format("emotion, intensity and monotonicity left out: the classifier that ships judges "
                  "the built-in head, the model's axes are '{}'",
                  text_of(axes)));
}

void Observation::choose_subset(int size) {
  std::vector<size_t> order(clips_.size());
  std::vector<uint64_t> keys;
  for (size_t i = 0; i < clips_.size(); ++i) {
    order[i] = i;
    keys.push_back(Rng(kSubsetSeed).fork(clips_[i].stem).next_u64());
  }
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return keys[a] < keys[b]; });
  subset_ = std::min(order.size(), static_cast<size_t>(size));
  // Two clips at least: each is paired with the next one that says something else.
  for (size_t k = 0; k < subset_; ++k) {
    size_t next = 1;
    const int said = clips_[order[k]].name.sentence;
    while (next < subset_ && clips_[order[(k + next) % subset_]].name.sentence == said) ++next;
    partner_[order[k]] = order[(k + next) % subset_];
  }
  if (subset_ == 0) {
    notes_.emplace_back("spread, NLL and conditioning gain left out: the subset is 0");
  } else if (subset_ < clips_.size()) {
    notes_.emplace_back(
        fmt::format("spread, NLL, conditioning gain and residual: on {} of {} clips, always the "
                    "same ones",
                    subset_, clips_.size()));
  }
  if (analyse::has_density(session_.model())) {
    rho_ = std::make_shared<const std::vector<float>>(analyse::base_rho(session_));
  } else if (subset_ > 0) {
    notes_.emplace_back(
        fmt::format("NLL, conditioning gain and residual left out: {} is a {} model, which has no "
                    "density",
                    session_.model().name(), family_.name));
  }
}

void Observation::choose_phones() {
  const auto without =
      static_cast<size_t>(std::count_if(clips_.begin(), clips_.end(), [](const auto& clip) {
        return !fs::exists(phone_file(clip));
      }));
  if (without == 0) return;
  if (!data::find_speech_models()) {
    notes_.emplace_back(
        fmt::format("closures: {} of {} clips have no phones/NAME.lab and are left out; with "
                    "pocketsphinx-en-us a recogniser would listen",
                    without, clips_.size()));
    return;
  }
  recognizer_ = std::make_unique<data::PhoneRecognizer>();
  notes_.push_back(fmt::format(
      "closures: {} of {} clips have no phones/NAME.lab; a recogniser listened to those "
      "of the subset, which errs",
      without, clips_.size()));
}

std::optional<std::vector<data::Phone>> Observation::phones_of(size_t i) const {
  const fs::path labels = phone_file(clips_[i]);
  if (fs::exists(labels)) return data::load_phones(labels);
  if (!recognizer_ || !partner_[i]) return std::nullopt;
  const std::lock_guard lock(listening_);
  return recognizer_->recognize(load_voice(clips_[i].wav, reporter_));
}

evaluate::Observations Observation::of(size_t i, const evaluate::ObservedClip& clip) const {
  evaluate::Observations seen;
  if (session_.config().axes == motion::Axes::kBuiltin) seen.blinks = evaluate::see_blinks(clip);
  if (classifier_) {
    seen.emotion = evaluate::see_emotion(*classifier_, clip);
    seen.levels = evaluate::see_levels(*classifier_, session_, clip);
  }
  if (const auto phones = phones_of(i)) {
    seen.closures = evaluate::see_closures(*phones, clip, deformer_);
  }
  if (!partner_[i]) return seen;
  if (!clip.options.deterministic && session_.config().draws_chance()) {
    seen.spread = evaluate::see_spread(session_, clip, deformer_);
  }
  if (rho_ && *partner_[i] != i) {
    const auto other = session_.encode(load_voice(clips_[*partner_[i]].wav, reporter_));
    seen.density = evaluate::see_density(session_, clip, other, rho_);
  }
  return seen;
}

std::vector<std::pair<std::string, std::string>> Observation::facts() const {
  return {{"lips count as shut", fmt::format("below {:.2g} mm", 1e3 * evaluate::kShutLips)}};
}

}  // namespace flowtalk::pipeline
