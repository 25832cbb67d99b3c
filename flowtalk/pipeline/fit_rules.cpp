#include "flowtalk/pipeline/fit_rules.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/evaluate/lip_follow.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/synth/lip_curves.h"

namespace flowtalk::pipeline {
namespace {

using Curve = std::vector<double>;

double quantile(Curve values, double q) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const double at = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(at);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (at - std::floor(at)) * (values[above] - values[below]);
}

// The figures of every clip, before their medians.
struct Columns {
  Curve r, best_r, lag_ms, f1, jaw_speed, jaw_loudness_r;
  double square_mm = 0, frames = 0, closures = 0, speech_s = 0;

  void add(const RuleClip& clip, const Curve& gap, const Curve& jaw) {
    const evaluate::Followed follows = evaluate::followed(gap, clip.gap_mm);
    r.push_back(follows.at_0), best_r.push_back(follows.best), lag_ms.push_back(follows.lag_ms);
    const Curve shut = evaluate::closures_in(gap, clip.speech);
    const auto score = evaluate::closure_f1(shut, evaluate::closures_in(clip.gap_mm, clip.speech));
    if (score) f1.push_back(*score);
    closures += static_cast<double>(shut.size());
    speech_s += static_cast<double>(std::ranges::count(clip.speech, true)) / flame::kFps;
    Curve speeds;
    for (size_t t = 1; t < jaw.size(); ++t) {
      speeds.push_back(std::abs(jaw[t] - jaw[t - 1]) * flame::kFps /
                       static_cast<double>(face::kJawOpen));
    }
    jaw_speed.push_back(quantile(speeds, 0.99));
    jaw_loudness_r.push_back(evaluate::followed(jaw, clip.sound).at_0);
    for (size_t t = 0; t < gap.size(); ++t) square_mm += std::pow(gap[t] - clip.gap_mm[t], 2);
    frames += static_cast<double>(gap.size());
  }

  RuleFigures figures() const {
    return {quantile(r, 0.5),
            quantile(best_r, 0.5),
            quantile(lag_ms, 0.5),
            quantile(f1, 0.5),
            std::sqrt(square_mm / std::max(1.0, frames)),
            closures / std::max(speech_s, 1e-9),
            quantile(jaw_speed, 0.5),
            quantile(jaw_loudness_r, 0.5)};
  }
};

RulePart measure(const std::string& name, const std::vector<RuleClip>& clips, bool kept_out,
                 const synth::LipRules& before, const synth::LipRules& after) {
  RulePart part{name, 0, {}, {}, {}};
  Columns people, old, fitted;
  for (const RuleClip& clip : clips) {
    if (clip.kept_out != kept_out) continue;
    ++part.clips;
    people.add(clip, clip.gap_mm, clip.jaw);
    const auto a = synth::lip_curves(clip.phones, clip.loudness, before);
    old.add(clip, a.gap_mm, a.jaw);
    const auto b = synth::lip_curves(clip.phones, clip.loudness, after);
    fitted.add(clip, b.gap_mm, b.jaw);
  }
  part.people = people.figures(), part.before = old.figures(), part.after = fitted.figures();
  return part;
}

}  // namespace

FitRulesOutcome fit_rules(const FitRulesOptions& o, const Reporter& reporter) {
  if (!o.table.empty()) make_parent_folder(o.table);
  const auto clips = load_rule_clips(o.recordings, o.search.threads, reporter);
  if (std::ranges::all_of(clips, &RuleClip::kept_out)) {
    fail("recordings: {} clips, all of the third that is kept out; expected some to fit to",
         clips.size());
  }
  const synth::LipRules& before = synth::lip_rules();
  const synth::LipRules after =
      o.measure_only ? before : search_rules(before, clips, o.search, reporter);
  FitRulesOutcome outcome;
  outcome.parts = {measure("fitted", clips, false, before, after),
                   measure("kept out", clips, true, before, after)};
  outcome.table = synth::table_of(after);
  if (!o.table.empty()) save_file(o.table, outcome.table);
  return outcome;
}

}  // namespace flowtalk::pipeline
