#include "flowtalk/evaluate/recorded.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/evaluate/lively_curves.h"

namespace flowtalk::evaluate {
namespace {

using Curve = std::vector<double>;
using enum Side;

constexpr size_t kFewest = flame::kFps / 2;  // frames
constexpr uint64_t kSeed = 1;                // of the shifts
constexpr double kBandwidth = 0.95;          // of the variance

// Frames begin .. end - 1, those that a curve has of them.
Curve cut(const Curve& curve, size_t begin, size_t end) {
  end = std::min(end, curve.size());
  if (begin >= end) return {};
  return {curve.begin() + static_cast<int64_t>(begin), curve.begin() + static_cast<int64_t>(end)};
}

// What is compared: frames of both sides and of the sound.
struct Frames {
  size_t begin = 0, end = 0;
};
Frames frames_of(const Recording& person, const Recording& made, const std::string& where) {
  const size_t both = std::min(person.lips.size(), made.lips.size());
  Frames frames{both, 0};
  for (size_t t = 0; t < both; ++t) {
    const double time_s = static_cast<double>(t) / flame::kFps;
    if (time_s < person.begin_s || time_s > person.end_s) continue;
    frames.begin = std::min(frames.begin, t);
    frames.end = t + 1;
  }
  if (frames.end < frames.begin + kFewest) {
    fail("{}: {} frames of lips and sound together; expected half a second", where,
         frames.end > frames.begin ? frames.end - frames.begin : 0);
  }
  return frames;
}

// "grid/bbal8p.npz": names of files repeat in other folders.
std::string name_of(const RecordingFile& file) {
  return (file.file.parent_path().filename() / file.file.filename()).string();
}

double bandwidth(const Curve& curve) {
  double sum = 0, below = 0;
  const auto powers = spectrum(curve);
  for (const auto& [hz, power] : powers) sum += power;
  for (const auto& [hz, power] : powers) {
    below += power;
    if (below >= kBandwidth * sum) return hz;
  }
  return 0;
}

void measure_face(const Recording& face, const Frames& frames, const Curve& loudness,
                  SideFigures& figures) {
  const Curve jaw = cut(face.jaw, frames.begin, frames.end);
  if (jaw.size() != loudness.size() || deviation(jaw) == 0) return;
  Curve speeds;
  for (size_t t = 1; t < jaw.size(); ++t) {
    speeds.push_back(std::abs(jaw[t] - jaw[t - 1]) * flame::kFps);
  }
  figures.jaw_speed = quantile(speeds, 0.99);
  figures.jaw_bandwidth = bandwidth(jaw);
  const Followed follows = followed(jaw, loudness);
  figures.jaw_loudness_r = follows.at_0;
  figures.jaw_after_loudness_ms = follows.lag_ms;
}

void measure_upper_face(const Recording& face, SideFigures& figures) {
  if (!face.brow.empty()) figures.brow_sd = deviation(face.brow);
  Curve widths;
  for (const Blink& blink : blinks_of(face.lids)) widths.push_back(1000 * blink.width_s);
  if (!widths.empty()) figures.blink_ms = quantile(widths, 0.5);
}

void set_follow(SideFigures& figures, const Curve& lips, const Curve& person) {
  const Followed follows = followed(lips, person);
  figures.r = follows.at_0;
  figures.best_r = follows.best;
  figures.lag_ms = follows.lag_ms;
}

void measure_lips(RecordedClip& clip, const Curve& loudness) {
  const auto side = [&](Side one) -> SideFigures& { return clip.sides[static_cast<size_t>(one)]; };
  const std::vector<bool> speech = speech_in(loudness);
  const double speech_s = static_cast<double>(std::ranges::count(speech, true)) / flame::kFps;
  const Curve real = closures_in(clip.person_lips, speech);
  const auto set = [&](Side one, const Curve& lips) {
    set_follow(side(one), lips, clip.person_lips);
    side(one).closure_f1 = closure_f1(closures_in(lips, speech), real);
  };
  set(kModel, clip.model_lips);
  set(kLoudness, loudness);
  for (const Side one : {kPeople, kModel}) {
    const Curve& lips = one == kPeople ? clip.person_lips : clip.model_lips;
    side(one).closures = static_cast<double>(closures_in(lips, speech).size());
    side(one).speech_s = speech_s;
  }
  const ByChance chance =
      by_chance(clip.model_lips, clip.person_lips, speech, Rng(kSeed).fork(clip.name));
  side(kChance).r = chance.at_0;
  side(kChance).best_r = chance.best;
  side(kChance).closure_f1 = chance.f1;
  side(kModel).late = lateness(events_of(clip.model_lips), events_of(clip.person_lips));
}

// Over clips.

const SideFigures& figures_of(const RecordedClip& clip, Side side) {
  return clip.sides[static_cast<size_t>(side)];
}

template <std::optional<double> SideFigures::*kValue>
std::optional<double> median_of(Clips clips, Side side) {
  Curve values;
  for (const RecordedClip* clip : clips) {
    const auto value = figures_of(*clip, side).*kValue;
    if (value) values.push_back(*value);
  }
  return values.empty() ? std::nullopt : std::optional(quantile(values, 0.5));
}

template <std::optional<double> SideFigures::*kValue>
std::optional<double> sum_of(Clips clips, Side side) {
  std::optional<double> sum;
  for (const RecordedClip* clip : clips) {
    const auto value = figures_of(*clip, side).*kValue;
    if (value) sum = sum.value_or(0) + *value;
  }
  return sum;
}

std::optional<double> closure_rate(Clips clips, Side side) {
  const auto closures = sum_of<&SideFigures::closures>(clips, side),
             speech_s = sum_of<&SideFigures::speech_s>(clips, side);
  if (!closures || !(speech_s.value_or(0) > 0)) return std::nullopt;
  return *closures / *speech_s;
}

PhoneGaps phones_of(Clips clips, Side side) {
  PhoneGaps gaps;
  for (const RecordedClip* clip : clips) gaps.add(figures_of(*clip, side).phones);
  return gaps;
}

std::optional<double> bilabials(Clips clips, Side side) {
  const PhoneGaps gaps = phones_of(clips, side);
  return gaps.least.empty() ? std::nullopt : std::optional(static_cast<double>(gaps.least.size()));
}
std::optional<double> closed(Clips clips, Side side) {
  return closed_share(phones_of(clips, side));
}
std::optional<double> area(Clips clips, Side side) { return closed_area(phones_of(clips, side)); }

Curve late_of(Clips clips, Side side, LipEvent event) {
  Curve late;
  for (const RecordedClip* clip : clips) {
    const auto& own = figures_of(*clip, side).late[static_cast<size_t>(event)];
    late.insert(late.end(), own.begin(), own.end());
  }
  return late;
}

template <LipEvent kEvent>
std::optional<double> lateness_of(Clips clips, Side side) {
  const Curve late = late_of(clips, side, kEvent);
  return late.empty() ? std::nullopt : std::optional(quantile(late, 0.5));
}

std::optional<double> event_count(Clips clips, Side side) {
  double count = 0;
  for (size_t kind = 0; kind < kLipEvents; ++kind) {
    count += static_cast<double>(late_of(clips, side, static_cast<LipEvent>(kind)).size());
  }
  return count > 0 ? std::optional(count) : std::nullopt;
}

std::vector<RecordedFigure> all_figures() {
  using F = SideFigures;
  const std::vector<Side> guesses{kModel, kLoudness, kChance}, both{kPeople, kModel},
      followers{kModel, kLoudness}, model{kModel};
  constexpr const char *kLips = "lips", *kClosures = "closures", *kPhones = "P B M",
                       *kTimes = "model after people, ms", *kFace = "jaw, lids and brows";
  return {
      {"lips_r", "r at lag 0", kLips, guesses, 3, median_of<&F::r>},
      {"lips_best_r", "best r", kLips, guesses, 3, median_of<&F::best_r>},
      {"lips_lag_ms", "its lag (ms)", kLips, followers, 0, median_of<&F::lag_ms>},
      {"closure_f1", "F1", kClosures, guesses, 3, median_of<&F::closure_f1>},
      {"closures", "count", kClosures, both, 0, sum_of<&F::closures>},
      {"closures_per_s", "per s of speech", kClosures, both, 2, closure_rate},
      {"bilabials", "count", kPhones, model, 0, bilabials},
      {"bilabials_closed", "closed", kPhones, both, 3, closed},
      {"bilabials_area", "area", kPhones, both, 3, area},
      {"opening_ms", "openings", kTimes, model, 1, lateness_of<LipEvent::kOpening>},
      {"closing_ms", "closings", kTimes, model, 1, lateness_of<LipEvent::kClosing>},
      {"shut_ms", "shut", kTimes, model, 1, lateness_of<LipEvent::kShut>},
      {"open_ms", "open", kTimes, model, 1, lateness_of<LipEvent::kOpen>},
      {"events", "count", kTimes, model, 0, event_count},
      {"jaw_speed_p99", "jaw speed (1/s)", kFace, both, 2, median_of<&F::jaw_speed>},
      {"jaw_bandwidth_hz", "bandwidth (Hz)", kFace, both, 2, median_of<&F::jaw_bandwidth>},
      {"jaw_loudness_r", "r with loudness", kFace, both, 2, median_of<&F::jaw_loudness_r>},
      {"jaw_after_loudness_ms", "after it (ms)", kFace, both, 0,
       median_of<&F::jaw_after_loudness_ms>},
      {"blink_width_ms", "blink width (ms)", kFace, both, 0, median_of<&F::blink_ms>},
      {"brow_inner_up_sd", "browInnerUp sd", kFace, both, 3, median_of<&F::brow_sd>},
  };
}

}  // namespace

std::string_view name_of(Side side) {
  constexpr std::array<std::string_view, kSides> kNames{"people", "model", "loudness", "chance"};
  return kNames[static_cast<size_t>(side)];
}

RecordedClip measure_recorded(const RecordingFile& file, const Recording& person,
                              const MadeFaces& made, const audio::Audio& audio) {
  RecordedClip clip{file.source, name_of(file), {}, {}, {}};
  SideFigures& people = clip.sides[static_cast<size_t>(kPeople)];
  SideFigures& model = clip.sides[static_cast<size_t>(kModel)];
  if (!person.phones.empty()) {
    model.phones = phone_gaps(made.typical.lips, person.phones, file.v_is_open);
    people.phones = phone_gaps(person.lips, person.phones, file.v_is_open);
  }
  if (file.source == Source::kPhones) return clip;
  const Frames frames = frames_of(person, made.typical, file.file.string());
  clip.person_lips = cut(person.lips, frames.begin, frames.end);
  clip.model_lips = cut(made.typical.lips, frames.begin, frames.end);
  const Curve loudness =
      cut(loudness_of(audio, static_cast<int64_t>(frames.end)), frames.begin, frames.end);
  measure_lips(clip, loudness);
  measure_face(person, frames, loudness, people);
  measure_face(made.typical, frames, loudness, model);
  measure_upper_face(person, people);
  measure_upper_face(made.performed, model);
  return clip;
}

std::span<const RecordedFigure> recorded_figures() {
  static const std::vector<RecordedFigure> figures = all_figures();
  return figures;
}

}  // namespace flowtalk::evaluate
