#include "flowtalk/pipeline/curve.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"

namespace flowtalk::pipeline {

std::optional<condition::Timeline> CurveOptions::load(const Given& given,
                                                      const Conditions& conditions) const {
  if (curve.empty()) return {};
  auto timeline = condition::load_timeline(curve, conditions);
  for (const char* option : {"emotion", "strength", "intensity"}) {
    if (!timeline.keyframes.empty() && given(option)) {
      fail_usage("{}: has a base of its own, leave {} out, or the base", curve, Field(option));
    }
  }
  return timeline;
}

condition::EmotionCurve CurveOptions::along(const condition::Timeline& timeline,
                                            const predict::SpeechFeatures& speech,
                                            const condition::Amounts& base,
                                            const Reporter& reporter) const {
  const int64_t frames = speech.values.dim(1);
  for (const auto& lines : {timeline.beyond(static_cast<double>(frames) / flame::kFps),
                            timeline.weakened(frames, base)}) {
    if (lines.empty()) continue;
    const std::string more =
        lines.size() > 1 ? fmt::format(" (and {} more like it)", lines.size() - 1) : "";
    reporter.warn(fmt::format("{}: {}{}", curve, lines.front(), more));
  }
  return timeline.curve(frames, base);
}

void CurveOptions::follow(const condition::Timeline& timeline,
                          const predict::SpeechFeatures& speech, predict::PredictOptions& options,
                          const Reporter& reporter) const {
  const auto base = condition::amounts_of(options.asked.emotion, double{options.asked.strength});
  options.asked.curve = along(timeline, speech, base, reporter);
}

}  // namespace flowtalk::pipeline
