#include "flowtalk/train/training_set.h"

#include <algorithm>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/base/words.h"
#include "flowtalk/data/clip_motion.h"

namespace flowtalk::train {
namespace {

TrainingClip motion_of(const data::Clip& clip, const data::Index& index, motion::Axes axes) {
  const Conditions& conditions = index.conditions;
  TrainingClip item;
  item.motion = to_torch(live_of(data::load_clip_motion(clip, index.axes.value_or(axes))));
  item.emotion = conditions.only(clip.name.emotion);
  item.strength = clip.name.emotion == kNeutral ? 0.0f : conditions.strength_of(clip.name.level);
  item.style = clip.name.style;
  return item;
}

// Both cut to the length of the shorter.
TrainingClip together(TrainingClip item, const torch::Tensor& speech) {
  const int64_t frames = std::min(speech.size(0), item.motion.size(0));
  item.speech = speech.narrow(0, 0, frames);
  item.motion = item.motion.narrow(0, 0, frames);
  return item;
}

// What changes the voice of a copy of a clip.
Rng voice_of(const data::Clip& clip, int copy) {
  return Rng(0).fork("voices").fork(clip.wav.stem().string()).fork(static_cast<uint64_t>(copy));
}

}  // namespace

data::Index DatasetOptions::index() const {
  return data::scan_dataset(data::dataset_folder(dataset));
}

std::vector<data::Clip> DatasetOptions::chosen(const std::vector<data::Clip>& all,
                                               const data::Index& index, const char* split) const {
  std::vector<int> ids;
  for (const std::string& word : words_of(train_subjects)) {
    ids.push_back(parse_style(word, index.conditions));
  }
  std::vector<data::Clip> result;
  for (const auto& clip : all) {
    if (ids.empty() || std::find(ids.begin(), ids.end(), clip.name.style) != ids.end()) {
      result.push_back(clip);
    }
  }
  if (result.empty()) {
    fail("{}: no clip of the chosen subjects is in the {} split", dataset, split);
  }
  return result;
}

std::map<std::string, std::string> DatasetOptions::inputs() const {
  return {{"dataset", dataset}, {"train-subjects", train_subjects}};
}

std::vector<TrainingClip> load(const std::vector<data::Clip>& clips, const data::Index& index,
                               motion::Axes axes, bool quiet) {
  std::vector<TrainingClip> result;
  Progress progress("Reading motion", static_cast<int64_t>(clips.size()), "clips", quiet);
  for (const auto& clip : clips) {
    result.push_back(motion_of(clip, index, axes));
    progress.advance();
  }
  return result;
}

std::vector<TrainingClip> load(const std::vector<data::Clip>& clips, const data::Index& index,
                               motion::Axes axes, const FeatureCache& features, int copies,
                               const data::AugmentOptions& augment, bool quiet) {
  std::vector<TrainingClip> result;
  Progress progress("Encoding speech", static_cast<int64_t>(clips.size()), "clips", quiet);
  for (const auto& clip : clips) {
    const TrainingClip item = motion_of(clip, index, axes);
    result.push_back(together(item, features(clip.wav)));
    for (int copy = 0; copy < copies; ++copy) {
      const auto [speech, speed] = features.changed(clip.wav, augment, voice_of(clip, copy));
      TrainingClip changed = item;
      changed.motion = played_at(item.motion, speed);
      result.push_back(together(changed, speech));
    }
    progress.advance();
  }
  return result;
}

void encode(const std::vector<data::Clip>& clips, const FeatureCache& features, int copies,
            const data::AugmentOptions& augment, const Part& part, bool quiet) {
  std::vector<const data::Clip*> own;
  for (size_t i = 0; i < clips.size(); ++i) {
    if (part.has(i)) own.push_back(&clips[i]);
  }
  Progress progress("Encoding speech", static_cast<int64_t>(own.size()), "clips", quiet);
  for (const data::Clip* clip : own) {
    features(clip->wav);
    for (int copy = 0; copy < copies; ++copy) {
      features.changed(clip->wav, augment, voice_of(*clip, copy));
    }
    progress.advance();
  }
}

}  // namespace flowtalk::train
