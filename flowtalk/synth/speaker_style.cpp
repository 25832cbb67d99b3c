#include "flowtalk/synth/speaker_style.h"

#include <array>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/rng.h"

namespace flowtalk::synth {
namespace {

template <size_t N>
std::string pick(const std::array<const char*, N>& list, Rng& rng) {
  return list[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(N) - 1))];
}

VoiceRecipe draw_voice_of(bool female, Rng& rng) {
  static constexpr std::array kAccents = {"en-us",          "en-us",      "en-us", "en",
                                          "en-gb-scotland", "en-gb-x-rp", "en-029"};
  static constexpr std::array kMale = {"m1",  "m2",   "m3",      "m4",   "m6",  "m7",    "Andy",
                                       "Lee", "Mike", "Michael", "Alex", "max", "pablo", "quincy"};
  static constexpr std::array kFemale = {"f1",     "f2",    "f3",      "f4",    "f5",   "Alicia",
                                         "Andrea", "Annie", "belinda", "linda", "steph"};
  VoiceRecipe voice;
  if (rng.chance(0.5)) {
    voice.engine = Engine::kFlite;
    if (female) {
      voice.voice = "slt";
      voice.formants = rng.uniform(0.94, 1.12);
    } else {
      voice.voice = pick(std::array{"rms", "awb", "rms", "awb", "kal16"}, rng);
      voice.formants = rng.uniform(0.88, 1.06);
    }
  } else {
    voice.voice = pick(kAccents, rng) + "+" + (female ? pick(kFemale, rng) : pick(kMale, rng));
    voice.formants = rng.uniform(0.95, 1.06);
  }
  voice.rate = rng.uniform(0.88, 1.1);
  voice.pitch = rng.uniform(0.9, 1.12);
  voice.range = rng.uniform(0.7, 1.3);
  return voice;
}

}  // namespace

SpeakerStyle draw_style(uint64_t seed, int style) {
  const std::string_view name = default_conditions().styles.at(static_cast<size_t>(style));
  Rng rng = Rng(seed).fork("style").fork(name);
  const auto between = [&rng](double lo, double hi) {
    return static_cast<float>(rng.uniform(lo, hi));
  };
  SpeakerStyle s;
  s.jaw_gain = between(0.95, 1.3);
  s.lip_gain = between(0.95, 1.3);
  s.smile = between(-0.05, 0.12);
  s.asymmetry = between(-0.15, 0.15);
  s.expressivity = between(0.85, 1.1);
  s.brow_activity = between(0.25, 1.0);
  s.brow_rest = between(-0.1, 0.12);
  s.blinks_per_s = between(0.18, 0.45);
  s.residual = between(0.5, 1.3);
  s.voice = draw_voice_of(name.front() == 'W', rng);
  return s;
}

}  // namespace flowtalk::synth
