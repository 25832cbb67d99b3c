// What a face expresses over time, as a person writes it down: keyframes of emotion and strength,
// and events with attack and release over them. A timeline becomes an EmotionCurve for a clip.
#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "flowtalk/base/flame_layout.h"
#include "flowtalk/base/recycled.h"
#include "flowtalk/condition/emotion_control.h"

namespace flowtalk::condition {

// Strength per emotion (E): their sum is the strength of the face, their shares are the mix.
// Neutral (the first) stays 0; all zero is exactly neutral. Straight lines between two of these
// fade one emotion out and the other in.
using Amounts = RecycledVector<double>;

// Of a mix (weights on the simplex) at a strength; neutral weight lowers the strength.
Amounts amounts_of(std::span<const float> mix, double strength);

struct Keyframe {
  double time_s = 0;
  Amounts amounts;
};

struct TimelineEvent {
  double start_s = 0, end_s = std::numeric_limits<double>::infinity();
  Amounts amounts;
  double attack_s = 0, release_s = 0;  // inside start .. end; smooth ramps
  std::string where;                   // "events[2]"
};

struct Timeline {
  std::vector<Keyframe> keyframes;  // times rise; empty: the base is the caller's
  std::vector<TimelineEvent> events;

  // Frame t shows the moment t / 25 s. Between keyframes straight lines, before the first and after
  // the last they hold. Events e with envelope h_e in [0, 1] mix: sum h_e a_e + (1 - sum h_e) base,
  // or sum h_e a_e / sum h_e where they add up to more than one. Then every change is spread over
  // kSpreadFrames, so that no face jumps. `base` (E): where there are no keyframes.
  EmotionCurve curve(int64_t frames, const Amounts& base) const;

  // One line per event that is too short to reach its strength in that curve, because every change
  // is spread over kSpreadFrames.
  std::vector<std::string> weakened(int64_t frames, const Amounts& base) const;

  // One line per time that lies beyond a clip of this length and so has no effect.
  std::vector<std::string> beyond(double duration_s) const;

 private:
  // The curve before it is spread, a row per frame.
  std::vector<Amounts> rows(int64_t frames, const Amounts& base) const;
};

// A mean over kSpreadFrames of each amount around a frame, its ends tapered: a switch becomes an
// even slope with round corners. near(i): the amounts i frames away, -kSpreadFrames / 2 .. as many.
// What is constant stays the same, bit for bit.
Amounts spread_around(const std::function<const Amounts&(int)>& near);
// A frame's amounts as its weights and strength, after those of the frames before.
void append(EmotionCurve& curve, const Amounts& amounts);

// Frames that the most sudden change takes, 0.6 s (docs/control.md says what it is measured by).
inline constexpr int kSpreadFrames = 15;
inline constexpr double kSpread_s = kSpreadFrames / static_cast<double>(flame::kFps);

inline constexpr double kMaxWeight = 1e6;  // of an emotion in a mix, before they are made shares

// FILE.json or FILE.csv, as docs/control.md says, with the names of these conditions. Errors name
// the file, the line or field, what is expected and what is there.
Timeline load_timeline(const std::filesystem::path& path, const Conditions& conditions);
Timeline timeline_of_json(const std::string& text, const std::string& where,
                          const Conditions& conditions);
Timeline timeline_of_csv(const std::string& text, const std::string& where,
                         const Conditions& conditions);

}  // namespace flowtalk::condition
