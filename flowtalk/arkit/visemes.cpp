#include "flowtalk/arkit/visemes.h"

#include "flowtalk/arkit/mouth_mix.h"

namespace flowtalk::arkit {
namespace {

// How much each feature of a mouth counts. Lips that are pressed or rolled shut do, for they are
// what PP and FF are seen by.
constexpr Mouth kCounts{2, 1, 1, 0.7f, 0.4f, 0.4f, 0.8f, 0.8f, 0.5f, 0.5f};

// Mouths that a full viseme is taken to be: open, funnel, pucker, stretch, lower lip down, upper
// lip up, lower and upper lip rolled, pressed, tongue out.
constexpr std::array<Mouth, kVisemeNames.size()> kMouths{
    Mouth{0, 0, 0, 0, 0, 0, 0.35f, 0.35f, 0.4f, 0},           // PP
    Mouth{0.04f, 0, 0, 0, 0, 0.25f, 0.55f, 0, 0, 0},          // FF
    Mouth{0.14f, 0, 0, 0, 0.2f, 0.1f, 0, 0, 0, 0.4f},         // TH
    Mouth{0.10f, 0, 0, 0.1f, 0.25f, 0.15f, 0, 0, 0, 0},       // DD
    Mouth{0.16f, 0, 0, 0, 0.15f, 0.1f, 0, 0, 0, 0},           // kk
    Mouth{0.10f, 0.55f, 0.15f, 0, 0.15f, 0.15f, 0, 0, 0, 0},  // CH
    Mouth{0.03f, 0, 0, 0.3f, 0.3f, 0.25f, 0, 0, 0, 0},        // SS
    Mouth{0.10f, 0, 0, 0, 0.12f, 0.1f, 0, 0, 0, 0},           // nn
    Mouth{0.12f, 0.3f, 0.25f, 0, 0, 0, 0, 0, 0, 0},           // RR
    Mouth{0.55f, 0, 0, 0, 0.25f, 0.15f, 0, 0, 0, 0},          // aa
    Mouth{0.28f, 0, 0, 0.35f, 0.3f, 0.2f, 0, 0, 0, 0},        // E
    Mouth{0.14f, 0, 0, 0.5f, 0.35f, 0.25f, 0, 0, 0, 0},       // I
    Mouth{0.40f, 0.55f, 0.35f, 0, 0, 0, 0, 0, 0, 0},          // O
    Mouth{0.12f, 0.35f, 0.75f, 0, 0, 0, 0, 0, 0, 0}};         // U

}  // namespace

Visemes visemes_of(const Scores& scores) {
  Visemes visemes{};
  mix_mouths(kMouths, kCounts, mouth_of(scores), visemes);
  bound_mix(visemes);
  return visemes;
}

}  // namespace flowtalk::arkit
