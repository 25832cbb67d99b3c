// The level of a voice from its past, for encoders that hear while somebody speaks: what takes the
// place of zero mean and unit variance over the clip. State of one voice, whose samples come in
// pieces of any size.
//
// Time goes in hops of 320 samples (20 ms) from sample 0. The offset is the mean of the past, over
// about a second. The level is the mean power of the hops that counted, over the first second of
// them, then exponentially over a second. A hop counts if it is at most 17 dB below the level, and
// as no more than 17 dB above it, so that a click is not all that is known after it. The level
// begins at -26 dB of full scale, which counts as three hops. A hop that does not count but is
// above -55 dB, where a voice may be, lowers it by 1 dB a second, so that faint voices are found;
// it is never below -46 dB. The samples of a hop are scaled as the hops before it say, so that
// nothing waits for their end.
#pragma once

#include <cstdint>
#include <span>

namespace flowtalk::encoder {

class RunningLevel {
 public:
  // Scales the samples that follow those of the calls before, in place.
  void apply(std::span<float> samples);

 private:
  void end_hop();

  double offset_ = 0, power_ = 2.51188643150958e-3;  // of full scale; -26 dB
  int counted_ = 3;                                  // hops, at most those of a second
  double sum_ = 0, squares_ = 0;                     // of the hop so far
  int64_t in_hop_ = 0;                               // samples of it
};

}  // namespace flowtalk::encoder
