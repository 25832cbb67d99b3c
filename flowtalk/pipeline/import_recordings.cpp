#include "flowtalk/pipeline/import_recordings.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/base/thread_pool.h"
#include "flowtalk/data/face_take.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/data/points_motion.h"
#include "flowtalk/face/blinks.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/pipeline/rule_clips.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;

// Sentences from here on: what the recorded prompts of a benchmark in the same folder leave free.
constexpr int kFirstSentence = data::kLastPromptSentence + 1, kLastSentence = 999;
constexpr int64_t kFewestAtRest = 4;
constexpr double kBlinkScore = 0.5;  // above the lid's usual score: a shut eye

// Frames before and after the words in which the lips are about as near as they come.
std::vector<bool> at_rest(const RuleClip& clip, const std::vector<double>& gaps, double rate_hz) {
  std::vector<bool> rest(gaps.size());
  const double near = quantile_below(gaps, 0.4), nearest = quantile_below(gaps, 0.2);
  int64_t count = 0;
  for (size_t t = 0; t < gaps.size(); ++t) {
    const double time = static_cast<double>(t) / rate_hz;
    const auto& first = clip.phones.front();
    const auto& last = clip.phones.back();
    const bool silent = (first.id == data::kSilence && time < first.end_s - 0.1) ||
                        (last.id == data::kSilence && time > last.start_s + 0.2);
    rest[t] = silent && gaps[t] <= near;
    count += rest[t] ? 1 : 0;
  }
  for (size_t t = 0; count < kFewestAtRest && t < gaps.size(); ++t) rest[t] = gaps[t] <= nearest;
  return rest;
}

// Blinks as the scores have them, above the clip's usual lid.
void add_blinks(const data::FaceTake& scores, tensor::Tensor& live) {
  const auto left = scores.curve("eyeBlinkLeft"), right = scores.curve("eyeBlinkRight");
  if (!left || !right) return;
  const double usual_left = quantile_below(*left, 0.5), usual_right = quantile_below(*right, 0.5);
  const auto lid = [](double score, double usual) {
    return static_cast<float>(std::clamp((score - usual) / kBlinkScore, 0.0, 1.0));
  };
  const auto frames = static_cast<size_t>(live.dim(0));
  for (size_t t = 0; t < std::min({frames, left->size(), right->size()}); ++t) {
    face::blink(live.values().subspan(t * motion::kLive, motion::kLive),
                {lid((*left)[t], usual_left), lid((*right)[t], usual_right)});
  }
}

struct Made {
  motion::Motion motion;
  double gap_r = 0, gap_rms_mm = 0;
};

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
  const auto n = static_cast<double>(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    sa += a[i], sb += b[i], saa += a[i] * a[i], sbb += b[i] * b[i], sab += a[i] * b[i];
  }
  const double spread = std::sqrt((saa - sa * sa / n) * (sbb - sb * sb / n));
  return spread > 0 ? (sab - sa * sb / n) / spread : 0;
}

// The jaw as the scores have it, radians above where it is at rest; empty where they do not say.
std::vector<double> jaw_of(const data::FaceTake& scores, const std::vector<bool>& rest) {
  const auto open = scores.curve("jawOpen");
  if (!open || open->size() != rest.size()) return {};
  std::vector<double> resting;
  for (size_t t = 0; t < rest.size(); ++t) {
    if (rest[t]) resting.push_back((*open)[t]);
  }
  const double usual = quantile_below(resting, 0.5);
  std::vector<double> jaw;
  for (const double score : *open) jaw.push_back(double{face::kJawOpen} * (score - usual));
  return jaw;
}

