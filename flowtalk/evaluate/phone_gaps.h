// Do the lips shut where P, B and M are spoken, and open where open vowels are? For phones that
// come with a recording, in X-SAMPA or ARPAbet.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "flowtalk/data/timed_labels.h"

namespace flowtalk::evaluate {

// Gaps are over the curve's 5 to 95 % range, every 5 ms between its frames.
struct PhoneGaps {
  std::vector<double> least;      // of each bilabial, from 60 ms before it to 40 ms after it
  std::vector<float> shut, open;  // within bilabials and open vowels, every 40 ms
  void add(const PhoneGaps& other);
};

bool is_bilabial_label(std::string_view label);
bool is_open_label(std::string_view label, bool v_is_open);

// curve: at 25 frames per second, frame t at t / 25 s. v_is_open: "V" names a vowel.
PhoneGaps phone_gaps(const std::vector<double>& curve, std::span<const data::TimedLabel> phones,
                     bool v_is_open);

// Share of the bilabials whose least gap is below 20 %; and the probability that the gap of an open
// vowel is larger than that of a bilabial.
std::optional<double> closed_share(const PhoneGaps& gaps);
std::optional<double> closed_area(const PhoneGaps& gaps);

}  // namespace flowtalk::evaluate
