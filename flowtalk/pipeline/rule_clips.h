// Recorded people with the phones that they say, as the rules of the corpus are fitted to them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/base/reporter.h"
#include "flowtalk/data/phones.h"

namespace flowtalk::pipeline {

// Curves at 25 frames per second, frame t at t / 25 s.
struct RuleClip {
  std::string name;
  std::filesystem::path file;
  bool kept_out = false;  // a third of all, by the name: only reported
  std::vector<data::Phone> phones;
  std::vector<float> loudness;  // 0..1, what moves the rules' jaw
  std::vector<double> sound;    // loudness as the measure has it
  std::vector<bool> speech;     // frames that are speech
  std::vector<double> gap_mm;   // between the inner lips, on a face of the built-in head's size
  std::vector<double> jaw;      // radians above the clip's rest, from the scores' jawOpen
};

// NAME.npz with points of a face and scores, NAME.align with words and NAME.flac or .wav, right in
// the folders. Phones by alignment with the words, between the first and the last of them. Clips
// that do not fit their words are left out with a warning. Errors: no such folder, no clip.
std::vector<RuleClip> load_rule_clips(const std::vector<std::string>& folders, int threads,
                                      const Reporter& reporter);

// The value at or next below the share q of the values, which are not empty.
double quantile_below(std::vector<double> values, double q);

// Whether a clip of this name is one of the third that is kept out (FNV-1a of the name).
bool is_kept_out(std::string_view name);

}  // namespace flowtalk::pipeline
