// How the list of prompt_list.h is made: a speech recogniser hears every recorded prompt.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/reporter.h"

namespace flowtalk::synth {

struct AlignOptions {
  std::string output;  // a .gz
  int threads = 0;     // 0: all

  template <class V>
  void fields(V&& field) {
    field("output", output, "the list, FILE.gz");
    field("threads", threads, between(0, 256), "threads; 0 takes all");
  }
};

struct AlignReport {
  int64_t prompts = 0, with_phones = 0;
  double duration_s = 0;  // of those with phones
};

// Texts are aligned, prompts without a text recognised. pocketsphinx rounds differently from one
// processor to another: a list made elsewhere may differ by a frame, or a prompt. Errors: a voice
// or the speech model is not installed, the output has another ending or cannot be written.
AlignReport align_prompts(const AlignOptions& options, const Reporter& reporter);

}  // namespace flowtalk::synth
