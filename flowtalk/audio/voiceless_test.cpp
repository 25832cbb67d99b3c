#include "flowtalk/audio/voiceless.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "flowtalk/base/rng.h"

namespace flowtalk::audio {
namespace {

constexpr size_t kSecond = 16000;

std::vector<float> made(double seconds, const std::function<double(double)>& at) {
  std::vector<float> samples(static_cast<size_t>(seconds * kSecond));
  for (size_t i = 0; i < samples.size(); ++i) {
    samples[i] = static_cast<float>(at(static_cast<double>(i) / kSecond));
  }
  return samples;
}

std::vector<float> noise(double seconds, float level) {
  std::vector<float> samples(static_cast<size_t>(seconds * kSecond));
  Rng rng(7);
  for (float& x : samples) x = level * static_cast<float>(rng.normal());
  return samples;
}

double wave(double hz, double t) { return std::sin(2 * std::numbers::pi * hz * t); }

// Vowels of a gliding pitch that rise and fall, four a second.
double speech(double t) {
  double sum = 0;
  for (int h = 1; h <= 12; ++h) sum += wave(h * (120 + 5 * t), t) / h;
  return 0.15 * std::max(0.0, wave(4, t)) * sum;
}

bool all(const std::vector<SampleRange>& ranges, size_t samples) {
  return ranges.size() == 1 && ranges[0].begin == 0 && ranges[0].end == samples;
}

TEST(Voiceless, AreNoiseHumAndTonesAtAnyLevel) {
  for (const float level : {1e-4f, 1e-2f, 0.3f}) {
    const auto x = noise(3, level);
    EXPECT_TRUE(all(voiceless(x), x.size())) << level;
    const auto hum = made(3, [&](double t) { return level * (wave(50, t) + 0.5 * wave(150, t)); });
    EXPECT_TRUE(all(voiceless(hum), hum.size())) << level;
    for (const float quiet : without_noise_alone(hum)) ASSERT_EQ(quiet, 0);
  }
  auto rising = noise(4, 0.1f);  // by 20 dB
  for (size_t i = 0; i < rising.size(); ++i) {
    rising[i] *= static_cast<float>(std::pow(10, static_cast<double>(i) / 64000 - 1));
  }
  EXPECT_TRUE(all(voiceless(rising), rising.size()));
  const auto brief = noise(0.6, 0.1f);
  EXPECT_TRUE(all(voiceless(brief), brief.size()));
}

TEST(Voiceless, IsNoSpeechNorSpeechInNoise) {
  const auto voice = made(4, speech);
  EXPECT_TRUE(voiceless(voice).empty());
  auto mixed = noise(4, 0.005f);
  for (size_t i = 0; i < mixed.size(); ++i) mixed[i] += voice[i];
  EXPECT_TRUE(voiceless(mixed).empty());
  EXPECT_EQ(without_noise_alone(mixed), mixed);
  // A long vowel breathes by 4 dB.
  const auto vowel = made(4, [](double t) {
    return 0.2 * (1 + 0.25 * wave(1.3, t)) *
           (wave(140, t) + 0.6 * wave(280, t) + 0.4 * wave(700, t));
  });
  EXPECT_TRUE(voiceless(vowel).empty());
}

TEST(Voiceless, NoiseBesideSpeechLeavesSpeechAlone) {
  auto sound = noise(6, 0.005f);
  for (size_t i = 0; i < 2 * kSecond; ++i) {
    sound[i + 2 * kSecond] += static_cast<float>(speech(static_cast<double>(i) / kSecond));
  }
  const auto ranges = voiceless(sound);
  ASSERT_EQ(ranges.size(), 2u);
  EXPECT_EQ(ranges[0].begin, 0u);
  EXPECT_NEAR(static_cast<double>(ranges[0].end), 1.95 * kSecond, 0.06 * kSecond);
  EXPECT_NEAR(static_cast<double>(ranges[1].begin), 4.05 * kSecond, 0.2 * kSecond);
  EXPECT_EQ(ranges[1].end, sound.size());
}

TEST(Voiceless, DigitalSilenceHasNothingToTakeAway) {
  const std::vector<float> silence(3 * kSecond, 0.0f);
  EXPECT_TRUE(voiceless(silence).empty());
  EXPECT_TRUE(voiceless({}).empty());
}

}  // namespace
}  // namespace flowtalk::audio
