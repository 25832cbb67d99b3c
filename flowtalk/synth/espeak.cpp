// espeak-ng: samples by its retrieval callback, phones by its phoneme events.
#include <espeak-ng/speak_lib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

#include "flowtalk/base/error.h"
#include "flowtalk/synth/engines.h"

namespace flowtalk::synth {
namespace {

struct Event {
  double time_s;
  std::string mnemonic;
};

// The callback has no user pointer; one sentence is spoken per process.
std::vector<int16_t> spoken;
std::vector<Event> events;
int sample_rate = 0;

int collect(short* samples, int count, espeak_EVENT* event) {
  for (; event->type != espeakEVENT_LIST_TERMINATED; ++event) {
    if (event->type != espeakEVENT_PHONEME) continue;
    const auto* text = event->id.string;
    events.push_back({event->audio_position / 1000.0, {text, strnlen(text, 8)}});
  }
  if (samples) spoken.insert(spoken.end(), samples, samples + count);
  return 0;
}

bool is_stop(int phone) {
  return phone == data::phone("P") || phone == data::phone("T") || phone == data::phone("K") ||
         phone == data::phone("B") || phone == data::phone("D") || phone == data::phone("G") ||
         phone == data::phone("CH") || phone == data::phone("JH");
}

float loudness(double at_s) {  // root mean square of 8 ms
  const auto centre = static_cast<int64_t>(at_s * sample_rate);
  const int64_t half = sample_rate / 250;
  double sum = 0;
  for (int64_t i = centre - half; i < centre + half; ++i) {
    if (i < 0 || i >= static_cast<int64_t>(spoken.size())) continue;
    sum += static_cast<double>(spoken[static_cast<size_t>(i)]) * spoken[static_cast<size_t>(i)];
  }
  return static_cast<float>(std::sqrt(sum / static_cast<double>(2 * half)));
}

// espeak-ng reports a stop at its burst; its closure counts as the end of the phone before. The
// boundary moves back to where that phone has faded to a tenth of its loudest.
void give_closures_to_stops(std::vector<data::Phone>& phones) {
  constexpr double kStep = 0.005, kLongest = 0.12;
  for (size_t i = 1; i < phones.size(); ++i) {
    data::Phone& before = phones[i - 1];
    if (!is_stop(phones[i].id) || before.id == data::kSilence) continue;
    const double duration = before.end_s - before.start_s;
    float loudest = 0;
    for (double t = before.start_s; t < before.end_s; t += kStep) {
      loudest = std::max(loudest, loudness(t));
    }
    const double earliest = before.end_s - std::min(kLongest, 0.7 * duration);
    double boundary = before.end_s;
    while (boundary - kStep > earliest && loudness(boundary - kStep) < 0.1f * loudest) {
      boundary -= kStep;
    }
    before.end_s = phones[i].start_s = boundary;
  }
}

std::vector<data::Phone> phones_of_events(std::string_view language) {
  std::vector<data::Phone> phones;
  const double end_s = static_cast<double>(spoken.size()) / sample_rate;
  for (size_t i = 0; i < events.size(); ++i) {
    const double start = std::min(events[i].time_s, end_s);
    const double stop = i + 1 < events.size() ? std::min(events[i + 1].time_s, end_s) : end_s;
    const std::vector<int> ids = data::phones_of_espeak(events[i].mnemonic, language);
    if (ids.empty()) {  // no sound of its own: the phone before lasts on
      if (!phones.empty()) phones.back().end_s = std::max(phones.back().end_s, stop);
      continue;
    }
    double at = start;
    for (size_t k = 0; k < ids.size(); ++k) {
      const double share = ids.size() == 1 ? 1.0 : (k == 0 ? 0.6 : 0.4);
      const double next = k + 1 == ids.size() ? stop : at + share * (stop - start);
      phones.push_back({at, next, ids[k]});
      at = next;
    }
  }
  return phones;
}

int around(double centre, double factor, int lo, int hi) {
  return std::clamp(static_cast<int>(std::lround(centre * factor)), lo, hi);
}

}  // namespace

const char* espeak_missing() {
  return "espeak-ng does not find its data files; install the package espeak-ng-data";
}

bool prepare_espeak() {
  sample_rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, nullptr,
                                  espeakINITIALIZE_PHONEME_EVENTS | espeakINITIALIZE_DONT_EXIT);
  if (sample_rate > 0) espeak_SetSynthCallback(collect);
  return sample_rate > 0;
}

RawSpeech speak_espeak(const std::string& text, const VoiceRecipe& recipe) {
  if (espeak_SetVoiceByName(recipe.voice.c_str()) != EE_OK) {
    fail("espeak-ng has no voice '{}'; install espeak-ng-data, or see which voices it lists",
         recipe.voice);
  }
  espeak_SetParameter(espeakRATE, around(165, recipe.rate, 80, 450), 0);
  // 50 is the voice's own pitch; 0..99 spans about an octave and a half.
  const double pitch = 50 + 65 * std::log2(std::max(0.1, recipe.pitch));
  espeak_SetParameter(espeakPITCH, around(pitch, 1, 0, 99), 0);
  espeak_SetParameter(espeakRANGE, around(50, recipe.range, 0, 99), 0);
  espeak_Synth(text.c_str(), text.size() + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, nullptr,
               nullptr);
  espeak_Synchronize();
  if (spoken.empty()) fail("espeak-ng spoke nothing for '{}'", text);
  RawSpeech speech;
  speech.rate_hz = sample_rate;
  speech.phones =
      phones_of_events(std::string_view(recipe.voice).substr(0, recipe.voice.find_first_of("-+")));
  give_closures_to_stops(speech.phones);
  speech.samples = std::move(spoken);
  return speech;
}

}  // namespace flowtalk::synth
