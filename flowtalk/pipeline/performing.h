// How alive a predicted face is made: the options, and predictions with them.
#pragma once

#include <optional>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/motion/motion.h"
#include "flowtalk/perform/perform.h"
#include "flowtalk/predict/session.h"

namespace flowtalk::pipeline {

struct SweepCell;

struct PerformingOptions {
  std::optional<double> head, gaze, liveliness;

  template <class V>
  void fields(V&& field) {
    field("head", head, between(0.0, perform::kMostLively),
          "how much the head moves: 1, the default, as a person's that talks, 0: not at all; .npy "
          "rows have no place for it, .npz and films do");
    field("gaze", gaze, between(0.0, perform::kMostLively),
          "how far the eyes look about (default 1); 0: as the model moves them");
    field("liveliness", liveliness, between(0.0, perform::kMostLively),
          "of head, gaze, breathing and blinks together (default 1, none where nothing is left to "
          "chance); 0: the model's motion alone, with drawn blinks");
  }

  // Something above 0 was given.
  bool asked() const;
  // How the face of a model is performed; nothing: not at all. Usage Error: blinks that are asked
  // for of a face without lids.
  std::optional<perform::Amounts> amounts(const predict::PredictOptions& options,
                                          const model::ModelConfig& model) const;
};

// Whose performance of a cell it is, and how lively; tempers: one, or one per frame.
struct PerformancePlan {
  perform::Amounts amounts;
  std::vector<perform::Temper> tempers;
  perform::Address address;
};
// Nothing: it is not performed, and blinks are the model's to draw.
std::optional<PerformancePlan> plan_of(const SweepCell& cell, const PerformingOptions& performing,
                                       const model::ModelConfig& model);

// A voice as it was heard.
struct HeardVoice {
  predict::SpeechFeatures speech;
  std::vector<perform::Sound> sounds;
};
HeardVoice hear(const predict::Session& session, const audio::Audio& voice);

// `count` takes of a cell, predicted and performed. Faces of one voice that are asked for other
// emotions or strengths perform each by a chance of their own.
std::vector<motion::Motion> performed_takes(const predict::Session& session,
                                            const HeardVoice& voice, const SweepCell& cell,
                                            const PerformingOptions& performing, int64_t count);

}  // namespace flowtalk::pipeline
