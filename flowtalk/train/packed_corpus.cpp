// A packed data set: clips are looked up in mapped files when they are drawn.
#include <algorithm>

#include "flowtalk/data/packed.h"
#include "flowtalk/train/corpus.h"
#include "flowtalk/train/feature_cache.h"
#include "flowtalk/train/file_corpus.h"

namespace flowtalk::train {
namespace {

torch::Tensor borrowed(const tensor::Tensor& x) {
  return torch::from_blob(
      const_cast<float*>(x.data()), x.shape(), [owner = x.owner()](void*) {}, torch::kFloat32);
}

class PackedClips : public Clips {
 public:
  PackedClips(std::shared_ptr<const data::Packed> packed, std::vector<uint32_t> which, bool speech)
      : packed_(std::move(packed)), which_(std::move(which)), speech_(speech) {}

  size_t size() const override { return which_.size(); }
  int64_t frames(size_t i) const override {
    const data::PackedClip clip = (*packed_)[which_[i]];
    return speech_ ? std::min(clip.motion_frames, clip.speech_frames) : clip.motion_frames;
  }
  TrainingClip operator[](size_t i) const override {
    const size_t clip = which_[i];
    TrainingClip item = labelled((*packed_)[clip].name, packed_->facts().conditions);
    item.motion = borrowed(packed_->motion(clip));
    return speech_ ? together(std::move(item), borrowed(packed_->speech(clip))) : item;
  }

 private:
  std::shared_ptr<const data::Packed> packed_;
  std::vector<uint32_t> which_;
  bool speech_;
};

class PackedCorpus : public Corpus {
 public:
  explicit PackedCorpus(DatasetOptions options)
      : options_(std::move(options)),
        packed_(std::make_shared<const data::Packed>(options_.dataset)) {}

  const Conditions& conditions() const override { return packed_->facts().conditions; }
  std::optional<motion::Axes> axes() const override { return packed_->facts().axes; }

  std::unique_ptr<Clips> motion(const Selection& which, motion::Axes, bool) const override {
    return std::make_unique<PackedClips>(packed_, chosen(which, 0), false);
  }
  std::unique_ptr<Clips> with_speech(const Selection& which, motion::Axes,
                                     const SpeechSource& speech, bool) const override {
    check(speech);
    auto clips = chosen(which, speech.copies);
    for (const uint32_t i : clips) {
      if ((*packed_)[i].speech_frames > 0) continue;
      fail("{}: clip {} has no speech features; pack it anew", options_.dataset, i);
    }
    return std::make_unique<PackedClips>(packed_, std::move(clips), true);
  }
  void encode(const Selection&, const SpeechSource& speech, const Part&, bool) const override {
    check(speech);  // that is all: they are there
  }

 private:
  void check(const SpeechSource& speech) const {
    const data::PackedFacts& facts = packed_->facts();
    if (facts.encoder.empty()) {
      fail("{}: was packed without speech features, which a generator needs; pack it with {}",
           options_.dataset, Field("encoder"));
    }
    const std::string wanted = identity_of(speech.encoder.choice());
    if (facts.encoder != wanted) {
      fail(
          "{}: holds the speech features of another encoder ({}, expected {}); give {} "
          "that one, or pack it anew",
          options_.dataset, facts.encoder, wanted, Field("encoder"));
    }
    if (speech.copies == 0) return;
    if (speech.copies > facts.copies || to_json(speech.augment) != to_json(facts.augment)) {
      fail(
          "{}: holds {} copies of each training clip, and the run wants {} {}; set copies to at "
          "most that, or pack it anew",
          options_.dataset, facts.copies, speech.copies,
          speech.copies > facts.copies ? "" : "with other changes to the voice (augment)");
    }
  }

  std::vector<uint32_t> chosen(const Selection& which, int copies) const {
    const std::vector<int> styles = options_.styles(conditions());
    std::vector<uint32_t> result;
    for (size_t i = 0; i < packed_->size(); ++i) {
      const data::PackedClip clip = (*packed_)[i];
      const bool meant =
          styles.empty() || std::ranges::find(styles, clip.name.style) != styles.end();
      if (meant && clip.copy <= copies && which.has(clip.name)) {
        result.push_back(static_cast<uint32_t>(i));
      }
    }
    if (result.empty()) options_.fail_empty(which);
    return result;
  }

  DatasetOptions options_;
  std::shared_ptr<const data::Packed> packed_;
};

}  // namespace

std::unique_ptr<Corpus> packed_corpus(const DatasetOptions& options) {
  return std::make_unique<PackedCorpus>(options);
}

}  // namespace flowtalk::train
