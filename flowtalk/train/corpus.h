// A data set as the stages of training take it: a folder in the layout of 3DMEAD, or a packed one.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/part.h"
#include "flowtalk/data/augment.h"
#include "flowtalk/data/index.h"
#include "flowtalk/motion/axes.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/windows.h"

namespace flowtalk::train {

// Which of its clips; `name` for messages.
struct Selection {
  std::vector<data::Split> splits;
  const char* name;

  bool has(const data::ClipName& clip) const;
};
Selection training_clips(bool test_sentences_too = false);
Selection validation_clips();

// Whose speech features; `folder` keeps them, "" if nobody is to.
struct SpeechSource {
  const FeatureExtractor& encoder;
  std::string folder;
  int copies = 0;  // of each clip, more, their voices changed and the motion at their pace
  data::AugmentOptions augment;
};

class Corpus {
 public:
  virtual ~Corpus() = default;
  virtual const Conditions& conditions() const = 0;
  virtual std::optional<motion::Axes> axes() const = 0;  // none if nothing says them

  // Motion in the axes of the data set, in `axes` where it says none. Errors: no clip is there, a
  // clip cannot be read. quiet: no progress.
  virtual std::unique_ptr<Clips> motion(const Selection& which, motion::Axes axes,
                                        bool quiet) const = 0;
  // With speech features; motion and speech are cut to the length of the shorter. The copies are
  // the same for every run. Error: a packed data set has those of another encoder or other copies.
  virtual std::unique_ptr<Clips> with_speech(const Selection& which, motion::Axes axes,
                                             const SpeechSource& speech, bool quiet) const = 0;
  // Only encodes into the folder, of the clips of a part, what with_speech of the same then finds.
  virtual void encode(const Selection& which, const SpeechSource& speech, const Part& part,
                      bool quiet) const = 0;
};

struct DatasetOptions {
  std::string dataset = "datasets", train_subjects;

  template <class V>
  void fields(V&& field) {
    field("dataset", dataset,
          "folder in the layout of 3DMEAD, or one that `data pack` made (default datasets)");
    field("train_subjects", train_subjects, "style ids, separated by spaces; default all");
  }

  std::unique_ptr<Corpus> open() const;
  // The chosen subjects, none for all.
  std::vector<int> styles(const Conditions& conditions) const;
  // Error: no clip of `which` is there for the chosen subjects.
  [[noreturn]] void fail_empty(const Selection& which) const;
  std::map<std::string, std::string> inputs() const;  // for run.json
};

std::unique_ptr<Corpus> file_corpus(const DatasetOptions& options);
std::unique_ptr<Corpus> packed_corpus(const DatasetOptions& options);

}  // namespace flowtalk::train
