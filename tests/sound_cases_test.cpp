// Sound files as people have them (../shared/cases, beside the golden files): what is read of them,
// and what is said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "flowtalk/audio/audio.h"
#include "flowtalk/audio/test_sounds.h"
#include "flowtalk/base/error.h"
#include "flowtalk/formats/golden_files.h"

namespace flowtalk::audio {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class SoundCases : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = formats::golden_folder().parent_path() / "cases";
    if (!fs::exists(folder_)) GTEST_SKIP() << folder_ << " is not here";
  }
  fs::path folder_;
};

TEST_F(SoundCases, AGapIsSilence) {
  SourceFormat source;
  const Audio audio = load_audio(folder_ / "gap-in-timestamps" / "gap_1s.webm", {}, &source);
  EXPECT_NEAR(audio.duration_s(), 3.0, 0.02);  // 75 frames
  for (size_t i = 0; i < audio.samples.size(); ++i) {
    const double t = static_cast<double>(i) / audio.rate_hz;
    if (t > 1.1 && t < 2.05) {
      ASSERT_EQ(audio.samples[i], 0) << t;
    }
  }
  EXPECT_THAT(texts_of(source.warnings(audio.duration_s())),
              ElementsAre(HasSubstr("1.02 s of silence are put in")));
}

TEST_F(SoundCases, JoinedChunksAreReadToTheEnd) {
  SourceFormat source;
  const Audio audio = load_audio(folder_ / "wav-of-joined-chunks" / "joined.wav", {}, &source);
  EXPECT_EQ(audio.samples.size(), 48000u);
  EXPECT_THAT(texts_of(source.warnings(3)),
              ElementsAre(AllOf(HasSubstr("3 WAV files"), HasSubstr("3.0 s"))));
}

TEST_F(SoundCases, TheLimitDoesNotContradictItself) {
  try {
    load_audio(folder_ / "nearly-a-tenth-of-a-second" / "short.wav");
    FAIL() << "was taken";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("0.0999 s of sound, at least 0.1 s is needed"));
  }
}

TEST_F(SoundCases, FilesOfAFolderAreSound) {
  for (const char* name : {"a.aif", "a.mov", "a.wma", "b.wav"}) {
    const fs::path path = folder_ / "folder-leaves-out-readable-files" / name;
    EXPECT_TRUE(is_sound_name(path)) << name;
    EXPECT_NEAR(load_audio(path).duration_s(), 1.0, 0.1) << name;
  }
}

}  // namespace
}  // namespace flowtalk::audio
