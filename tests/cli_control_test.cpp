// Curves, guidance, temperature per region and sweeps on the command line, with the default
// checkpoint.
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>

#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

class CliControl : public CommandLine {
 protected:
  std::string bytes(const std::string& name, std::vector<std::string> options) const {
    options.insert(options.begin(), {"predict", "voice.wav", "--width", "53", "-o", name});
    const Outcome outcome = run(options);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.code == 0 ? load_file(file(name)) : std::string();
  }
};

TEST_F(CliControl, StrengthZeroIsNeutralInCurvesAndUnderGuidance) {
  const std::string neutral = bytes("neutral.npy", {"--seed", "4"});
  write("zero.csv", "time,emotion,strength\n0,happy,0\n0.5,angry,0\n1.5,sad,0\n");
  EXPECT_EQ(neutral, bytes("a.npy", {"--seed", "4", "--curve", "zero.csv"}));
  EXPECT_EQ(neutral, bytes("b.npy", {"--seed", "4", "--curve", "zero.csv", "--guidance", "2.5"}));
  for (const char* emotion : {"happy", "sad", "surprised", "fear", "disgusted", "angry"}) {
    EXPECT_EQ(neutral, bytes("c.npy", {"--seed", "4", "--emotion", emotion, "--strength", "0",
                                       "--guidance", "2"}))
        << emotion;
  }
  EXPECT_EQ(neutral, bytes("d.npy", {"--seed", "4", "--guidance", "3"}));
}

TEST_F(CliControl, CurvesGuidanceRegionsAndTakesGiveTheSameBytesOnAnyThreads) {
  write("c.json", R"({"events": [{"start": 0.5, "emotion": "happy", "strength": "high"}]})");
  const std::vector<std::string> base{
      "--curve", "c.json", "--guidance", "1.5", "--temperature", "lips:0.1,brows:0.8",
      "--take",  "2"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return more;
  };
  const std::string one = bytes("a.npy", with({"--threads", "1", "--seed", "3"}));
  EXPECT_EQ(one, bytes("b.npy", with({"--threads", "2", "--seed", "3"})));
  EXPECT_NE(one, bytes("c.npy", with({"--seed", "4"})));
}

TEST_F(CliControl, OneTemperatureForAllRegionsIsThatTemperature) {
  EXPECT_EQ(bytes("a.npy", {"--temperature", "0.4"}),
            bytes("b.npy", {"--temperature", "lips:0.4,eyes:1,brows:1,rest:0.4"}));
  EXPECT_EQ(bytes("a.npy", {"--temperature", "lips:0,brows:0,eyes:0,rest:0"}),
            bytes("b.npy", {"--deterministic"}));
}

TEST_F(CliControl, StillLipsAndFreeBrows) {
  bytes("still.npy", {"--deterministic"});
  bytes("a.npy", {"--temperature", "0.5,lips:0,brows:1"});
  bytes("b.npy", {"--temperature", "0.5,lips:0,brows:1", "--take", "1"});
  const auto still = formats::load_npy(file("still.npy")), a = formats::load_npy(file("a.npy")),
             b = formats::load_npy(file("b.npy"));
  double jaw = 0, brows = 0;
  for (int64_t t = 0; t < still.dim(1); ++t) {
    for (int64_t i = 50; i < 53; ++i) jaw += std::fabs(still[t * 53 + i] - a[t * 53 + i]);
    for (int64_t i = 14; i < 19; ++i) brows += std::fabs(a[t * 53 + i] - b[t * 53 + i]);
  }
  EXPECT_EQ(jaw, 0);
  EXPECT_GT(brows / static_cast<double>(still.dim(1)), 0.01);
}

