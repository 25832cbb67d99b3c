// The viseme of each phone: where jaw and lips go, and how strongly.
#pragma once

#include <array>

#include "flowtalk/synth/coarticulation.h"

namespace flowtalk::synth {

struct Viseme {
  float jaw = 0.06f;                       // radians
  float jaw_pull = 1.0f, lip_pull = 1.0f;  // dominance of jaw and lips
  float ahead = 22.0f, behind = 26.0f;     // fading per second before and after the phone
  float closure = 0.0f;
  std::array<float, kLipShapes> lips{};  // in the order of LipShape
};

// One viseme, or two for a diphthong (first and last part).
struct VisemePair {
  Viseme first, last;
  bool glides = false;
};

const VisemePair& viseme_of(int phone);

}  // namespace flowtalk::synth
