#include "flowtalk/synth/speech.h"

#include <array>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/data/augment.h"
#include "flowtalk/synth/engines.h"
#include "flowtalk/synth/speech_process.h"

namespace flowtalk::synth {
namespace {

// Of espeak-ng, for any language.
constexpr std::array kVariants = {
    "",         "m1",     "m2",      "m3",     "m4",     "m5",       "m6",      "m7",     "m8",
    "f1",       "f2",     "f3",      "f4",     "f5",     "Alex",     "Alicia",  "Andrea", "Andy",
    "Annie",    "Denis",  "Diogo",   "Gene",   "Gene2",  "Henrique", "Hugo",    "Jacky",  "Lee",
    "Marco",    "Mario",  "Michael", "Mike",   "adam",   "anika",    "antonio", "aunty",  "belinda",
    "benjamin", "boris",  "caleb",   "david",  "ed",     "edward",   "iven",    "john",   "linda",
    "max",      "michel", "miguel",  "pablo",  "paul",   "pedro",    "quincy",  "rob",    "robert",
    "steph",    "steph2", "steph3",  "travis", "victor", "zac"};

template <size_t N>
std::string pick(const std::array<const char*, N>& list, Rng& rng) {
  return list[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(N) - 1))];
}

void draw_manner(VoiceRecipe& recipe, Rng& rng) {
  recipe.rate = rng.uniform(0.75, 1.25) / recipe.formants;
  recipe.pitch = rng.uniform(0.8, 1.3);
  recipe.range = rng.uniform(0.4, 1.8);
}

}  // namespace

bool espeak_available() { return start_speech_process(); }

Speech speak(const std::string& text, const VoiceRecipe& recipe) {
  if (!start_speech_process() && recipe.engine == Engine::kEspeak) {
    fail("{}", espeak_missing());
  }
  const RawSpeech raw = speak_in_process(text, recipe);
  std::vector<float> samples(raw.samples.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<float>(raw.samples[i]) / 32768.0f;
  }
  Speech speech;
  const double step = static_cast<double>(raw.rate_hz) / speech.audio.rate_hz * recipe.formants;
  speech.audio.samples =
      std::abs(step - 1) < 1e-9 ? std::move(samples) : data::change_rate(samples, step);
  speech.phones = raw.phones;
  for (data::Phone& p : speech.phones) {
    p.start_s /= recipe.formants;
    p.end_s /= recipe.formants;
  }
  speech.phones = data::tidy_phones(std::move(speech.phones), speech.audio.duration_s());
  return speech;
}

void pad_with_silence(Speech& speech, double before_s, double after_s) {
  std::vector<float>& samples = speech.audio.samples;
  const int rate = speech.audio.rate_hz;
  const auto before = static_cast<size_t>(before_s * rate);
  samples.insert(samples.begin(), before, 0.0f);
  samples.insert(samples.end(), static_cast<size_t>(after_s * rate), 0.0f);
  const double moved = static_cast<double>(before) / rate;
  for (data::Phone& p : speech.phones) p.start_s += moved, p.end_s += moved;
  speech.phones = data::tidy_phones(std::move(speech.phones), speech.audio.duration_s());
}

VoiceRecipe draw_voice(Rng& rng) {
  static constexpr std::array kAccents = {"en-us",     "en-us",  "en-us",          "en-us",
                                          "en",        "en",     "en-gb-scotland", "en-gb-x-rp",
                                          "en-us-nyc", "en-029", "en-gb-x-gbclan"};
  static constexpr std::array kFlite = {"slt", "slt", "rms", "rms", "awb", "awb", "kal16"};
  VoiceRecipe recipe;
  if (rng.chance(0.5)) {
    recipe.engine = Engine::kFlite;
    recipe.voice = pick(kFlite, rng);
    recipe.formants = rng.uniform(0.86, 1.18);
  } else {
    const std::string variant = pick(kVariants, rng);
    recipe.voice = pick(kAccents, rng) + (variant.empty() ? "" : "+" + variant);
    recipe.formants = rng.uniform(0.92, 1.1);
  }
  draw_manner(recipe, rng);
  return recipe;
}

VoiceRecipe draw_foreign_voice(const std::string& voice, Rng& rng) {
  const std::string variant = pick(kVariants, rng);
  VoiceRecipe recipe;
  recipe.voice = voice + (variant.empty() ? "" : "+" + variant);
  recipe.formants = rng.uniform(0.9, 1.12);
  draw_manner(recipe, rng);
  recipe.range = rng.uniform(0.4, 1.0);  // espeak-ng 1.51 crashes on low tones that move further
  return recipe;
}

VoiceRecipe draw_unseen_voice(bool female, Rng rng) {
  static constexpr std::array kMale = {"norbert", "gustave", "marcelo",    "sandro",
                                       "grandpa", "iven2",   "kaukovalta", "RicishayMax"};
  static constexpr std::array kFemale = {"shelby", "grandma", "Nguyen"};
  VoiceRecipe recipe;
  recipe.voice = rng.chance(0.5) ? "en-gb-x-gbcwmd+" : "en-us+";
  recipe.voice += female ? pick(kFemale, rng) : pick(kMale, rng);
  recipe.formants = rng.uniform(0.95, 1.06);
  recipe.rate = rng.uniform(0.85, 1.12);
  recipe.pitch = rng.uniform(0.9, 1.15);
  recipe.range = rng.uniform(0.7, 1.3);
  return recipe;
}

}  // namespace flowtalk::synth
