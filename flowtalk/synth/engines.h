// The two speech engines, to be called in a child process only (speech_process.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flowtalk/synth/speech.h"

namespace flowtalk::synth {

struct RawSpeech {
  int32_t rate_hz = 0;
  std::vector<int16_t> samples;
  std::vector<data::Phone> phones;
};

// Loads what an engine needs once, before any child is started. False if it cannot run;
// espeak_missing() then says why, and what to do.
bool prepare_espeak();
const char* espeak_missing();
void prepare_flite();

RawSpeech speak_espeak(const std::string& text, const VoiceRecipe& recipe);
RawSpeech speak_flite(const std::string& text, const VoiceRecipe& recipe);

}  // namespace flowtalk::synth
