// The engines run in processes of their own: espeak-ng keeps state between sentences, and neither
// engine may be called from two threads. One process is kept from before the first thread; it
// forks a child for each sentence.
#pragma once

#include <string>

#include "flowtalk/synth/engines.h"

namespace flowtalk::synth {

// Starts the process at the first call, which should come before threads are started. False if
// espeak-ng does not find its data files. Safe from any thread.
bool start_speech_process();

// Speaks in a fresh child. Safe from any thread. Errors: what the engine says, or that it died.
RawSpeech speak_in_process(const std::string& text, const VoiceRecipe& recipe);

}  // namespace flowtalk::synth
