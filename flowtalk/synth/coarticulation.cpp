#include "flowtalk/synth/coarticulation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "flowtalk/base/flame_layout.h"

namespace flowtalk::synth {
namespace {

// One pull: a viseme over the time of a phone (or of half a diphthong).
struct Segment {
  double start_s, end_s;
  const Viseme* viseme;
  double longest_edge_s;  // most of it that is not its middle, at either end
};

constexpr double kReach_s = 1.5;  // beyond it the slowest pull of the table is below 1 %
constexpr double kBriefPause_s = 0.15;
constexpr double kLongestEdge_s = 0.2;
constexpr double kLeast = 1e-30;
constexpr double kForever = std::numeric_limits<double>::infinity();

std::vector<Segment> segments_of(const std::vector<data::Phone>& phones, const LipRules& rules) {
  std::vector<Segment> segments;
  for (const data::Phone& p : phones) {
    const VisemePair& pair = rules.visemes.at(static_cast<size_t>(p.id));
    const double split = p.start_s + 0.6 * (p.end_s - p.start_s);
    const double edge_s = p.id == data::kSilence ? rules.times.settles_s : kLongestEdge_s;
    segments.push_back({p.start_s, pair.glides ? split : p.end_s, &pair.first, edge_s});
    if (pair.glides) segments.push_back({split, p.end_s, &pair.last, edge_s});
  }
  return segments;
}

// Distance from the middle part of the segment: negative before it, positive after, 0 inside.
double distance(const Segment& s, double time, double middle) {
  const double margin = std::min(s.longest_edge_s, 0.5 * (1 - middle) * (s.end_s - s.start_s));
  return std::min(0.0, time - (s.start_s + margin)) + std::max(0.0, time - (s.end_s - margin));
}

double fade(const Segment& s, double away, double pace, double exponent) {
  const double x = pace * (away < 0 ? -s.viseme->ahead * away : s.viseme->behind * away);
  return std::exp(-std::pow(x, exponent));
}

// 0 outside, 1 inside, raised cosines of `before` seconds before start and `after` after end; the
// lower of both where end comes first.
float window(double time, double start, double end, double before, double after) {
  const auto ramp = [](double x) {
    return 0.5 - 0.5 * std::cos(std::numbers::pi * std::clamp(x, 0.0, 1.0));
  };
  return static_cast<float>(
      std::min(ramp(1 - (start - time) / before), ramp(1 - (time - end) / after)));
}

// Lips shut through the closure of P B M, and ramps that take a part of the phones beside.
float bilabial_window(const std::vector<data::Phone>& phones, size_t i, double time,
                      const LipTimes& times) {
  constexpr double kShortest_s = 0.02;
  const auto ramp = [&](bool is_there, size_t beside, double longest) {
    if (!is_there) return longest;
    const double room = times.room * (phones[beside].end_s - phones[beside].start_s);
    return std::clamp(room, kShortest_s, longest);
  };
  const data::Phone& p = phones[i];
  const double before = ramp(i > 0, i - 1, times.shutting_s),
               after = ramp(i + 1 < phones.size(), i + 1, times.parting_s);
  const double release = times.release * (p.end_s - p.start_s);
  return window(time, p.start_s - times.shut_ahead_s, p.end_s - release, before, after + release);
}

// Lips at rest in a pause; the first and the last one have no end.
float rest_window(const std::vector<data::Phone>& phones, size_t i, double time,
                  const LipTimes& times) {
  const double start = i == 0 ? -kForever : phones[i].start_s + times.rests_s;
  const double end = i + 1 == phones.size() ? kForever : phones[i].end_s - times.wakes_s;
  return window(time, start, end, times.resting_s, times.resting_s);
}

// However short, every bilabial shuts the frame nearest to the middle of its closure.
void shut_once_each(const std::vector<data::Phone>& phones, const LipTimes& times,
                    std::vector<MouthFrame>& mouth) {
  for (const data::Phone& p : phones) {
    if (!data::is_bilabial(p.id)) continue;
    const double middle = p.start_s + 0.4 * (p.end_s - p.start_s) - times.early_s;
    const auto t = static_cast<size_t>(std::lround(std::max(0.0, middle) * flame::kFps));
    if (t < mouth.size()) mouth[t].bilabial = 1.0f;
  }
}

void pull(MouthFrame& frame, const std::vector<Segment>& segments, double time,
          const LipTimes& times) {
  const double lips_pace = times.brisk * times.lips_faster;
  double jaw = 0, jaw_weight = 0, lip_weight = 0, closure = 0;
  std::array<double, kLipShapes> lips{};
  for (const Segment& s : segments) {
    if (time < s.start_s - kReach_s || time > s.end_s + kReach_s) continue;
    const double away = distance(s, time, times.middle);
    const double w = s.viseme->jaw_pull * fade(s, away, times.brisk, times.fading);
    jaw += w * s.viseme->jaw;
    jaw_weight += w;
    const double v = s.viseme->lip_pull * fade(s, away, lips_pace, times.fading);
    for (size_t k = 0; k < kLipShapes; ++k) lips[k] += v * s.viseme->lips[k];
    closure += v * s.viseme->closure;
    lip_weight += v;
  }
  frame.jaw = static_cast<float>(jaw / std::max(jaw_weight, kLeast));
  for (size_t k = 0; k < kLipShapes; ++k) {
    frame.lips[k] = static_cast<float>(lips[k] / std::max(lip_weight, kLeast));
  }
  frame.closure = static_cast<float>(closure / std::max(lip_weight, kLeast));
}

}  // namespace

std::vector<MouthFrame> coarticulate(const std::vector<data::Phone>& phones, int64_t frames,
                                     const LipRules& rules) {
  const std::vector<Segment> segments = segments_of(phones, rules);
  std::vector<MouthFrame> mouth(static_cast<size_t>(frames));
  for (int64_t t = 0; t < frames; ++t) {
    MouthFrame& frame = mouth[static_cast<size_t>(t)];
    const double time = static_cast<double>(t) / flame::kFps + rules.times.early_s;
    pull(frame, segments, time, rules.times);
    for (size_t i = 0; i < phones.size(); ++i) {
      const data::Phone& p = phones[i];
      if (time < p.start_s - kReach_s || time > p.end_s + kReach_s) continue;
      if (data::is_bilabial(p.id)) {
        frame.bilabial = std::max(frame.bilabial, bilabial_window(phones, i, time, rules.times));
      }
      if (p.id == data::kSilence && p.end_s - p.start_s > kBriefPause_s) {
        frame.silence = std::max(frame.silence, rest_window(phones, i, time, rules.times));
      }
    }
  }
  shut_once_each(phones, rules.times, mouth);
  for (MouthFrame& frame : mouth) {
    // A bilabial shuts the lips whatever its neighbours want, and at rest the jaw is up.
    frame.closure += (1.0f - frame.closure) * frame.bilabial;
    frame.jaw *= 1.0f - frame.silence;
    for (float& lip : frame.lips) lip *= 1.0f - frame.silence;
  }
  return mouth;
}

}  // namespace flowtalk::synth
