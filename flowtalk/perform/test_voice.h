// For tests: a voice that speaks, stresses and pauses, as an ear hears it and as sound.
#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/perform/heard.h"

namespace flowtalk::perform::tests {

struct TestVoice {
  std::vector<Sound> sounds;
  std::vector<int64_t> stresses;  // frames
};

// Phrases of 1.6 to 3.6 s with syllables of 0.2 s, every third or so stressed, and pauses of 0.5 to
// 0.9 s between; half a second of silence before the first.
inline TestVoice test_voice(int64_t frames, uint64_t seed = 1) {
  TestVoice voice;
  Rng rng(seed);
  const auto add = [&](int loudness, float pitch_hz) {
    voice.sounds.push_back({loudness, pitch_hz});
  };
  for (int i = 0; i < 12; ++i) add(-80, 0);
  while (static_cast<int64_t>(voice.sounds.size()) < frames) {
    const int64_t syllables = rng.integer(8, 18);
    int64_t next = rng.integer(1, 2);
    for (int64_t s = 0; s < syllables; ++s) {
      const bool stressed = s == next;
      if (stressed) next += rng.integer(2, 4);
      const int level = -30 + static_cast<int>(rng.integer(-1, 1)) + (stressed ? 8 : 0);
      const float pitch = static_cast<float>(120 * (stressed ? 1.3 : 1) + rng.normal(0, 3));
      if (stressed) voice.stresses.push_back(static_cast<int64_t>(voice.sounds.size()) + 2);
      for (const int dip : {-10, -3, 0, -2, -8}) add(level + dip, pitch);
    }
    const int64_t pause = rng.integer(13, 22);
    for (int64_t i = 0; i < pause; ++i) add(-75, 0);
  }
  voice.sounds.resize(static_cast<size_t>(frames));
  return voice;
}

}  // namespace flowtalk::perform::tests
