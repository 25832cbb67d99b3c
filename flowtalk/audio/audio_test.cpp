#include "flowtalk/audio/audio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "flowtalk/audio/test_sounds.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "tests/scratch_folder.h"

namespace flowtalk::audio {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class AudioTest : public testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }
  tests::ScratchFolder folder_;
};

double rms(const std::vector<float>& x, size_t margin) {
  double sum = 0;
  for (size_t i = margin; i + margin < x.size(); ++i) sum += static_cast<double>(x[i]) * x[i];
  return std::sqrt(sum / static_cast<double>(x.size() - 2 * margin));
}

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

TEST_F(AudioTest, ResamplingKeepsTimeAndLevel) {
  for (const double rate : {8000.0, 16000.0, 22050.0, 44100.0, 48000.0}) {
    const auto path =
        write("sine.wav", float_wav(sine(700, rate, 0.5), static_cast<uint32_t>(rate), 1));
    const Audio audio = load_audio(path);
    const auto expected = sine(700, 16000, 0.5);
    ASSERT_NEAR(static_cast<double>(audio.samples.size()), static_cast<double>(expected.size()), 2)
        << rate;
    for (size_t i = 200; i + 200 < expected.size(); ++i) {
      ASSERT_NEAR(audio.samples[i], expected[i], 2e-3) << rate << " Hz, sample " << i;
    }
  }
}

TEST_F(AudioTest, WhatLiesAboveHalfTheNewRateIsRemoved) {
  const Audio audio = load_audio(write("high.wav", float_wav(sine(11000, 48000, 0.5), 48000, 1)));
  EXPECT_LT(rms(audio.samples, 200), 0.5 / std::sqrt(2.0) * 0.003);  // -50 dB
}

TEST_F(AudioTest, ChannelsAreAveraged) {
  for (const uint32_t channels : {2u, 3u, 6u, 8u}) {
    const auto tone = sine(300, 16000, 0.3);
    std::vector<float> samples;
    for (const float x : tone) {
      samples.push_back(x);
      for (uint32_t c = 1; c < channels; ++c) samples.push_back(0.0f);
    }
    const Audio audio = load_audio(write("many.wav", float_wav(samples, 16000, channels)));
    ASSERT_EQ(audio.samples.size(), tone.size());
    for (size_t i = 0; i < tone.size(); ++i) {
      ASSERT_NEAR(audio.samples[i], tone[i] / static_cast<float>(channels), 1e-6) << channels;
    }
  }
}

TEST_F(AudioTest, SavedSamplesComeBack) {
  Audio audio;
  audio.samples = sine(440, 16000, 0.4, 1.0);
  audio.samples[100] = 3.0f;  // clipped
  save_wav(folder_ / "deep" / "out.wav", audio);
  const Audio back = load_audio(folder_ / "deep" / "out.wav");
  ASSERT_EQ(back.samples.size(), audio.samples.size());
  for (size_t i = 0; i < back.samples.size(); ++i) {
    ASSERT_NEAR(back.samples[i], std::min(1.0f, audio.samples[i]), 1.0 / 16000) << i;
  }
  EXPECT_FALSE(fs::exists(folder_ / "deep" / "out.wav.partial"));
}

TEST_F(AudioTest, ValuesBeyondOneAreKept) {
  const Audio audio =
      load_audio(write("loud.wav", float_wav(sine(200, 16000, 0.2, 1.9), 16000, 1)));
  EXPECT_NEAR(*std::max_element(audio.samples.begin(), audio.samples.end()), 1.9, 0.01);
}

TEST_F(AudioTest, TelephoneFilesAreReadByTheirExtension) {
  // One byte of G.722 is two samples at 16 kHz.
  const Audio audio = load_audio(write("prompt.g722", std::string(8000, '\x5a')));
  EXPECT_NEAR(audio.duration_s(), 1.0, 0.01);
}

TEST_F(AudioTest, EachMistakeHasItsMessage) {
  const auto load = [&](const fs::path& p) { return message_of([&] { load_audio(p); }); };
  EXPECT_THAT(load(folder_ / "none.wav"), AllOf(HasSubstr("none.wav"), HasSubstr("no such file")));
  EXPECT_THAT(load(folder_), HasSubstr("is a folder"));
  EXPECT_THAT(load("/dev/null"), HasSubstr("not a regular file"));
  EXPECT_THAT(load(write("empty.wav", "")), HasSubstr("empty"));
  EXPECT_THAT(load(write("text.wav", "this is no sound at all")),
              AllOf(HasSubstr("text.wav"), HasSubstr("not an audio file")));
  const auto wav = float_wav(sine(300, 16000, 0.5), 16000, 1);
  EXPECT_THAT(load(write("cut.wav", wav.substr(0, 44))), HasSubstr("cut.wav"));
  EXPECT_THAT(load(write("short.wav", float_wav(sine(300, 16000, 0.02), 16000, 1))),
              AllOf(HasSubstr("0.020 s"), HasSubstr("at least 0.1 s")));
  EXPECT_THAT(load(write("nearly.wav", float_wav(std::vector<float>(1599, 0.1f), 16000, 1))),
              AllOf(HasSubstr("0.0999 s of sound"), HasSubstr("at least 0.1 s")));
  EXPECT_EQ(load_audio(write("just.wav", float_wav(std::vector<float>(1600, 0.1f), 16000, 1)))
                .samples.size(),
            1600u);
}

