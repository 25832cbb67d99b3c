#include "flowtalk/train/file_corpus.h"

#include <algorithm>

#include "flowtalk/base/progress.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/data/clip_motion.h"

namespace flowtalk::train {
namespace {

// What changes the voice of a copy of a clip.
Rng voice_of(const data::Clip& clip, int copy) {
  return Rng(0).fork("voices").fork(clip.wav.stem().string()).fork(static_cast<uint64_t>(copy));
}

}  // namespace

TrainingClip together(TrainingClip item, const torch::Tensor& speech) {
  const int64_t frames = std::min(speech.size(0), item.motion.size(0));
  item.speech = speech.narrow(0, 0, frames);
  item.motion = item.motion.narrow(0, 0, frames);
  return item;
}

std::unique_ptr<Corpus> file_corpus(const DatasetOptions& options) {
  return std::make_unique<FileCorpus>(options);
}

FileCorpus::FileCorpus(DatasetOptions options)
    : options_(std::move(options)),
      index_(data::scan_dataset(data::dataset_folder(options_.dataset))) {}

std::vector<data::Clip> FileCorpus::chosen(const Selection& which) const {
  const std::vector<int> styles = options_.styles(index_.conditions);
  std::vector<data::Clip> result;
  for (const auto& clip : index_.clips) {
    const bool meant = styles.empty() || std::ranges::find(styles, clip.name.style) != styles.end();
    if (meant && which.has(clip.name)) result.push_back(clip);
  }
  if (result.empty()) options_.fail_empty(which);
  return result;
}

TrainingClip FileCorpus::motion_of(const data::Clip& clip, motion::Axes axes) const {
  TrainingClip item = labelled(clip.name, index_.conditions);
  item.motion = to_torch(live_of(data::load_clip_motion(clip, index_.axes.value_or(axes))));
  return item;
}

void FileCorpus::for_copies(const data::Clip& clip, const TrainingClip& item,
                            const FeatureCache& features, const SpeechSource& speech,
                            const Take& take) {
  for (int copy = 0; copy < speech.copies; ++copy) {
    const auto [changed_voice, speed] =
        features.changed(clip.wav, speech.augment, voice_of(clip, copy));
    TrainingClip changed = item;
    changed.motion = played_at(item.motion, speed);
    take(copy + 1, changed_voice, changed);
  }
}

std::unique_ptr<Clips> FileCorpus::motion(const Selection& which, motion::Axes axes,
                                          bool quiet) const {
  const auto clips = chosen(which);
  std::vector<TrainingClip> result;
  Progress progress("Reading motion", static_cast<int64_t>(clips.size()), "clips", quiet);
  for (const auto& clip : clips) {
    result.push_back(motion_of(clip, axes));
    progress.advance();
  }
  return std::make_unique<LoadedClips>(std::move(result));
}

std::unique_ptr<Clips> FileCorpus::with_speech(const Selection& which, motion::Axes axes,
                                               const SpeechSource& speech, bool quiet) const {
  const auto clips = chosen(which);
  const FeatureCache features(speech.folder, speech.encoder);
  std::vector<TrainingClip> result;
  Progress progress("Encoding speech", static_cast<int64_t>(clips.size()), "clips", quiet);
  for (const auto& clip : clips) {
    const TrainingClip item = motion_of(clip, axes);
    result.push_back(together(item, features(clip.wav)));
    for_copies(clip, item, features, speech,
               [&](int, const torch::Tensor& voice, TrainingClip changed) {
                 result.push_back(together(std::move(changed), voice));
               });
    progress.advance();
  }
  return std::make_unique<LoadedClips>(std::move(result));
}

void FileCorpus::encode(const Selection& which, const SpeechSource& speech, const Part& part,
                        bool quiet) const {
  const auto own = own_of(chosen(which), part);
  const FeatureCache features(speech.folder, speech.encoder);
  Progress progress("Encoding speech", static_cast<int64_t>(own.size()), "clips", quiet);
  for (const data::Clip& clip : own) {
    features(clip.wav);
    for (int copy = 0; copy < speech.copies; ++copy) {
      features.changed(clip.wav, speech.augment, voice_of(clip, copy));
    }
    progress.advance();
  }
}

}  // namespace flowtalk::train
