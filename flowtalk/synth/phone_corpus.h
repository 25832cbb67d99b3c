// The corpus that speech encoders are trained on: many synthetic voices and the recorded prompts of
// prompt_list.h, as far as their voices are installed, with phones (data/phone_clips.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "flowtalk/base/fields.h"

namespace flowtalk::synth {

struct PhoneCorpusOptions {
  uint64_t seed = 1;
  double hours = 2.75;          // of synthetic English, about
  double foreign_share = 0.25;  // so much again in other languages
  bool real_prompts = true;     // as far as installed
  int threads = 0;              // 0: all
  bool quiet = false;           // no progress

  template <class V>
  void fields(V&& field) {
    field("seed", seed, "of everything that is drawn (default 1)");
    field("hours", hours, between(0.001, 1000.0), "of synthetic English; default 2.75");
    field("foreign_share", foreign_share, between(0.0, 10.0),
          "so much again in Mandarin, Japanese, Spanish and German; default 0.25");
    field("real_prompts", real_prompts, "leave out the recorded prompts of Debian's packages");
    field("threads", threads, between(0, 256), "threads; 0 takes all");
  }
};

struct PhoneCorpusReport {
  int64_t synthetic_clips = 0;
  double synthetic_s = 0, real_s = 0;
  std::map<std::string, int64_t> real_clips;  // by speaker
  std::string left_out;  // what was not there ("the recorded voices; ..."); empty: nothing
};

// Writes folder/wav and folder/phones. Clips that are complete already are kept; the same seed
// gives the same bytes for any thread count. Error: a recorded voice is installed, and is not as
// the list says.
PhoneCorpusReport make_phone_corpus(const PhoneCorpusOptions& options,
                                    const std::filesystem::path& folder);

}  // namespace flowtalk::synth
