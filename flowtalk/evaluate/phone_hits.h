// What an ear hears beside what was said, frame by frame. Frames are an encoder's, 20 ms apart.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "flowtalk/data/timed_labels.h"

namespace flowtalk::evaluate {

inline constexpr int kUntold = -1;  // a frame of which nothing is known, or of no phone of ours

// Labels as phones of data::kPhones (kUntold: another alphabet's), at the centres of frames.
// `late_s` moves what was said: above 0 it comes so much later. The names that are no phones go to
// `unknown`, each once.
std::vector<int> said_in_frames(const std::vector<data::TimedLabel>& labels, int64_t frames,
                                double late_s, std::vector<std::string>& unknown);

// Counts of frames.
struct PhoneHits {
  int64_t frames = 0, told = 0;      // told: with a phone of ours
  int64_t speech = 0, right = 0;     // speech among them; of these heard right
  int64_t shut = 0, shut_heard = 0;  // P B M; of these heard as one of the three
  int64_t heard_shut = 0;            // of those told, heard as P B M

  PhoneHits& operator+=(const PhoneHits& other);
  double accuracy() const;        // right of speech; NaN without any
  double shut_recall() const;     // shut_heard of shut
  double shut_precision() const;  // shut_heard of heard_shut
};
// heard: the likeliest phone of each frame. Both of one length.
PhoneHits count_hits(std::span<const int> said, std::span<const int> heard);

}  // namespace flowtalk::evaluate
