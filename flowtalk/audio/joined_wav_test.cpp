#include "flowtalk/audio/joined_wav.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/audio/test_sounds.h"
#include "tests/scratch_folder.h"

namespace flowtalk::audio {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uint32_t kRate = 8000;

std::string header(uint32_t count, uint32_t channels = 1) {
  return wav_header(count, {kRate, channels});
}

// Half a second of one value each.
std::string samples(int16_t value) {
  std::string out;
  for (uint32_t i = 0; i < kRate / 2; ++i) out += little(static_cast<uint16_t>(value), 2);
  return out;
}

class JoinedWavTest : public testing::Test {
 protected:
  const fs::path& write(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary) << bytes;
    return path_;
  }
  // The samples at a quarter of each half second, as steps of 16 bits; the warnings in `said`.
  std::vector<int> values(const std::string& bytes) {
    SourceFormat source;
    const Recording whole = load_recording(write(bytes), 3600, &source);
    said = texts_of(source.warnings(static_cast<double>(whole.frames()) / whole.rate_hz));
    std::vector<int> found;
    const auto step = static_cast<size_t>(kRate / 2 * static_cast<uint32_t>(whole.channels));
    for (size_t i = step / 2; i < whole.samples.size(); i += step) {
      found.push_back(static_cast<int>(whole.samples[i] * 32768));
    }
    EXPECT_EQ(whole.samples.size() % step, 0u);
    return found;
  }
  std::vector<std::string> said;

 private:
  tests::ScratchFolder folder_;
  const fs::path path_ = folder_ / "joined.wav";
};

const uint32_t kBytes = kRate;  // of half a second

TEST_F(JoinedWavTest, ChunksWithAHeaderEachAreReadToTheEnd) {
  const auto three = AllOf(HasSubstr("3 WAV files"), HasSubstr("all 1.5 s are read"));
  for (const uint32_t size : {kBytes, 0u, 0xffffffffu, 0x7fffffffu, 3 * kBytes, 100 * kBytes}) {
    const std::string chunk = header(size);
    EXPECT_THAT(values(chunk + samples(100) + chunk + samples(200) + chunk + samples(300)),
                ElementsAre(100, 200, 300))
        << size;
    EXPECT_THAT(said, ElementsAre(three)) << size;
  }
  EXPECT_NEAR(
      load_audio(write(header(kBytes) + samples(1) + header(kBytes) + samples(2))).duration_s(),
      1.0, 1e-3);
}

TEST_F(JoinedWavTest, AHeaderThatCountsTheFirstChunkOnly) {
  EXPECT_THAT(values(header(kBytes) + samples(100) + samples(200) + samples(300)),
              ElementsAre(100, 200, 300));
  EXPECT_THAT(said, ElementsAre(AllOf(HasSubstr("counts 0.5 s"), HasSubstr("1.5 s are read"))));
}

TEST_F(JoinedWavTest, ChunksBehindTheSamplesAreNoSound) {
  const std::string list = "LIST" + little(9, 4) + "INFOabcde" + std::string(1, '\0');
  const std::string big = "junk" + little(4000, 4) + std::string(4000, 'x');
  for (const std::string& tail : {list, big, list + big, std::string("ID"), list.substr(0, 12)}) {
    EXPECT_THAT(values(header(kBytes) + samples(100) + tail), ElementsAre(100)) << tail.size();
    EXPECT_THAT(said, IsEmpty());
  }
  EXPECT_THAT(values(header(kBytes) + samples(100) + list + header(kBytes) + samples(200) + big),
              ElementsAre(100, 200));
}

TEST_F(JoinedWavTest, AFormatMayChangeForAudio) {
  const std::string stereo = header(2 * kBytes, 2) + samples(200) + samples(200);
  const Audio audio = load_audio(write(header(kBytes) + samples(100) + stereo));
  ASSERT_NEAR(audio.duration_s(), 1.0, 1e-3);
  EXPECT_NEAR(audio.samples[4000] * 32768, 100, 1);
  EXPECT_NEAR(audio.samples[12000] * 32768, 200, 1);
}

TEST_F(JoinedWavTest, OneWholeFileIsLeftToTheDecoder) {
  EXPECT_FALSE(find_joined_wav(write(header(kBytes) + samples(1))));
  EXPECT_FALSE(find_joined_wav(write(header(0xffffffff) + samples(1))));
  EXPECT_FALSE(find_joined_wav(write(header(100 * kBytes) + samples(1))));
  EXPECT_FALSE(find_joined_wav(write("RIFFRIFFRIFF")));
}

}  // namespace
}  // namespace flowtalk::audio
