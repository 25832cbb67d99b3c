// Predicted faces held against recorded people, clip by clip: do the lips follow, when, how often
// do they shut, and does the face move as people's do? docs/recorded.md defines the figures.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/evaluate/lip_follow.h"
#include "flowtalk/evaluate/phone_gaps.h"
#include "flowtalk/evaluate/recordings.h"

namespace flowtalk::evaluate {

// Who is looked at: the person, the model, the loudness of the voice in the place of lips, and the
// model's lips at another time.
enum class Side : size_t { kPeople, kModel, kLoudness, kChance, kCount };
inline constexpr size_t kSides = static_cast<size_t>(Side::kCount);
std::string_view name_of(Side side);

// What one side gets in one clip; none where it does not tell.
struct SideFigures {
  std::optional<double> r, best_r, lag_ms;         // of its lips with the person's
  std::optional<double> closure_f1;                // against the person's
  std::optional<double> closures, speech_s;        // how many, in how much speech
  std::optional<double> jaw_speed, jaw_bandwidth;  // 1/s at the 99th percentile, Hz
  std::optional<double> jaw_loudness_r, jaw_after_loudness_ms;
  std::optional<double> blink_ms;  // median width at half height
  std::optional<double> brow_sd;
  PhoneGaps phones;
  LipEvents late;  // milliseconds after the person's
};

struct RecordedClip {
  Source source = Source::kPoints;
  std::string name;
  std::array<SideFigures, kSides> sides;
  std::vector<double> person_lips, model_lips;  // as they were compared
};

// What a model made of a clip's voice: its most typical answer, from which lips and jaw are taken,
// and one as users see it, with chance and a performer, for lids and brows.
struct MadeFaces {
  Recording typical, performed;
};
// Curves are cut to the shorter side and to where the person's lips were seen. Error: less than
// half a second is left. audio: 16 kHz.
RecordedClip measure_recorded(const RecordingFile& file, const Recording& person,
                              const MadeFaces& made, const audio::Audio& audio);

// One figure of one side over clips of one source, none where no clip tells it.
using Clips = std::span<const RecordedClip* const>;
struct RecordedFigure {
  std::string_view key;    // in JSON
  std::string_view name;   // for people, with its unit
  std::string_view group;  // of the table that it stands in
  std::vector<Side> sides;
  int decimals;
  std::optional<double> (*of)(Clips clips, Side side);
};
// All of them, in the order of the reports: the one list.
std::span<const RecordedFigure> recorded_figures();

}  // namespace flowtalk::evaluate
