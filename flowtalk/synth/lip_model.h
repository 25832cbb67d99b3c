// The lip gap of the built-in head as a function of a frame's parameters, so that closures can be
// solved for instead of guessed.
#pragma once

#include <span>

namespace flowtalk::synth {

// Gap in metres of a frame (53 values); agrees with face::lip_gap to a fraction of a millimetre.
float gap_of(std::span<const float> frame);
// Sets mouthClose so that `closure` (0..1) of the frame's gap is taken back: 1 leaves none.
void close_lips(std::span<float> frame, float closure);
// Lips at rest (0..1) touch: mouthClose presses them together as far as a closure does, so that the
// narrowest moment of a pause is the pause and not the end of the word before it.
void rest_lips(std::span<float> frame, float rest);

}  // namespace flowtalk::synth
