#include "flowtalk/pipeline/import_recordings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <string>

#include "flowtalk/base/files.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/phone_recognizer.h"
#include "flowtalk/pipeline/rule_clips.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;

// Three recorded clips, two of which are to learn from.
constexpr std::array kNames{"bbal8p", "bbwg1s", "bgbu2n"};

TEST(ImportRecordings, MakesADataSetOfTheClipsToLearnFrom) {
  const fs::path recorded = fs::path(FLOWTALK_RECORDINGS) / "grid_s1";
  if (!fs::is_directory(recorded) || !data::find_speech_models()) GTEST_SKIP();
  const tests::ScratchFolder folder;
  fs::create_directories(folder / "in");
  int64_t to_learn_from = 0;
  for (const std::string name : kNames) {
    to_learn_from += is_kept_out(name) ? 0 : 1;
    for (const char* ending : {".npz", ".align", ".flac"}) {
      fs::copy_file(recorded / (name + ending), folder / "in" / (name + ending));
    }
  }
  ASSERT_EQ(to_learn_from, 2);
  ImportRecordingsOptions options;
  options.recordings = {(folder / "in").string()};
  options.output = (folder / "out").string();
  const auto report = import_recordings(options, {});
  EXPECT_EQ(report.clips, to_learn_from);
  EXPECT_GT(report.gap_r, 0.99);
  EXPECT_LT(report.gap_rms_mm, 0.5);
  EXPECT_THAT(load_file(folder / "out" / "clips.tsv"),
              testing::StartsWith("M003_601_0_0\tbbwg1s\nM005_601_0_0\t"));
  const auto set = data::scan_dataset(folder / "out");
  ASSERT_EQ(std::ssize(set.clips), to_learn_from);
  for (const data::Clip& clip : set.clips) EXPECT_EQ(clip.split, data::Split::kTrain);

  options.kept_out = true;
  options.output = (folder / "kept").string();
  EXPECT_EQ(import_recordings(options, {}).clips, std::ssize(kNames) - to_learn_from);
}

TEST(ImportRecordings, RefusesAStyleThatNobodyHas) {
  ImportRecordingsOptions options;
  options.recordings = {"."};
  options.style = "M999";
  EXPECT_THAT(tests::refusal([&] { import_recordings(options, {}); }),
              testing::HasSubstr("style 'M999': expected all or one of"));
}

}  // namespace
}  // namespace flowtalk::pipeline
