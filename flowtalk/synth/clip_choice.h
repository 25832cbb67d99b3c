// Which clips a corpus has: who says which sentence in which emotion and intensity.
#pragma once

#include <vector>

#include "flowtalk/base/rng.h"
#include "flowtalk/data/index.h"
#include "flowtalk/synth/prompts.h"

namespace flowtalk::synth {

// One clip to make: spoken by an engine, or a recorded prompt.
struct Job {
  data::ClipName name;
  const Prompt* prompt = nullptr;
};

// The clips of all styles, so many of the 670 of each (0: all): neutral gets an eighth, the 21
// pairs of emotion and level share the rest evenly; sentences are drawn without repetition.
std::vector<Job> choose_speaker_clips(int clips_per_style, const Rng& rng);
// Test sentences only, 1 to 22 per style: one neutral, the rest of as many pairs of emotion and
// level.
std::vector<Job> choose_test_clips(int clips_per_style, const Rng& rng);
// Prompts as further training sentences, spread over styles, emotions and levels.
std::vector<Job> spread_prompts(const std::vector<Prompt>& prompts, Rng rng);

}  // namespace flowtalk::synth
