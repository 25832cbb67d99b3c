// The corpus that speech encoders are trained on: many synthetic voices and all installed real
// prompts, with phones (data/phone_clips.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace flowtalk::synth {

struct PhoneCorpusOptions {
  uint64_t seed = 1;
  double hours = 2.75;          // of synthetic English, about
  double foreign_share = 0.25;  // so much again in other languages
  bool real_prompts = true;     // as far as installed
  int threads = 0;              // 0: all
  bool quiet = false;           // no progress
};

struct PhoneCorpusReport {
  int64_t synthetic_clips = 0;
  double synthetic_s = 0, real_s = 0;
  std::map<std::string, int64_t> real_clips;  // by speaker
  std::string left_out;  // what was not there ("no real prompts: ..."); empty: nothing
};

// Writes folder/wav and folder/phones. Clips that are complete already are kept; the same seed
// gives the same bytes for any thread count.
PhoneCorpusReport make_phone_corpus(const PhoneCorpusOptions& options,
                                    const std::filesystem::path& folder);

}  // namespace flowtalk::synth
