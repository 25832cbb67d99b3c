// Text to speech with known phone times, by espeak-ng and flite.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/data/phones.h"

namespace flowtalk::synth {

enum class Engine { kEspeak, kFlite };

// How one sentence is spoken. 1 is the engine's own value.
struct VoiceRecipe {
  Engine engine = Engine::kEspeak;
  std::string voice = "en-us";  // "en-us+f2" (espeak); kal16 awb rms slt (flite)
  double rate = 1.0;            // words per time, 0.6..1.6
  double pitch = 1.0;           // fundamental frequency, 0.6..1.6
  double range = 1.0;           // how far the pitch moves, 0..2
  double formants = 1.0;        // by resampling: < 1 a longer vocal tract (lower), > 1 shorter
};

struct Speech {
  audio::Audio audio;               // 16 kHz
  std::vector<data::Phone> phones;  // from 0 to the end, without gaps
};

// Speaks in a child process, which makes it safe from any thread and the same bytes for the same
// arguments (espeak-ng keeps state between sentences). Errors: unknown voice, data files missing.
Speech speak(const std::string& text, const VoiceRecipe& recipe);

// Puts silence before and after; the phones move along.
void pad_with_silence(Speech& speech, double before_s, double after_s);

// A voice for the phone corpus: any engine, accent, variant, rate and pitch.
VoiceRecipe draw_voice(Rng& rng);
// The same of another language: the espeak-ng voice with a variant, rate and pitch.
VoiceRecipe draw_foreign_voice(const std::string& voice, Rng& rng);

// A voice that draw_voice and the speakers of the corpus never use: an espeak-ng variant, and in
// half of the draws an accent, of its own.
VoiceRecipe draw_unseen_voice(bool female, Rng rng);

// Whether espeak-ng finds its data files on this machine.
bool espeak_available();

}  // namespace flowtalk::synth
