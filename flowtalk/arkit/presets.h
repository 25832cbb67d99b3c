// A face in the few expressions that every VRM avatar has, from ARKit's shapes: five vowels, blinks
// and moods. Coarse: an avatar's vowels are whole mouths.
#pragma once

#include <array>
#include <string_view>

#include "flowtalk/arkit/scores.h"

namespace flowtalk::arkit {

// As VRM 1.0 names them.
inline constexpr std::array<std::string_view, 11> kPresetNames{
    "aa", "ih", "ou", "ee", "oh", "blinkLeft", "blinkRight", "happy", "angry", "sad", "surprised"};
using Presets = std::array<float, kPresetNames.size()>;

// 0..1 each. The vowels are the mix of at least 0 that comes nearest to the mouth, and no more than
// 1 together; neither are the moods, which count by `moods`, 0..1.
Presets presets_of(const Scores& scores, float moods = 1);

// Of the option that says `moods`, wherever presets are written or sent.
inline constexpr const char* kMoodsHelp =
    "of presets: how much of a mood is shown; moods of many avatars open the mouth and shut the "
    "eyes, "
    "and want 0.3 (default 1)";

}  // namespace flowtalk::arkit
