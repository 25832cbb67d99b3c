#include "flowtalk/audio/resampler.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "flowtalk/base/rng.h"
#include "tests/refusal.h"

namespace flowtalk::audio {
namespace {

std::vector<float> tone(double hz, int rate_hz, int64_t count) {
  std::vector<float> x;
  for (int64_t i = 0; i < count; ++i) {
    x.push_back(
        static_cast<float>(std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz)));
  }
  return x;
}

std::vector<float> resampled(const std::vector<float>& x, int rate_hz) {
  Resampler resampler(rate_hz);
  std::vector<float> out;
  resampler.push(x, out);
  resampler.finish(out);
  return out;
}

TEST(Resampler, TonesKeepTheirPlaceAndHeight) {
  for (const int rate : {8000, 11025, 16000, 22050, 44100, 48000, 44101, 192000}) {
    const auto out = resampled(tone(440, rate, rate), rate);
    ASSERT_EQ(out.size(), 16000u) << rate;
    const auto wanted = tone(440, 16000, 16000);
    for (size_t i = 100; i < 15900; ++i) ASSERT_NEAR(out[i], wanted[i], 2e-3) << rate << " " << i;
  }
}

TEST(Resampler, WhatLiesAboveTheNewNyquistIsGone) {
  const auto out = resampled(tone(10000, 48000, 48000), 48000);
  for (size_t i = 100; i < 15900; ++i) ASSERT_NEAR(out[i], 0, 2e-3) << i;
}

TEST(Resampler, AnySplitGivesTheSameBits) {
  Rng rng(2);
  for (const int rate : {8000, 44100, 48000}) {
    std::vector<float> x;
    for (int i = 0; i < 20000; ++i) x.push_back(static_cast<float>(rng.normal()));
    const auto whole = resampled(x, rate);
    Resampler resampler(rate);
    std::vector<float> pieces;
    for (size_t at = 0; at < x.size();) {
      const auto n = std::min(x.size() - at, static_cast<size_t>(rng.integer(1, 900)));
      resampler.push(std::span(x).subspan(at, n), pieces);
      at += n;
      // No further behind than it says.
      EXPECT_GE(static_cast<int64_t>(pieces.size()),
                static_cast<int64_t>(at) * 16000 / rate - resampler.lookahead() - 1);
    }
    resampler.finish(pieces);
    EXPECT_EQ(pieces, whole) << rate;
  }
}

TEST(Resampler, RatesOutOfRangeAreRefused) {
  EXPECT_THAT(tests::refusal([] { Resampler(4000); }),
              ::testing::HasSubstr("between 8000 and 192000 Hz, got 4000"));
}

}  // namespace
}  // namespace flowtalk::audio
