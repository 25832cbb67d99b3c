#include "flowtalk/synth/visemes.h"

#include <string_view>

namespace flowtalk::synth {
namespace {

Viseme with(Viseme v, LipShape shape, float value) {
  v.lips[shape] = value;
  return v;
}

// Vowels: jaw, then how round (pucker, funnel) or spread.
Viseme vowel(float jaw, float pucker = 0, float funnel = 0, float stretch = 0) {
  Viseme v;
  v.jaw = jaw;
  v.jaw_pull = jaw > 0.12f ? 1.5f : 1.0f;
  v.lip_pull = pucker > 0 ? 1.4f : 0.9f;
  v.lips[kPucker] = pucker;
  v.lips[kFunnel] = funnel;
  v.lips[kStretch] = stretch;
  v.lips[kLowerDown] = 0.5f * jaw;
  return v;
}

// Consonants made inside the mouth: the lips follow their neighbours.
Viseme inside(float jaw, float jaw_pull, float lip_pull = 0.35f) {
  Viseme v;
  v.jaw = jaw;
  v.jaw_pull = jaw_pull;
  v.lip_pull = lip_pull;
  v.lips[kLowerDown] = 0.12f;
  return v;
}

Viseme bilabial(float press, float roll) {
  Viseme v;
  v.jaw = 0.03f;
  v.jaw_pull = 1.4f;
  v.lip_pull = 1.2f;
  v.ahead = 30.0f, v.behind = 34.0f;
  v.lips[kPress] = press;  // the closure itself has exact times: coarticulation.cpp
  v.lips[kRollLower] = roll;
  v.lips[kRollUpper] = roll;
  return v;
}

Viseme labiodental() {
  Viseme v;
  v.jaw = 0.045f;
  v.jaw_pull = 1.5f;
  v.lip_pull = 1.8f;
  v.ahead = 26.0f, v.behind = 30.0f;
  v.closure = 0.85f;
  v.lips[kRollLower] = 0.45f;
  v.lips[kUpperUp] = 0.18f;
  return v;
}

// S Z: teeth together behind parted, slightly spread lips.
Viseme hiss() {
  Viseme v = inside(0.018f, 1.6f, 0.8f);
  v.lips[kStretch] = 0.22f;
  v.lips[kLowerDown] = 0.32f;
  v.lips[kUpperUp] = 0.14f;
  return v;
}

// SH ZH CH JH: teeth together, lips pushed out.
Viseme hush() {
  Viseme v = inside(0.018f, 1.6f, 1.3f);
  v.lips[kFunnel] = 0.45f;
  v.lips[kPucker] = 0.35f;
  v.lips[kLowerDown] = 0.1f;
  return v;
}

Viseme rest() {
  Viseme v;
  v.jaw = 0.0f;
  v.jaw_pull = 0.8f;
  v.lip_pull = 0.8f;
  v.closure = 1.0f;
  return v;
}

VisemePair steady(const Viseme& v) { return {v, v, false}; }
VisemePair glide(const Viseme& a, const Viseme& b) { return {a, b, true}; }

std::array<VisemePair, data::kPhoneCount> make_table() {
  std::array<VisemePair, data::kPhoneCount> table;
  const auto set = [&table](std::string_view name, const VisemePair& pair) {
    table[static_cast<size_t>(data::find_phone(name))] = pair;
  };
  const Viseme ih = vowel(0.075f, 0, 0, 0.12f), uh = vowel(0.07f, 0.4f, 0.2f);
  set("SIL", steady(rest()));
  set("AA", steady(vowel(0.205f)));
  set("AE", steady(vowel(0.185f, 0, 0, 0.16f)));
  set("AO", steady(vowel(0.175f, 0.25f, 0.28f)));
  set("AH", steady(vowel(0.115f)));
  set("EH", steady(vowel(0.15f, 0, 0, 0.14f)));
  set("ER", steady(vowel(0.085f, 0.3f, 0.22f)));
  set("IH", steady(ih));
  set("IY", steady(vowel(0.055f, 0, 0, 0.34f)));
  set("UH", steady(uh));
  set("UW", steady(vowel(0.05f, 0.85f, 0.3f)));
  set("AY", glide(vowel(0.2f), ih));
  set("AW", glide(vowel(0.195f), uh));
  set("EY", glide(vowel(0.13f, 0, 0, 0.2f), ih));
  set("OW", glide(vowel(0.15f, 0.4f, 0.3f), vowel(0.095f, 0.7f, 0.3f)));
  set("OY", glide(vowel(0.165f, 0.4f, 0.3f), ih));
  set("P", steady(bilabial(0.35f, 0.12f)));
  set("B", steady(bilabial(0.28f, 0.12f)));
  set("M", steady(bilabial(0.22f, 0.2f)));
  set("F", steady(labiodental()));
  set("V", steady(labiodental()));
  set("T", steady(inside(0.05f, 0.9f)));
  set("D", steady(inside(0.055f, 0.9f)));
  set("N", steady(inside(0.055f, 0.8f)));
  set("L", steady(with(inside(0.08f, 0.8f), kTongue, 0.08f)));
  set("TH", steady(with(inside(0.055f, 1.1f), kTongue, 0.3f)));
  set("DH", steady(with(inside(0.055f, 1.0f), kTongue, 0.25f)));
  set("K", steady(inside(0.075f, 0.6f, 0.25f)));
  set("G", steady(inside(0.075f, 0.6f, 0.25f)));
  set("NG", steady(inside(0.075f, 0.6f, 0.25f)));
  set("HH", steady(inside(0.09f, 0.25f, 0.1f)));
  set("Y", steady(with(inside(0.045f, 0.8f, 0.7f), kStretch, 0.25f)));
  set("S", steady(hiss()));
  set("Z", steady(hiss()));
  for (const auto* name : {"SH", "ZH", "CH", "JH"}) {
    set(name, steady(hush()));
  }
  set("R", steady(with(with(inside(0.065f, 0.8f, 0.9f), kPucker, 0.35f), kFunnel, 0.25f)));
  set("W", steady(with(with(inside(0.035f, 1.2f, 1.6f), kPucker, 0.9f), kFunnel, 0.25f)));
  return table;
}

}  // namespace

const VisemePair& viseme_of(int phone) {
  static const std::array<VisemePair, data::kPhoneCount> table = make_table();
  return table.at(static_cast<size_t>(phone));
}

}  // namespace flowtalk::synth
