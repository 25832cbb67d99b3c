// What inspect says of files and folders.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/pipeline/inspect_report.h"
#include "tests/scratch_folder.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;
using tensor::Tensor;
using ::testing::HasSubstr;

class InspectReport : public ::testing::Test {
 protected:
  tests::ScratchFolder folder_;
};

TEST_F(InspectReport, FoldersOfOneFilePerFrame) {
  for (int i = 0; i < 3; ++i) {
    const auto value = static_cast<float>(i);
    formats::save_safetensors(folder_ / fmt::format("{:04}.safetensors", i),
                              {{"exp", Tensor::full({50}, value)},
                               {"jaw", Tensor::full({3}, value / 10)},
                               {"boxes", Tensor::full({i, 4}, 1)}});
  }
  const Json report = inspect_report(folder_, 64);
  EXPECT_EQ(report["format"], "frames");
  EXPECT_EQ(report["kind"], "flame_motion");
  EXPECT_TRUE(report["usable"]);
  EXPECT_EQ(report["details"]["motion"]["frames"], 3);
  EXPECT_EQ(report["arrays"].size(), 2u);
  EXPECT_THAT(report["details"]["not_read"][0].get<std::string>(), HasSubstr("has the shape"));
  fs::remove(folder_ / "0001.safetensors");
  EXPECT_THROW(inspect_report(folder_, 64), Error);
}

TEST_F(InspectReport, SaysWhatIsHeardOfASound) {
  audio::Audio sound;
  sound.samples.assign(8000, 0.25f);
  audio::save_wav(folder_ / "a.wav", sound);
  EXPECT_FALSE(inspect_report(folder_ / "a.wav", 64)["details"].contains("warnings"));
  const std::string whole = load_file(folder_ / "a.wav");
  save_file(folder_ / "b.wav", whole + whole);
  const Json details = inspect_report(folder_ / "b.wav", 64)["details"];
  ASSERT_EQ(details["warnings"].size(), 1u);
  EXPECT_THAT(details["warnings"][0].get<std::string>(), HasSubstr("is 2 WAV files joined"));
}

}  // namespace
}  // namespace flowtalk::pipeline
