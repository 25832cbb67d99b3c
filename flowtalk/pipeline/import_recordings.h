// Recorded people as a data set to train on: the built-in head moved as the points of their faces.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/reporter.h"

namespace flowtalk::pipeline {

inline constexpr const char* kEveryStyle = "all";

struct ImportRecordingsOptions {
  std::vector<std::string> recordings;
  std::string output = "datasets/recorded", style = kEveryStyle;
  int threads = 0;
  bool kept_out = false;

  template <class V>
  void fields(V&& field) {
    field("recordings", recordings,
          "folders with NAME.npz (points of a face, scores), NAME.align and NAME.flac");
    field("output", output, "folder (default datasets/recorded)");
    field("style", style,
          "speaking style that the clips are given; by default all take turns, for what is of "
          "people is of every style");
    field("kept_out", kept_out, "the third of the clips that is else left out, and no others");
    field("threads", threads, between(0, 256), "threads; 0 takes all");
  }
};

struct ImportRecordingsReport {
  int64_t clips = 0;
  double duration_s = 0;
  double gap_r = 0, gap_rms_mm = 0;  // of the lips' gap, fitted with recorded, medians over clips
};

// Clips STYLE_SENTENCE_0_0 from sentence 601 on, neutral, for training: motion, sound and phones;
// and clips.tsv with the name that each had. The folder may hold a benchmark, which then has them
// among its recorded clips. Errors: load_rule_clips'; another style; more than 399 clips a style.
ImportRecordingsReport import_recordings(const ImportRecordingsOptions& options,
                                         const Reporter& reporter);

}  // namespace flowtalk::pipeline
