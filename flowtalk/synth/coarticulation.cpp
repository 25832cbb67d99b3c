#include "flowtalk/synth/coarticulation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "flowtalk/base/flame_layout.h"
#include "flowtalk/synth/visemes.h"

namespace flowtalk::synth {
namespace {

// One pull: a viseme over the time of a phone (or of half a diphthong).
struct Segment {
  double start_s, end_s;
  const Viseme* viseme;
};

constexpr double kReach_s = 0.45;     // pulls beyond it are below 1e-4
constexpr double kLipsFaster = 1.25;  // lips are lighter than the jaw
constexpr double kBriefPause_s = 0.15;

std::vector<Segment> segments_of(const std::vector<data::Phone>& phones) {
  std::vector<Segment> segments;
  for (const data::Phone& p : phones) {
    const VisemePair& pair = viseme_of(p.id);
    const double split = p.start_s + 0.6 * (p.end_s - p.start_s);
    segments.push_back({p.start_s, pair.glides ? split : p.end_s, &pair.first});
    if (pair.glides) segments.push_back({split, p.end_s, &pair.last});
  }
  return segments;
}

// Distance from the middle part of the segment: negative before it, positive after, 0 inside.
double distance(const Segment& s, double time) {
  const double margin = 0.25 * (s.end_s - s.start_s);
  return std::min(0.0, time - (s.start_s + margin)) + std::max(0.0, time - (s.end_s - margin));
}

double fade(const Segment& s, double away, double pace) {
  return std::exp(-pace * (away < 0 ? -s.viseme->ahead * away : s.viseme->behind * away));
}

// 0 outside, 1 inside, raised cosines of `ramp` seconds before start and after end.
float window(double time, double start, double end, double before, double after) {
  const auto ramp = [](double x) {
    return 0.5 - 0.5 * std::cos(std::numbers::pi * std::clamp(x, 0.0, 1.0));
  };
  if (time < start) return static_cast<float>(ramp(1 - (start - time) / before));
  if (time > end) return static_cast<float>(ramp(1 - (time - end) / after));
  return 1.0f;
}

// Lips shut through the closure of P B M (their last fifth is the release), and ramps that take at
// most 40 % of the phones beside.
float bilabial_window(const std::vector<data::Phone>& phones, size_t i, double time) {
  constexpr double kRamp_s = 0.055;
  const auto room = [&phones](size_t j) { return 0.4 * (phones[j].end_s - phones[j].start_s); };
  const data::Phone& p = phones[i];
  const double before = i > 0 ? std::clamp(room(i - 1), 0.02, kRamp_s) : kRamp_s;
  const double after = i + 1 < phones.size() ? std::clamp(room(i + 1), 0.02, kRamp_s) : kRamp_s;
  const double release = 0.2 * (p.end_s - p.start_s);
  return window(time, p.start_s, p.end_s - release, before, after + release);
}

// However short, every bilabial shuts the frame nearest to the middle of its closure.
void shut_once_each(const std::vector<data::Phone>& phones, std::vector<MouthFrame>& mouth) {
  for (const data::Phone& p : phones) {
    if (!data::is_bilabial(p.id)) continue;
    const double middle = p.start_s + 0.4 * (p.end_s - p.start_s);
    const auto t = static_cast<size_t>(middle * flame::kFps);
    if (t < mouth.size()) mouth[t].bilabial = 1.0f;
  }
}

void pull(MouthFrame& frame, const std::vector<Segment>& segments, double time) {
  double jaw = 0, jaw_weight = 0, lip_weight = 0, closure = 0;
  std::array<double, kLipShapes> lips{};
  for (const Segment& s : segments) {
    if (time < s.start_s - kReach_s || time > s.end_s + kReach_s) continue;
    const double away = distance(s, time);
    const double w = s.viseme->jaw_pull * fade(s, away, 1.0);
    jaw += w * s.viseme->jaw;
    jaw_weight += w;
    const double v = s.viseme->lip_pull * fade(s, away, kLipsFaster);
    for (size_t k = 0; k < kLipShapes; ++k) lips[k] += v * s.viseme->lips[k];
    closure += v * s.viseme->closure;
    lip_weight += v;
  }
  frame.jaw = static_cast<float>(jaw / std::max(jaw_weight, 1e-9));
  for (size_t k = 0; k < kLipShapes; ++k) {
    frame.lips[k] = static_cast<float>(lips[k] / std::max(lip_weight, 1e-9));
  }
  frame.closure = static_cast<float>(closure / std::max(lip_weight, 1e-9));
}

}  // namespace

std::vector<MouthFrame> coarticulate(const std::vector<data::Phone>& phones, int64_t frames) {
  const std::vector<Segment> segments = segments_of(phones);
  std::vector<MouthFrame> mouth(static_cast<size_t>(frames));
  for (int64_t t = 0; t < frames; ++t) {
    MouthFrame& frame = mouth[static_cast<size_t>(t)];
    const double time = (static_cast<double>(t) + 0.5) / flame::kFps;
    pull(frame, segments, time);
    for (size_t i = 0; i < phones.size(); ++i) {
      const data::Phone& p = phones[i];
      if (time < p.start_s - kReach_s || time > p.end_s + kReach_s) continue;
      if (data::is_bilabial(p.id)) {
        frame.bilabial = std::max(frame.bilabial, bilabial_window(phones, i, time));
      }
      if (p.id == data::kSilence && p.end_s - p.start_s > kBriefPause_s) {
        frame.silence =
            std::max(frame.silence, window(time, p.start_s + 0.06, p.end_s - 0.06, 0.08, 0.08));
      }
    }
  }
  shut_once_each(phones, mouth);
  // A bilabial shuts the lips whatever its neighbours want.
  for (MouthFrame& frame : mouth) frame.closure += (1.0f - frame.closure) * frame.bilabial;
  return mouth;
}

}  // namespace flowtalk::synth
