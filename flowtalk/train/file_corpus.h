// The clips of a data set in the layout of 3DMEAD, one by one.
#pragma once

#include <functional>
#include <vector>

#include "flowtalk/train/corpus.h"
#include "flowtalk/train/feature_cache.h"

namespace flowtalk::train {

class FileCorpus : public Corpus {
 public:
  explicit FileCorpus(DatasetOptions options);
  const Conditions& conditions() const override { return index_.conditions; }
  std::optional<motion::Axes> axes() const override { return index_.axes; }
  std::unique_ptr<Clips> motion(const Selection& which, motion::Axes axes,
                                bool quiet) const override;
  std::unique_ptr<Clips> with_speech(const Selection& which, motion::Axes axes,
                                     const SpeechSource& speech, bool quiet) const override;
  void encode(const Selection& which, const SpeechSource& speech, const Part& part,
              bool quiet) const override;

  // Of the chosen subjects. Error: none.
  std::vector<data::Clip> chosen(const Selection& which) const;
  TrainingClip motion_of(const data::Clip& clip, motion::Axes axes) const;
  // The copies of a clip whose motion is given, in order: features, motion at their pace, both
  // uncut.
  using Take = std::function<void(int copy, const torch::Tensor& speech, TrainingClip changed)>;
  static void for_copies(const data::Clip& clip, const TrainingClip& item,
                         const FeatureCache& features, const SpeechSource& speech,
                         const Take& take);

 private:
  DatasetOptions options_;
  data::Index index_;
};

// Both cut to the length of the shorter.
TrainingClip together(TrainingClip item, const torch::Tensor& speech);

}  // namespace flowtalk::train
