// A small data set in 3DMEAD's layout made in code, for tests: jaws that follow voices.
#pragma once

#include <filesystem>
#include <string>

#include "flowtalk/audio/audio.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::data {

struct TestClip {
  audio::Audio sound;
  tensor::Tensor motion;  // (T, 53)
};

// Syllables drawn from the seed: the voice is loud when the jaw is open; the jaw is `lag` frames
// late. `frames` of motion, sound for 25 of them per second.
TestClip make_test_clip(uint64_t seed, int64_t frames = 75, int lag = 0);

// Writes wav/STEM.wav and param/STEM.npy (53 wide).
void save_test_clip(const std::filesystem::path& folder, const std::string& stem,
                    const TestClip& clip);

// Two clips of each of the 32 styles, all emotions and splits, nothing odd.
void make_test_set(const std::filesystem::path& folder);

}  // namespace flowtalk::data
