// The synthetic emotional corpus (`flowtalk data synth`): voices and motion of 32 speakers in the
// exact layout of 3DMEAD, so that everything after it is what a 3DMEAD user runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "flowtalk/base/fields.h"

namespace flowtalk::synth {

// Who speaks. The unseen parts hold test sentences only, said by voices that no training corpus
// (phone_corpus.h included) ever uses.
enum class CorpusPart {
  kSpeakers,       // the 32 styles in their own voices
  kUnseenVoices,   // the 32 styles in other voices
  kUnseenSpeakers  // other people: other voices and ways to move; a style id is only a label there
};
// "mead", "unseen-voices", "unseen-speakers".
std::string_view part_name(CorpusPart part);

struct CorpusOptions {
  uint64_t seed = 1;
  CorpusPart part = CorpusPart::kSpeakers;
  std::filesystem::path out;  // receives NAME/{param,wav,phones} of the part, and regions/
  int clips_per_style = 60;   // of the 670 per style; 0: all. Unseen parts: 1 to 22
  bool real_prompts = true;   // those of prompt_list.h whose voices are installed, as sentences
                              // from 101 on; not in the unseen parts
  std::string own_part;       // K/N, by as many processes; "": all, or that of a Slurm array's task
  bool augment = true;        // mild noise, room and bandwidth on a part of the voices
  int threads = 0;            // 0: all
  bool quiet = false;         // no progress

  // What people choose; parts belong to the benchmarks.
  template <class V>
  void fields(V&& field) {
    field("output", out, "folder (default datasets)");
    field("seed", seed, "of everything that is drawn (default 1)");
    field("clips_per_style", clips_per_style, between(0, 670),
          "of the 670 of each of the 32 styles; 0 makes all, default 60");
    field("real_prompts", real_prompts, "leave out the recorded prompts of Debian's packages");
    field("augment", augment, "no noise, rooms or bandwidth limits");
    field(
        "part", own_part,
        "K/N: of N parts of the clips the K-th; in a Slurm array by itself that of the task. Once "
        "more without it makes what is missing, and the rest of the folder");
    field("threads", threads, between(0, 256), "threads; 0 takes all");
  }
};

std::filesystem::path part_folder(const CorpusOptions& options);

struct CorpusReport {
  int64_t written = 0, kept = 0;  // clips made now; clips that were complete already
  int64_t real = 0;               // of both, those with a recorded voice
  double duration_s = 0;          // of all
  std::string left_out;           // what was not installed; empty: nothing
};

// Resumable: complete clips are kept. Deterministic: the same seed gives the same bytes for any
// thread count. Error: the folder holds a corpus of another seed, or another prompt in a clip's
// place; a recorded voice is installed, and is not as the list says.
CorpusReport make_corpus(const CorpusOptions& options);

}  // namespace flowtalk::synth
