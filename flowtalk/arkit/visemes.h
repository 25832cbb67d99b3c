// A mouth as the fourteen visemes that Oculus' lip sync names, from ARKit's shapes: for avatars
// that have those alone. Coarse: they are whole mouths.
#pragma once

#include <array>
#include <string_view>

#include "flowtalk/arkit/scores.h"

namespace flowtalk::arkit {

// "sil", the mouth at rest, is what is left when all of these are 0.
inline constexpr std::array<std::string_view, 14> kVisemeNames{
    "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U"};
using Visemes = std::array<float, kVisemeNames.size()>;

// 0..1 each, no more than 1 together: the mix of at least 0 that comes nearest to the mouth.
Visemes visemes_of(const Scores& scores);

}  // namespace flowtalk::arkit
