// The sound of films against the recordings that they were made of.
#include "flowtalk/video/soundtrack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

#include "flowtalk/audio/libav.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/video/writer.h"
#include "tests/scratch_folder.h"

namespace flowtalk::video {
namespace {

namespace fs = std::filesystem;
using audio::Recording;

// Noise that swells, other in each channel: nothing in it is like anything else in it.
Recording noise(double seconds, int rate_hz, int channels, uint64_t seed = 1) {
  Recording made{rate_hz, channels, {}};
  Rng rng(seed);
  const auto frames = static_cast<int64_t>(seconds * rate_hz);
  std::vector<double> smooth(static_cast<size_t>(channels), 0);
  for (int64_t i = 0; i < frames; ++i) {
    const double swell = 0.3 + 0.2 * std::sin(7.3 * static_cast<double>(i) / rate_hz);
    for (double& s : smooth) {
      s += 0.2 * (rng.normal() - s);
      made.samples.push_back(static_cast<float>(swell * s));
    }
  }
  return made;
}

// The samples by which `late` is behind `early` in the first channel, within 0.1 s, and how alike
// the two are there, -1 .. 1. Both at one rate.
std::pair<int64_t, double> lag_of(const Recording& early, const Recording& late) {
  const int64_t reach = early.rate_hz / 10, frames = std::min(early.frames(), late.frames());
  std::pair<int64_t, double> best{0, -2};
  for (int64_t lag = -reach; lag <= reach; ++lag) {
    double product = 0, a2 = 0, b2 = 0;
    for (int64_t t = reach; t < frames - reach; t += 3) {
      const double a = early.samples[static_cast<size_t>(t * early.channels)];
      const double b = late.samples[static_cast<size_t>((t + lag) * late.channels)];
      product += a * b;
      a2 += a * a;
      b2 += b * b;
    }
    const double alike = product / std::sqrt(a2 * b2 + 1e-12);
    if (alike > best.second) best = {lag, alike};
  }
  return best;
}

class SoundTest : public testing::Test {
 protected:
  // A film of gray pictures with this sound.
  fs::path film_of(const Soundtrack& sound, double seconds, const std::string& name) const {
    VideoOptions options;
    options.width = options.height = 16;
    VideoWriter writer(folder_ / name, options, sound);
    for (int i = 0; i < std::lround(25 * seconds); ++i) writer.add(render::Image(16, 16));
    writer.finish();
    return folder_ / name;
  }

  tests::ScratchFolder folder_;
};

std::string sound_codec(const fs::path& path) {
  AVFormatContext* raw = nullptr;
  EXPECT_EQ(avformat_open_input(&raw, path.c_str(), nullptr, nullptr), 0);
  EXPECT_GE(avformat_find_stream_info(raw, nullptr), 0);
  const int index = av_find_best_stream(raw, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  const std::string name = avcodec_get_name(raw->streams[index]->codecpar->codec_id);
  avformat_close_input(&raw);
  return name;
}

TEST_F(SoundTest, ARecordingKeepsItsRateAndChannels) {
  for (const auto& [rate, channels] :
       std::vector<std::pair<int, int>>{{48000, 2}, {44100, 1}, {44100, 6}, {8000, 1}}) {
    const Recording original = noise(2, rate, channels);
    const Recording back = audio::load_recording(film_of({original, {}}, 2, "film.mp4"));
    EXPECT_EQ(back.rate_hz, rate);
    EXPECT_EQ(back.channels, channels);
    const auto [lag, alike] = lag_of(original, back);
    EXPECT_NEAR(static_cast<double>(lag) / rate, 0, 0.001) << rate;
    EXPECT_GT(alike, 0.9) << rate << " " << channels;
  }
}

TEST_F(SoundTest, RatesThatTheEncoderLacksGoToTheNextAbove) {
  const Recording original = noise(2, 12345, 1);
  const Recording back = audio::load_recording(film_of({original, {}}, 2, "film.mp4"));
  EXPECT_EQ(back.rate_hz, 16000);
  const auto [lag, alike] = lag_of(converted(original, 16000, 1), back);
  EXPECT_NEAR(static_cast<double>(lag) / 16000, 0, 0.001);
  EXPECT_GT(alike, 0.9);
  EXPECT_EQ(audio::load_recording(film_of({noise(1, 192000, 2), {}}, 1, "high.mp4")).rate_hz,
            96000);
  EXPECT_EQ(audio::load_recording(film_of({original, {}}, 2, "web.webm")).rate_hz, 48000);
}

TEST_F(SoundTest, CompressedSoundIsTakenOverAsItIs) {
  const Recording original = noise(3, 44100, 2);
  const fs::path first = film_of({original, {}}, 3, "first.mp4");
  const Recording heard = audio::load_recording(first);
  const fs::path again = film_of(load_soundtrack({{first}}, 0), 3, "again.mp4");
  const Recording back = audio::load_recording(again);
  EXPECT_EQ(sound_codec(again), "aac");
  const auto [lag, alike] = lag_of(heard, back);
  EXPECT_EQ(lag, 0);
  EXPECT_GT(alike, 0.9999999) << "encoded anew";
  // Of a shorter film the sound ends with the pictures.
  const Recording cut =
      audio::load_recording(film_of(load_soundtrack({{first}}, 0), 1.2, "cut.mp4"));
  EXPECT_NEAR(static_cast<double>(cut.frames()) / cut.rate_hz, 1.2, 0.05);
  // Where it cannot stand it is encoded.
  const Recording web =
      audio::load_recording(film_of(load_soundtrack({{first}}, 0), 3, "web.webm"));
  EXPECT_EQ(sound_codec(folder_ / "web.webm"), "opus");
  EXPECT_EQ(web.channels, 2);
  EXPECT_LT(std::abs(lag_of(converted(heard, 48000, 2), web).first), 100);  // of 48000 a second
}

TEST_F(SoundTest, SeveralVoicesAreJoinedAtTheHighestRate) {
  const fs::path one = film_of({noise(1, 22050, 1, 1), {}}, 1, "one.mp4"),
                 two = film_of({noise(1, 48000, 2, 2), {}}, 1, "two.mp4");
  const std::vector<fs::path> both = {one, two};
  const Soundtrack joined = load_soundtrack(both, 0.5);
  EXPECT_EQ(joined.recording.rate_hz, 48000);
  EXPECT_EQ(joined.recording.channels, 2);
  EXPECT_TRUE(joined.source.empty());
  const Recording second = audio::load_recording(two);
  const int64_t begin = joined.recording.frames() - second.frames();
  EXPECT_NEAR(static_cast<double>(begin) / 48000, 1.5, 0.06);
  for (const int64_t i : {0, 1000, 30000}) {
    EXPECT_EQ(joined.recording.samples[static_cast<size_t>(2 * (begin + i))],
              second.samples[static_cast<size_t>(2 * i)]);
  }
  EXPECT_EQ(joined.recording.samples[static_cast<size_t>(2 * begin - 2)], 0);
}

}  // namespace
}  // namespace flowtalk::video