Made motion_of_clip(const RuleClip& clip) {
  const data::FacePoints points = data::load_face_points(clip.file);
  const data::FaceTake scores = data::load_score_take(clip.file);
  const auto rest = at_rest(clip, data::lip_gaps(points), points.rate_hz);
  const auto fitted = data::motion_of_points(points, rest, jaw_of(scores, rest));
  tensor::Tensor live = motion::live_of(fitted.motion);
  add_blinks(scores, live);
  Made made;
  made.motion = motion::of_live(live, motion::Axes::kBuiltin);
  made.motion.rate_hz = points.rate_hz;
  made.gap_r = correlation(fitted.fitted_mm, fitted.gap_mm);
  double square = 0;
  for (size_t t = 0; t < fitted.gap_mm.size(); ++t) {
    square += std::pow(fitted.fitted_mm[t] - fitted.gap_mm[t], 2);
  }
  made.gap_rms_mm = std::sqrt(square / static_cast<double>(fitted.gap_mm.size()));
  return made;
}

// The styles that take turns: one that is named, or all.
std::vector<int> styles_of(const std::string& name) {
  const auto& styles = default_conditions().styles;
  if (name == kEveryStyle) {
    std::vector<int> all(styles.size());
    std::iota(all.begin(), all.end(), 0);
    return all;
  }
  const auto found = std::ranges::find(styles, name);
  if (found == styles.end()) {
    fail("style '{}': expected {} or one of {}{}", name, kEveryStyle, fmt::join(styles, ", "),
         did_you_mean(name, styles));
  }
  return {static_cast<int>(found - styles.begin())};
}

// The name that the number-th clip is given.
std::string stem_of(const std::vector<int>& styles, size_t number) {
  const data::ClipName name{styles[number % styles.size()],
                            kFirstSentence + static_cast<int>(number / styles.size()), 0, 0};
  return data::format_stem(name, default_conditions());
}

}  // namespace

ImportRecordingsReport import_recordings(const ImportRecordingsOptions& o,
                                         const Reporter& reporter) {
  const std::vector<int> styles = styles_of(o.style);
  check_folder(o.output, "output");
  std::vector<RuleClip> clips = load_rule_clips(o.recordings, o.threads, reporter);
  std::erase_if(clips, [&](const RuleClip& clip) { return clip.kept_out != o.kept_out; });
  const size_t most = styles.size() * (kLastSentence - kFirstSentence + 1);
  if (clips.size() > most) {
    fail("recordings: {} clips, expected at most {} of {} styles", clips.size(), most,
         styles.size());
  }
  const fs::path out = o.output;
  for (const char* part : {"param", "wav", "phones"}) fs::create_directories(out / part);
  std::vector<double> r(clips.size()), apart(clips.size());
  std::string list;
  for (size_t i = 0; i < clips.size(); ++i) {
    list += fmt::format("{}\t{}\n", stem_of(styles, i), clips[i].name);
  }
  ImportRecordingsReport report;
  ThreadPool pool(o.threads);
  const Advance advance = reporter.begin("motion", std::ssize(clips), "clips");
  pool.parallel_for(std::ssize(clips), [&](int64_t index) {
    const auto i = static_cast<size_t>(index);
    const std::string stem = stem_of(styles, i);
    const Made made = motion_of_clip(clips[i]);
    r[i] = made.gap_r, apart[i] = made.gap_rms_mm;
    const audio::Audio audio = audio::load_audio(data::sound_beside(clips[i].file));
    data::save_phone_clip(out, {stem, audio, clips[i].phones});
    motion::save_motion(out / "param" / (stem + ".npy"),
                        motion::resample(made.motion, flame::kFps));
    advance(1, "");
  });
  data::save_dataset_facts(out, {motion::Axes::kBuiltin});
  save_file(out / "clips.tsv", list);
  report.clips = std::ssize(clips);
  for (const RuleClip& clip : clips) report.duration_s += clip.phones.back().end_s;
  if (!clips.empty())
    report.gap_r = quantile_below(r, 0.5), report.gap_rms_mm = quantile_below(apart, 0.5);
  return report;
}

}  // namespace flowtalk::pipeline
