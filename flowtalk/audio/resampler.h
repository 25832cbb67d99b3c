// Sound of any rate to 16 kHz as it comes, for live streams; files are resampled by libav. Output
// sample n is a function of its place on the input's clock alone, so that any split of the input
// gives the same bits.
//
// A windowed sinc (Hann, 16 zero crossings to each side), its cut-off at 0.94 of the lower Nyquist
// frequency: a little over 1 ms of sound after a sample must have come, of 8 kHz 2 ms.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace flowtalk::audio {

inline constexpr int kLeastRate = 8000, kMostRate = 192000;  // Hz, of a stream

class Resampler {
 public:
  // Error: a rate out of range.
  explicit Resampler(int rate_hz);

  // Appends the samples of 16 kHz that are known with these.
  void push(std::span<const float> samples, std::vector<float>& out);
  // The rest, with silence after the end: round(16000 / rate_hz samples) in all.
  void finish(std::vector<float>& out);

  int rate_hz() const { return rate_hz_; }
  // Samples at 16 kHz by which the input must be ahead, rounded up.
  int64_t lookahead() const;

 private:
  void make(int64_t until, std::vector<float>& out);  // outputs below `until` that are known

  int rate_hz_;
  int64_t up_, down_;         // 16000 / rate_hz in lowest terms
  int64_t half_ = 0;          // input samples to each side
  std::vector<float> taps_;   // (up, 2 half), one row per place between two input samples
  std::vector<float> heard_;  // input from sample first_ on
  int64_t first_ = 0, pushed_ = 0, made_ = 0;
};

}  // namespace flowtalk::audio