TEST_F(CliControl, SweepWritesAFilePerCellAndAFilm) {
  const Outcome outcome = run({"predict", "--sweep", "voice.wav", "--emotion", "happy", "--emotion",
                               "sad", "-o", "out", "-q"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(names(),
              UnorderedElementsAre("voice.wav", "out", "out/voice_happy_low.npy",
                                   "out/voice_happy_medium.npy", "out/voice_happy_high.npy",
                                   "out/voice_sad_low.npy", "out/voice_sad_medium.npy",
                                   "out/voice_sad_high.npy", "out/voice_neutral_low.npy"));
  ASSERT_EQ(run({"talk", "voice.wav", "--sweep", "0,0.5,1", "--emotion", "happy", "-o", "grid.mp4",
                 "--contact-sheet", "sheet.png", "--size", "64", "-q"})
                .code,
            0);
}

TEST_F(CliControl, SweepKeepsCloseStrengthsApart) {
  const Outcome outcome = run({"predict", "--sweep", "0.5,0.501,0.502", "voice.wav", "--emotion",
                               "happy", "-o", "out", "-q"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(names(), IsSupersetOf({"out/voice_happy_strength-0.50.npy",
                                     "out/voice_happy_strength-0.501.npy",
                                     "out/voice_happy_strength-0.502.npy"}));
}

TEST_F(CliControl, MistakesNameTheFileTheFieldAndTheRemedy) {
  write("base.json", R"({"base": {"emotion": "sad"}})");
  write("typo.json", R"({"events": [{"emotion": "sad", "strenght": 1}]})");
  write("late.csv", "time,emotion\n2,sad\n1,sad\n");
  write("empty.csv", "");
  write("curve.txt", "0 sad\n");
  const auto refused = [&](std::vector<std::string> options, int code,
                           const std::vector<std::string>& words) {
    options.insert(options.begin(), {"predict", "voice.wav"});
    EXPECT_TRUE(failed_with(run(options), code, words));
  };
  refused({"--curve", "typo.json"}, 1, {"typo.json", "events[0]", "did you mean 'strength'"});
  refused({"--curve", "late.csv"}, 1, {"late.csv", "line 3", "sort"});
  refused({"--curve", "empty.csv"}, 1, {"empty.csv", "no keyframe"});
  refused({"--curve", "curve.txt"}, 1, {"curve.txt", ".json or .csv"});
  refused({"--curve", "none.json"}, 1, {"none.json", "no such file"});
  refused({"--curve", "base.json", "--emotion", "sad"}, 2, {"base.json", "--emotion"});
  refused({"--sweep", "--strength", "1"}, 2, {"--sweep", "--strength"});
  refused({"--sweep", "--intensity", "high"}, 2, {"--sweep", "--intensity"});
  refused({"--sweep", "--curve", "base.json"}, 2, {"--sweep", "--curve"});
  refused({"--sweep", "0,2"}, 2, {"--sweep 0,2", "1.25"});
  refused({"--guidance", "4"}, 2, {"--guidance 4", "between 0 and 3"});
  refused({"--guidance", "nan"}, 2, {"--guidance", "between 0 and 3"});
  refused({"--temperature", "lips:2"}, 2, {"--temperature", "between 0 and 1"});
  refused({"--temperature", "lip:0.2"}, 2, {"'lip'", "did you mean 'lips'"});
}

TEST_F(CliControl, TimesBeyondTheVoiceAreWarnedOf) {
  write("c.json", R"({"events": [{"start": 9, "emotion": "happy"}]})");
  const Outcome outcome = run({"predict", "voice.wav", "--curve", "c.json", "-o", "a.npy"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("warning: c.json: events[0] starts at 9.00 s"));
}

TEST_F(CliControl, EventsTooShortToBeSeenAreWarnedOf) {
  write("c.json", R"({"events": [{"start": 0.5, "end": 0.7, "emotion": "happy"},
                                 {"start": 1.0, "end": 1.1, "emotion": "sad"},
                                 {"start": 1.2, "end": 1.9, "emotion": "sad"}]})");
  const Outcome outcome = run({"predict", "voice.wav", "--curve", "c.json", "-o", "a.npy"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("warning: c.json: events[0] lasts 0.20 s and reaches"));
  EXPECT_THAT(outcome.err, HasSubstr("(and 1 more like it)"));
}

TEST_F(CliControl, EmotionsUnderOneCurveHaveFilesOfTheirOwn) {
  write("c.json", R"({"events": [{"start": 0.5, "end": 1, "emotion": "sad"}]})");
  const Outcome outcome = run({"predict", "voice.wav", "--curve", "c.json", "--emotion", "happy",
                               "--emotion", "angry", "-o", "out", "-q"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::filesystem::path out = file("out");
  EXPECT_TRUE(std::filesystem::exists(out / "voice_c_happy_medium.npy"));
  EXPECT_TRUE(std::filesystem::exists(out / "voice_c_angry_medium.npy"));
}

}  // namespace
}  // namespace flowtalk::tests
