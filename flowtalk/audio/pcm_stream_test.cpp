#include "flowtalk/audio/pcm_stream.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"
#include "tests/speech_like.h"

namespace flowtalk::audio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using tests::refusal;

std::string little(uint32_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
  return out;
}

// A WAV file of these bytes of samples; `size` is what its header says of them.
std::string wav(uint32_t kind, uint32_t channels, uint32_t rate, uint32_t bits,
                const std::string& data, uint32_t size) {
  std::string format = little(kind, 2) + little(channels, 2) + little(rate, 4) + little(0, 4) +
                       little(0, 2) + little(bits, 2);
  if (kind == 0xfffe) {
    format += little(22, 2) + little(bits, 2) + little(0, 4) + little(3, 2) + std::string(14, 'g');
  }
  return "RIFF" + little(0xffffffff, 4) + "WAVE" + "LIST" + little(3, 4) + "abc" +
         std::string(1, '\0') + "fmt " + little(static_cast<uint32_t>(format.size()), 4) + format +
         "data" + little(size, 4) + data;
}

std::string bytes_of(const std::vector<float>& values) {
  std::string bytes(4 * values.size(), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::vector<float> read(PcmStream stream, const std::string& bytes, size_t step = 1 << 20) {
  std::vector<float> out;
  for (size_t at = 0; at < bytes.size(); at += step) {
    stream.push(std::string_view(bytes).substr(at, step), out);
  }
  return out;
}

TEST(PcmStream, AFileInAnyPiecesIsWhatTheFileHolds) {
  const tests::ScratchFolder folder;
  save_wav(folder / "a.wav", {44100, tests::speech_like(0.3)});
  const std::string bytes = load_file(folder / "a.wav");
  const auto wanted = load_recording(folder / "a.wav").samples;
  for (const size_t step : {1ul, 7ul, 1000ul, bytes.size()}) {
    EXPECT_EQ(read(PcmStream("stdin"), bytes, step), wanted) << step;
  }
  PcmStream stream("stdin");
  std::vector<float> out;
  stream.push(std::string_view(bytes).substr(0, 44), out);
  EXPECT_EQ(stream.rate_hz(), 44100);
  EXPECT_EQ(stream.frame_bytes(), 2);
  EXPECT_FALSE(stream.heard());
}

TEST(PcmStream, LengthsThatNobodyKnewYet) {
  const std::string data = bytes_of({0.5f, -0.25f, 0.125f});
  for (const uint32_t size : {0u, 0xffffffffu, 0x7fffffffu, 12u}) {
    EXPECT_THAT(read(PcmStream("stdin"), wav(3, 1, 16000, 32, data, size)),
                ElementsAre(0.5f, -0.25f, 0.125f))
        << size;
  }
}

TEST(PcmStream, NumbersOfEveryKind) {
  const auto one = [](uint32_t kind, uint32_t bits, const std::string& data) {
    return read(PcmStream("stdin"), wav(kind, 1, 8000, bits, data, 0));
  };
  EXPECT_THAT(one(1, 8, "\x80\xc0"), ElementsAre(0.0f, 0.5f));
  EXPECT_THAT(one(1, 16, little(0x4000, 2) + little(0x8000, 2)), ElementsAre(0.5f, -1.0f));
  EXPECT_THAT(one(1, 24, little(0x400000, 3) + little(0xc00000, 3)), ElementsAre(0.5f, -0.5f));
  EXPECT_THAT(one(1, 32, little(0x20000000, 4)), ElementsAre(0.25f));
  EXPECT_THAT(one(0xfffe, 32, bytes_of({0.75f})), ElementsAre(0.75f));
}

TEST(PcmStream, ChannelsAreMixedAndFilesFollowEachOther) {
  const std::string data = bytes_of({1, 0, 0.5f, 0.25f});
  const std::string file = wav(3, 2, 16000, 32, data, 16);
  for (const size_t step : {1ul, 5ul, 4096ul}) {
    EXPECT_THAT(read(PcmStream("stdin"), file + file, step),
                ElementsAre(0.5f, 0.375f, 0.5f, 0.375f));
  }
  const auto other = wav(3, 2, 48000, 32, data, 16);
  EXPECT_THAT(refusal([&] { read(PcmStream("stdin"), file + other); }),
              HasSubstr("stdin: goes on at 48000 Hz after 16000 Hz"));
}

TEST(PcmStream, BareSamples) {
  EXPECT_THAT(read(PcmStream("x", PcmForm::kS16, 16000, 1), std::string("\x00\x40\x00\xc0\x01", 5)),
              ElementsAre(0.5f, -0.5f));
  EXPECT_THAT(read(PcmStream("x", PcmForm::kF32, 16000, 2), bytes_of({1, 0.5f}), 3),
              ElementsAre(0.75f));
}

TEST(PcmStream, WhatIsNotFiniteIsSilence) {
  PcmStream stream("x", PcmForm::kF32, 16000, 1);
  std::vector<float> out;
  stream.push(bytes_of({std::numeric_limits<float>::quiet_NaN(), INFINITY, 0.5f}), out);
  EXPECT_THAT(out, ElementsAre(0.0f, 0.0f, 0.5f));
  EXPECT_EQ(stream.not_finite(), 2);
  const auto loud = bytes_of({-3.4e38f, -3.4e38f, 20, 0});
  EXPECT_THAT(read(PcmStream("x", PcmForm::kF32, 16000, 2), loud), ElementsAre(-16.0f, 8.0f));
}

TEST(PcmStream, RefusesTheRestInOneLine) {
  const auto refused = [](const std::string& bytes) {
    return refusal([&] { read(PcmStream("stdin"), bytes); });
  };
  EXPECT_THAT(refused("OggS........"), HasSubstr("no WAV file, it begins with 'OggS'; give rate"));
  EXPECT_THAT(refused(wav(1, 0, 16000, 16, "", 0)), HasSubstr("0 channels at 16000 Hz"));
  EXPECT_THAT(refused(wav(1, 1, 4000, 16, "", 0)), HasSubstr("at 4000 Hz"));
  EXPECT_THAT(refused(wav(7, 1, 16000, 8, "", 0)), HasSubstr("of kind 7 with 8 bits"));
  EXPECT_THAT(refused("RIFF....WAVEdata" + little(8, 4)), HasSubstr("data before its format"));
  EXPECT_THAT(refused("RIFF....WAVEfmt " + little(8, 4)), HasSubstr("format is 8 bytes long"));
}

TEST(PcmStream, AnythingIsReadOrRefused) {
  Rng rng(7);
  const std::string good = wav(1, 2, 22050, 24, std::string(60, 'x'), 60);
  int taken = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 3; ++i) {
      bytes[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(bytes.size()) - 1))] =
          static_cast<char>(rng.integer(0, 255));
    }
    const auto said = refusal([&] { read(PcmStream("stdin"), bytes, 11); });
    taken += said == "was taken";
  }
  EXPECT_GT(taken, 100);
}

}  // namespace
}  // namespace flowtalk::audio