TEST_F(AudioTest, APointerOfGitLfsIsNamedAsOne) {
  const std::string pointer = fmt::format(
      "version https://git-lfs.github.com/spec/v1\noid sha256:{:064}\nsize 123456\n", 1);
  for (const char* name : {"voice.wav", "film.mp4"}) {
    const fs::path path = write(name, pointer);
    const auto told = AllOf(HasSubstr(name), HasSubstr("pointer of git-lfs"),
                            HasSubstr("(123456 bytes); run `git lfs pull` in"));
    EXPECT_THAT(message_of([&] { load_audio(path); }), told);
    EXPECT_THAT(message_of([&] { load_recording(path); }), told);
  }
}

TEST_F(AudioTest, NonFiniteSamplesAreRefused) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const uint32_t rate : {16000u, 44100u}) {
      auto samples = sine(300, rate, 0.3);
      samples[3000] = bad;
      const auto path = write("bad.wav", float_wav(samples, rate, 1));
      EXPECT_THAT(message_of([&] { load_audio(path); }),
                  AllOf(HasSubstr("bad.wav"), HasSubstr("not a number")));
    }
  }
}

TEST_F(AudioTest, TooLongIsRefusedWithTheLimitNamed) {
  LoadOptions options;
  options.max_duration_s = 2;
  const auto stated = write("stated.wav", float_wav(sine(300, 16000, 4.5), 16000, 1));
  EXPECT_THAT(message_of([&] { load_audio(stated, options); }),
              AllOf(HasSubstr("lasts"), HasSubstr("limit is 2 s")));
  // Slightly over: only decoding tells.
  const auto decoded = write("decoded.wav", float_wav(sine(300, 16000, 2.5), 16000, 1));
  EXPECT_THAT(message_of([&] { load_audio(decoded, options); }),
              AllOf(HasSubstr("longer than 2 s"), HasSubstr("the limit")));
}

TEST_F(AudioTest, HeaderThatPromisesMoreThanTheFileHolds) {
  // As a streamed recording has it: nine hours in the header, half a second in the file.
  const auto samples = sine(300, 16000, 0.5);
  const Audio audio = load_audio(write("cut.wav", float_wav(samples, 16000, 1, 2'000'000'000u)));
  EXPECT_NEAR(audio.duration_s(), 0.5, 0.01);
}

TEST_F(AudioTest, AbsurdRatesAreRefusedBeforeTheResamplerIsMade) {
  const std::vector<float> samples(1000, 0.1f);
  const fs::path path = write("x.wav", float_wav(samples, 134233728, 1));
  EXPECT_THAT(message_of([&] { load_audio(path); }),
              AllOf(HasSubstr("x.wav"), HasSubstr("134233728 Hz")));
}

TEST_F(AudioTest, UnwritableOutputIsAnError) {
  Audio audio;
  audio.samples.assign(100, 0.0f);
  write("file", "x");
  EXPECT_THAT(message_of([&] { save_wav(folder_ / "file" / "x.wav", audio); }), HasSubstr("file"));
}

TEST(SoundNames, AreWhatTheDecoderHasFormatsFor) {
  for (const char* name :
       {"a.wav",  "A.WAV",  "b.flac", "c.mp3",  "d.ogg", "e.oga",  "f.opus", "g.m4a",
        "h.aac",  "i.g722", "j.mp4",  "k.webm", "l.mkv", "m.aiff", "n.wma",  "o.mov",
        "p.w64",  "q.caf",  "r.amr",  "s.au",   "t.mka", "u.ape",  "v.sph",  "a.aif",
        "b.aifc", "c.mpg",  "d.avi",  "e.m4v",  "f.3gp", "g.M4A",  "h.mp2",  "i.ac3",
        "j.ts",   "k.flv",  "l.voc",  "m.tak",  "n.dss", "o.mj2"}) {
    EXPECT_TRUE(is_sound_name(name)) << name;
  }
  for (const char* name :
       {"a.npy", "b.txt", "c.png",  "d.json", "wav",  ".wav",  "e.srt",     "f.csv",
        "g.vtt", "h.jpg", "i.avif", "j.gif",  "k.h5", "l.pt",  "m.pkl",     "n.npz",
        "o.obj", "p.dat", "q.nfo",  "r.sub",  "s.md", "t.stl", "u.mp4.part"}) {
    EXPECT_FALSE(is_sound_name(name)) << name;
  }
}

}  // namespace
}  // namespace flowtalk::audio
