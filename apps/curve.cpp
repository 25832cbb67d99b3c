#include "apps/curve.h"

#include "apps/command_line.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"

namespace flowtalk::apps {

void CurveOption::add_to(CLI::App& app) {
  app.add_option("--curve", file,
                 "emotion and strength over time: a .json or .csv file (docs/control.md)");
}

std::optional<condition::Timeline> CurveOption::load(const CLI::App& app,
                                                     const Conditions& conditions) const {
  if (file.empty()) {
    if (app.count("--curve") > 0) fail_usage("--curve '': expected a .json or .csv file");
    return {};
  }
  auto timeline = condition::load_timeline(file, conditions);
  for (const char* option : {"--emotion", "--strength", "--intensity"}) {
    if (!timeline.keyframes.empty() && app.count(option) > 0) {
      fail_usage("{}: has a base of its own, leave {} out, or the base", file, option);
    }
  }
  return timeline;
}

condition::EmotionCurve CurveOption::along(const condition::Timeline& timeline,
                                           const predict::SpeechFeatures& speech,
                                           const condition::Amounts& base, bool quiet) const {
  const int64_t frames = speech.values.dim(1);
  for (const auto& lines : {timeline.beyond(static_cast<double>(frames) / flame::kFps),
                            timeline.weakened(frames, base)}) {
    if (quiet || lines.empty()) continue;
    const std::string more =
        lines.size() > 1 ? fmt::format(" (and {} more like it)", lines.size() - 1) : "";
    warn(fmt::format("{}: {}{}", file, lines.front(), more));
  }
  return timeline.curve(frames, base);
}

void CurveOption::follow(const condition::Timeline& timeline, const predict::SpeechFeatures& speech,
                         bool quiet, predict::PredictOptions& options) const {
  const auto base = condition::amounts_of(options.emotion, static_cast<double>(options.strength));
  options.curve = along(timeline, speech, base, quiet);
}

}  // namespace flowtalk::apps
