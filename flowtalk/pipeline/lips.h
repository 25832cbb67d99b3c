// Do the lips follow the voice? Needs no ground truth.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "flowtalk/base/reporter.h"
#include "flowtalk/evaluate/lips.h"
#include "flowtalk/pipeline/motion_choice.h"
#include "flowtalk/pipeline/performance.h"

namespace flowtalk::pipeline {

struct LipsOptions {
  std::vector<std::string> voices, motion;
  std::string json, emotion = "neutral", face = "builtin";
  PerformanceOptions performance;
  MotionOptions reading;
  Given given{};

  template <class V>
  void fields(V&& field) {
    field("voices", voices, "sound files, folders or globs");
    field("motion", motion,
          "motion files (.npy, .npz), one per voice; without them the motion is predicted here, "
          "without "
          "chance unless a temperature is given");
    field("reading", reading, "how motion files are read");
    field("json", json, "also write the figures to this file");
    field("emotion", emotion, "of predicted motion (default neutral)");
    field("face", face, "whose lips are measured: builtin, or a FLAME file (default builtin)");
    field("performance", performance, "of predicted motion");
  }
};

// Of several voices one that cannot be used is warned of and left out; an Error after `show` then
// counts them.
void check_lips(LipsOptions options, const std::function<void(const evaluate::LipReport&)>& show,
                const Reporter& reporter);
// For people, a row per file unless only the pooled figure is wanted.
std::string text_of(const evaluate::LipReport& report, bool pooled_only);

}  // namespace flowtalk::pipeline
