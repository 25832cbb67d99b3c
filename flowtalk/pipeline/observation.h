// What `evaluate --dataset` sees of each clip beyond vertex distances, and on which clips.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/phone_recognizer.h"
#include "flowtalk/evaluate/observe.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::pipeline {

struct ObservationOptions {
  std::string classifier;  // empty: the one that ships
  int subset = 32;

  template <class V>
  void fields(V&& field) {
    field("classifier", classifier,
          "emotion classifier, see `flowtalk train classifier` (default: the one that ships)");
    field("subset", subset, between(0, 1000000),
          "on how many clips the costly figures are measured: spread, density, and closures where "
          "a recogniser must listen; 0 leaves them out, default 32");
  }
};

class Observation {
 public:
  // Decides what can be seen; what cannot is told by notes(). Errors: a classifier that was named
  // is not there, is damaged, or is of other expression axes than the model's.
  Observation(const ObservationOptions& options, const predict::Session& session,
              const std::vector<data::Clip>& clips, const face::Deformer& deformer,
              const Reporter& reporter);

  // Of clip i. Any thread may call it.
  evaluate::Observations of(size_t i, const evaluate::ObservedClip& clip) const;
  const std::vector<std::string>& notes() const { return notes_; }
  std::vector<std::pair<std::string, std::string>> facts() const;

 private:
  void choose_classifier(const ObservationOptions& options);
  void choose_subset(int size);
  void choose_phones();
  std::optional<std::vector<data::Phone>> phones_of(size_t i) const;

  const predict::Session& session_;
  const generate::Family& family_;
  const std::vector<data::Clip>& clips_;
  const face::Deformer& deformer_;
  const Reporter& reporter_;
  std::optional<evaluate::EmotionClassifier> classifier_;
  std::vector<std::optional<size_t>>
      partner_;  // of clips in the subset: whose voice is taken instead
  size_t subset_ = 0;
  std::shared_ptr<const std::vector<float>> rho_;
  mutable std::mutex listening_;
  std::unique_ptr<data::PhoneRecognizer> recognizer_;  // where clips have no phones
  std::vector<std::string> notes_;
};

}  // namespace flowtalk::pipeline
