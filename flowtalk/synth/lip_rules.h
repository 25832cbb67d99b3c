// The numbers of the rules by which phones move the mouth: targets and dominance of the visemes,
// and what holds for all of them. `flowtalk data fit-rules` fits them to recorded people.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/data/phones.h"

namespace flowtalk::synth {

// What the lips do beyond the jaw; values are ARKit coefficients (left and right alike).
enum LipShape : size_t {
  kPucker,
  kFunnel,
  kStretch,
  kLowerDown,
  kUpperUp,
  kRollLower,
  kRollUpper,
  kPress,
  kShrugUpper,
  kTongue,
  kLipShapes
};

// Where a phone takes jaw and lips, and how strongly.
struct Viseme {
  double jaw = 0;                         // radians
  double jaw_pull = 1, lip_pull = 1;      // dominance of jaw and lips
  double ahead = 22, behind = 26;         // fading per second before and after the phone
  double closure = 0;                     // share of the lip gap that is taken back
  std::array<double, kLipShapes> lips{};  // in the order of LipShape
};

// One viseme, or two for a diphthong (first and last part).
struct VisemePair {
  Viseme first, last;
  bool glides = false;
};

// What holds for every phone.
struct LipTimes {
  double early_s = 0;         // the mouth is ahead of the sound
  double middle = 0.5;        // share of a phone in which its pull is full
  double settles_s = 0.25;    // so far inside a pause its own pull is full, however long it is
  double fading = 1.0;        // exponent of the fading: 1 exponential, 2 Gaussian
  double brisk = 1.0;         // how much faster all pulls fade than squared errors would have them
  double lips_faster = 1.25;  // lips are lighter than the jaw: their pulls fade so much faster
  double shut_ahead_s = 0;    // lips are shut so long before P B M begin
  double shutting_s = 0.055, parting_s = 0.055;  // ramps into and out of P B M
  double room = 0.4;                             // most of the neighbours that the ramps take
  double release = 0.2;                          // last share of P B M that is the release
  double rests_s = 0.06, wakes_s = 0.06;  // lips rest from so long after speech to so long before
  double resting_s = 0.08;                // ramps into and out of rest
  double effort = 0.88;                   // of the jaw where the voice is silent
  double loudness = 0.24;                 // what a voice at its loudest adds to it
};

struct LipRules {
  LipTimes times;
  std::array<VisemePair, data::kPhoneCount> visemes;
};

// The rules of the corpus.
const LipRules& lip_rules();

// A number of the rules by its name ("EH.jaw", "AY>.closure", "shutting_s").
struct RuleNumber {
  std::string name;
  double* value;
  double lowest, highest;
};
// Those that recordings may change, in the order of the table. rules must outlive them.
std::vector<RuleNumber> numbers_of(LipRules& rules);

// The rules as the text of lip_numbers.cpp's tables.
std::string table_of(const LipRules& rules);

}  // namespace flowtalk::synth
