// flowtalk data check, and that every width of motion files means the same to every command.
#include <gmock/gmock.h>

#include <algorithm>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/index.h"
#include "flowtalk/data/test_set.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/synth/speech.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CliData : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    data::make_test_set(file("mead"));
  }
};

TEST_F(CliData, CheckOfACleanSetEndsWell) {
  const Outcome outcome = run({"data", "check", "mead", "--json", "check.json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  for (const char* word : {"64 clips of 32 styles", "protocol", "paper", "clean", "contempt",
                           "expression", "confidence", "note    missing takes"}) {
    EXPECT_THAT(outcome.out, HasSubstr(word));
  }
  EXPECT_THAT(outcome.out, Not(HasSubstr("warning ")));
  const Json json = Json::parse(load_file(file("check.json")));
  EXPECT_TRUE(json.at("usable").get<bool>());
  EXPECT_EQ(run({"data", "check", "mead", "--quiet"}).out, "");
}

TEST_F(CliData, CheckNamesWhatMakesTrainingWrong) {
  formats::save_npy(file("mead/param/M005_002_1_1.npy"), tensor::Tensor::zeros({1, 10, 100}));
  std::filesystem::remove(file("mead/wav/M007_003_2_2.wav"));
  const Outcome quiet = run({"data", "check", "mead", "-q"});
  EXPECT_EQ(quiet.code, 1);
  for (const char* words : {"wrong width (1)", "M005_002_1_1.npy", "(1, 10, 100)"}) {
    EXPECT_THAT(quiet.err, HasSubstr(words));
  }
  EXPECT_THAT(quiet.out, HasSubstr("warning no partner (1)"));
  EXPECT_THAT(quiet.out, Not(HasSubstr("note ")));
  const Outcome outcome = run({"data", "check", "mead"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("error   wrong width (1)"));
  EXPECT_THAT(outcome.out, HasSubstr("warning no partner (1)"));
  EXPECT_TRUE(failed_with(run({"data", "check", "nowhere"}), 1, {"nowhere", "param/"}));
  EXPECT_TRUE(failed_with(run({"data", "chekc"}), 2, {"did you mean 'check'"}));
}

TEST_F(CliData, BenchmarkIsAsFrozenAndTellsWhenItIsNot) {
  if (!synth::espeak_available())
    GTEST_SKIP() << "skipped: espeak-ng finds no data files; install espeak-ng-data";
  const Outcome first = run({"data", "benchmark", "synth2-s", "-o", "frozen"});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("frozen/mead: 256 clips"));
  EXPECT_THAT(first.out, HasSubstr("frozen/unseen-voices: 64 clips"));
  const auto clips = data::scan_dataset(file("frozen/unseen-speakers")).clips;
  ASSERT_EQ(clips.size(), 64u);
  for (const data::Clip& clip : clips) EXPECT_EQ(clip.split, data::Split::kTest) << clip.stem;
  formats::save_npy(clips[5].motion, tensor::Tensor::zeros({1, 10, 403}));
  EXPECT_TRUE(failed_with(run({"data", "benchmark", "synth2-s", "-o", "frozen", "-q"}), 1,
                          {"not as frozen", "unseen-speakers", "expected"}));
  EXPECT_TRUE(failed_with(run({"data", "benchmark", "synth-x"}), 2, {"synth-x", "synth2-s"}));
}

TEST_F(CliData, EveryWidthHoldsAndRendersTheSame) {
  std::string picture;
  tensor::Tensor motion;
  for (const char* width : {"403", "353", "53"}) {
    const std::string npy = std::string("motion") + width + ".npy";
    ASSERT_EQ(run({"predict", "voice.wav", "--width", width, "-o", npy, "-q"}).code, 0);
    const Outcome render = run({"render", npy, "--frames", "pictures", "--size", "64", "-q"});
    ASSERT_EQ(render.code, 0) << render.err;
    const std::string drawn = load_file(file("pictures/00020.png"));
    const tensor::Tensor read = live_of(
        motion::load_motion(file(npy), motion::Axes::kBuiltin));  // as training and evaluation do
    if (!picture.empty()) {
      EXPECT_EQ(drawn, picture) << width;
      ASSERT_EQ(read.shape(), motion.shape()) << width;
      EXPECT_TRUE(std::ranges::equal(read.values(), motion.values())) << width;
    }
    picture = drawn;
    motion = read;
    std::filesystem::remove_all(file("pictures"));
  }
}

}  // namespace
}  // namespace flowtalk::tests
