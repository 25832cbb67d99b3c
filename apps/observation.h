// What `evaluate --dataset` sees of each clip beyond vertex distances, and on which clips.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/data/index.h"
#include "flowtalk/data/phone_recognizer.h"
#include "flowtalk/evaluate/observe.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::apps {

struct ObservationOptions {
  std::string classifier;  // empty: the one that ships
  int subset = 32;

  void add_to(CLI::App& app);
};

class Observation {
 public:
  // Decides what can be seen; what cannot is told by notes(). Errors: a classifier that was named
  // is not there, is damaged, or is of other expression axes than the model's.
  Observation(const ObservationOptions& options, const predict::Session& session,
              const std::vector<data::Clip>& clips, const face::Deformer& deformer);

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
  std::optional<evaluate::EmotionClassifier> classifier_;
  std::vector<std::optional<size_t>>
      partner_;  // of clips in the subset: whose voice is taken instead
  size_t subset_ = 0;
  std::shared_ptr<const std::vector<float>> rho_;
  mutable std::mutex listening_;
  std::unique_ptr<data::PhoneRecognizer> recognizer_;  // where clips have no phones
  std::vector<std::string> notes_;
};

}  // namespace flowtalk::apps
