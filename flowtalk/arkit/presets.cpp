#include "flowtalk/arkit/presets.h"

#include <algorithm>
#include <span>

#include "flowtalk/arkit/mouth_mix.h"

namespace flowtalk::arkit {
namespace {

constexpr size_t kVowels = 5;
// How much each feature of a mouth counts: open, funnel, pucker, stretch, lower down, upper up.
constexpr Mouth kCounts{2, 1, 1, 0.7f, 0.4f, 0.4f};
// Mouths that a full vowel is taken to be.
constexpr std::array<Mouth, kVowels> kMouths{Mouth{0.55f, 0, 0, 0, 0.25f, 0.15f},     // aa
                                             Mouth{0.20f, 0, 0, 0.25f, 0.3f, 0.2f},   // ih
                                             Mouth{0.12f, 0.35f, 0.75f, 0, 0, 0},     // ou
                                             Mouth{0.15f, 0, 0, 0.5f, 0.35f, 0.25f},  // ee
                                             Mouth{0.40f, 0.55f, 0.35f, 0, 0, 0}};    // oh

// Full where its sign is as strong as faces show it, and nothing below what faces that speak do
// without a mood: an avatar may stop its mouth or its lids from the least of one on (overrideMouth
// of VRM).
float mood(float sign, float least, float full) {
  return std::max(0.0f, sign - least) / (full - least);
}

}  // namespace

Presets presets_of(const Scores& s, float share) {
  Presets presets{};
  const auto vowels = std::span(presets).first(kVowels);
  mix_mouths(kMouths, kCounts, mouth_of(s), vowels);
  bound_mix(vowels);
  presets[kVowels] = std::clamp(s[shape("eyeBlinkLeft")], 0.0f, 1.0f);
  presets[kVowels + 1] = std::clamp(s[shape("eyeBlinkRight")], 0.0f, 1.0f);
  const std::span moods = std::span(presets).subspan(kVowels + 2);
  moods[0] = mood(both_sides(s, shape("mouthSmileLeft")), 0.07f, 0.7f);
  moods[1] = mood(both_sides(s, shape("browDownLeft")), 0.12f, 0.8f);
  moods[2] = mood(both_sides(s, shape("mouthFrownLeft")), 0.06f, 0.6f);
  moods[3] = mood(both_sides(s, shape("browOuterUpLeft")) + both_sides(s, shape("eyeWideLeft")),
                  0.48f, 1.6f);
  bound_mix(moods);
  for (float& x : moods) x *= share;
  return presets;
}

}  // namespace flowtalk::arkit
