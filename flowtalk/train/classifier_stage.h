// The judge of evaluation: emotion and strength of recorded motion. Cross-entropy over the
// emotions, squared error of the strength; windows of several lengths, and motion roughened,
// smoothed and with channels left out, so that no single channel and no single texture decides.
#pragma once

#include <vector>

#include "flowtalk/base/conditions.h"
#include "flowtalk/judge/emotion_classifier.h"
#include "flowtalk/motion/axes.h"
#include "flowtalk/train/run_folder.h"
#include "flowtalk/train/train_config.h"
#include "flowtalk/train/windows.h"

namespace flowtalk::train {

struct ClassifierLossConfig {
  float strength = 3.0f, label_smoothing = 0.02f;
  float noise = 0.1f, channel_dropout = 0.1f, smooth = 0.3f;

  template <class V>
  void fields(V&& field) {
    field("strength", strength, between(0.0f, 100.0f), "weight of the squared error of strength");
    field("label_smoothing", label_smoothing, between(0.0f, 0.5f), "share given to all emotions");
    field("noise", noise, between(0.0f, 2.0f), "noise on motion, in deviations of each channel");
    field("channel_dropout", channel_dropout, between(0.0f, 0.9f),
          "share of channels that a window lacks");
    field("smooth", smooth, between(0.0f, 1.0f), "share of windows that are smoothed over time");
  }
};

struct ClassifierRun {
  judge::ClassifierConfig model;
  TrainConfig train{
      .max_epoch = 8, .steps_per_epoch = 150, .batch = 32, .lr = 2e-3f, .warmup_steps = 50};
  ClassifierLossConfig loss;
  motion::Axes axes = motion::Axes::kBuiltin;
  Conditions conditions;  // of the data set

  template <class V>
  void fields(V&& field) {
    field("model", model, "sizes");
    field("train", train, "schedule");
    field("loss", loss, "loss weights and noise");
    field("face", axes, "whose expression axes the motion has: builtin, or flame");
    field("conditions", conditions, "emotions, levels and styles; those of the data set");
  }
};

// Windows are train.window_frames long, half and twice that.
void train_classifier(const ClassifierRun& config, const RunFolder& run, const Clips& training,
                      const Clips& validation);

}  // namespace flowtalk::train
