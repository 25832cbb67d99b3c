// Stands in for espeak.cpp where flowtalk is built without espeak-ng (FLOWTALK_ESPEAK=OFF).
#include "flowtalk/base/error.h"
#include "flowtalk/synth/engines.h"

namespace flowtalk::synth {

bool prepare_espeak() { return false; }

const char* espeak_missing() {
  return "this flowtalk was built without espeak-ng; build it with -DFLOWTALK_ESPEAK=ON";
}

RawSpeech speak_espeak(const std::string&, const VoiceRecipe&) { fail("{}", espeak_missing()); }

}  // namespace flowtalk::synth
