// The synthetic emotional corpus (`flowtalk data synth`): voices and motion of 32 speakers in the
// exact layout of 3DMEAD, so that everything after it is what a 3DMEAD user runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace flowtalk::synth {

struct CorpusOptions {
  uint64_t seed = 1;
  std::filesystem::path out;  // receives mead/{param,wav,phones} and regions/
  int clips_per_style = 60;   // of the 670 per style; 0: all
  bool real_prompts = true;   // installed recorded prompts too, as sentences from 101 on
  // A phone corpus (phone_corpus.h) whose prompt labels are read instead of aligning again; empty:
  // none. The corpus is the same either way.
  std::filesystem::path phone_corpus;
  bool augment = true;  // mild noise, room and bandwidth on a part of the voices
  int threads = 0;      // 0: all
  bool quiet = false;   // no progress
};

struct CorpusReport {
  int64_t written = 0, kept = 0;  // clips made now; clips that were complete already
  int64_t real = 0;               // of both, those with a recorded voice
  double duration_s = 0;          // of all
  std::string left_out;           // what was not installed; empty: nothing
};

// Resumable: complete clips are kept. Deterministic: the same seed gives the same bytes for any
// thread count. Error: the folder holds a corpus of another seed.
CorpusReport make_corpus(const CorpusOptions& options);

}  // namespace flowtalk::synth
