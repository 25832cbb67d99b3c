// What `flowtalk predict` writes, with the default checkpoint.
#include <gmock/gmock.h>

#include <cmath>

#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class CliPredict : public CommandLine {
 protected:
  // Predicts from voice.wav with more options into NAME and returns its bytes.
  std::string bytes(const std::string& name, std::vector<std::string> options) const {
    std::vector<std::string> args{"predict", "voice.wav", "-o", name};
    args.insert(args.end(), options.begin(), options.end());
    const Outcome outcome = run(args);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.code == 0 ? load_file(file(name)) : std::string();
  }
  tensor::Tensor motion(const std::string& name, const std::vector<std::string>& options) const {
    bytes(name, options);
    return formats::load_npy(file(name));
  }
};

TEST_F(CliPredict, WritesTwentyFiveFramesPerSecondInTheLayoutOf3DMead) {
  const tensor::Tensor m = motion("out.npy", {"--emotion", "happy"});
  ASSERT_EQ(m.rank(), 3);
  EXPECT_EQ(m.dim(0), 1);
  EXPECT_NEAR(static_cast<double>(m.dim(1)), 50.0, 1.0);
  EXPECT_EQ(m.dim(2), 403);
  double live = 0;
  for (int64_t t = 0; t < m.dim(1); ++t) {
    for (int64_t c = 0; c < 403; ++c) {
      const float value = m[t * 403 + c];
      ASSERT_TRUE(std::isfinite(value));
      const bool silent = c < 300 || (c >= 350 && c < 400);
      if (!silent) {
        live += std::fabs(value);
      } else {
        ASSERT_EQ(value, 0.0f) << c;
      }
    }
  }
  EXPECT_GT(live, 0.0);
  EXPECT_EQ(motion("narrow.npy", {"--width", "353"}).dim(2), 353);
  EXPECT_EQ(motion("motion.npy", {"--width", "53"}).dim(2), 53);
  EXPECT_THAT(names(), UnorderedElementsAre("voice.wav", "out.npy", "narrow.npy", "motion.npy"));
}

TEST_F(CliPredict, FrameCountFollowsTheDuration) {
  for (const double seconds : {0.12, 0.5, 1.03, 3.37}) {
    write_voice("voice.wav", seconds);
    const tensor::Tensor m = motion("out.npy", {});
    EXPECT_NEAR(static_cast<double>(m.dim(1)), 25 * seconds, 1.0) << seconds << " s";
  }
}

TEST_F(CliPredict, SameSeedSameBytesForAnyThreadCount) {
  const std::vector<std::string> base{"--emotion", "angry", "--seed", "5"};
  auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return more;
  };
  const std::string one = bytes("a.npy", with({"--threads", "1"}));
  EXPECT_EQ(one, bytes("b.npy", with({"--threads", "2"})));
  EXPECT_EQ(one, bytes("c.npy", with({"--threads", "1"})));
  EXPECT_NE(one, bytes("d.npy", {"--emotion", "angry", "--seed", "6"}));
}

TEST_F(CliPredict, DeterministicModeTakesNothingThatIsChance) {
  const std::string still = bytes("still.npy", {"--deterministic"});
  EXPECT_EQ(still, bytes("cold.npy", {"--temperature", "0", "--seed", "2"}));
  for (const char* option : {"--seed", "--take", "--temperature"}) {
    EXPECT_TRUE(failed_with(run({"predict", "voice.wav", "--deterministic", option, "1"}), 2,
                            {"--deterministic", option}));
  }
  // Blinks that are asked for come by seed.
  const std::string one = bytes("one.npy", {"--deterministic", "--blinks", "60", "--seed", "1"});
  EXPECT_NE(one, still);
  EXPECT_NE(one, bytes("two.npy", {"--deterministic", "--blinks", "60", "--seed", "2"}));
}

TEST_F(CliPredict, PerformancesAreAskedForAndRefusedInOneLine) {
  const std::string usual = bytes("usual.npz", {});
  EXPECT_EQ(usual, bytes("one.npz", {"--liveliness", "1", "--head", "1", "--gaze", "1"}));
  EXPECT_EQ(usual, bytes("threads.npz", {"--threads", "1"}));
  EXPECT_NE(usual, bytes("still.npz", {"--liveliness", "0"}));
  EXPECT_NE(usual, bytes("wide.npz", {"--head", "2"}));
  EXPECT_NE(usual, bytes("stares.npz", {"--gaze", "0"}));
  EXPECT_EQ(bytes("plain.npz", {"--deterministic"}),
            bytes("zero.npz", {"--deterministic", "--liveliness", "0"}));
  EXPECT_NE(bytes("a.npz", {"--deterministic", "--liveliness", "1", "--seed", "1"}),
            bytes("b.npz", {"--deterministic", "--liveliness", "1", "--seed", "2"}));
  for (const char* option : {"--head", "--gaze", "--liveliness"}) {
    for (const char* amount : {"-1", "2.5", "much"}) {
      EXPECT_TRUE(failed_with(run({"predict", "voice.wav", option, amount}), 2, {option}));
    }
  }
}

TEST_F(CliPredict, ABadVoiceAmongManyIsLeftOutAndToldOf) {
  std::filesystem::create_directory(file("many"));
  std::filesystem::copy(file("voice.wav"), file("many/a.wav"));
  std::filesystem::copy(file("voice.wav"), file("many/c.wav"));
  write("many/b.wav", "no sound");
  const Outcome outcome = run({"predict", "many", "-q", "-o", "out"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("b.wav"));
  EXPECT_THAT(outcome.err, HasSubstr("1 of 3 voices"));
  EXPECT_TRUE(std::filesystem::exists(file("out/a_neutral_low.npy")));
  EXPECT_TRUE(std::filesystem::exists(file("out/c_neutral_low.npy")));
}

TEST_F(CliPredict, NamesThatCannotFitAreLeftOutAndToldOf) {
  std::filesystem::create_directory(file("many"));
  const std::string fits(237, 'f'), too_long(245, 'd');  // + _neutral_low.npy: 253, 261
  const std::vector<std::string> voices = {"a.wav", "a.WAV", fits + ".wav", too_long + ".wav"};
  for (const std::string& name : voices) {
    std::filesystem::copy(file("voice.wav"), file("many/" + name));
  }
  const Outcome outcome = run({"predict", "many", "-q", "-o", "out"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("too long"));
  EXPECT_THAT(outcome.err, HasSubstr("1 of 4 voices"));
  for (const std::string& name : {std::string("a_wav"), std::string("a_WAV"), fits}) {
    EXPECT_TRUE(std::filesystem::exists(file("out/" + name + "_neutral_low.npy"))) << name;
  }
}

TEST_F(CliPredict, OutputsOfAnotherKindAreRefused) {
  EXPECT_TRUE(failed_with(run({"predict", "voice.wav", "-o", "face.mp4"}), 2,
                          {"face.mp4", ".npy", "flowtalk talk"}));
  EXPECT_TRUE(failed_with(run({"predict", "voice.wav", "-o", "face.txt"}), 2, {"face.txt/"}));
  EXPECT_TRUE(failed_with(run({"predict", "voice.wav", "--face", "nofile"}), 2, {"--face"}));
  EXPECT_THAT(names(), UnorderedElementsAre("voice.wav"));
  EXPECT_EQ(run({"predict", "voice.wav", "-q", "-o", "set.v2/"}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(file("set.v2/voice_neutral_low.npy")));
}

TEST_F(CliPredict, SamplesDifferAndTheFirstIsTheSingleAnswer) {
  const Outcome outcome = run({"predict", "voice.wav", "--num_samples", "3", "-o", "take.npy"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(names(), UnorderedElementsAre("voice.wav", "take_sample0.npy", "take_sample1.npy",
                                            "take_sample2.npy"));
  const std::string first = load_file(file("take_sample0.npy"));
  const std::string second = load_file(file("take_sample1.npy"));
  EXPECT_NE(first, second);
  EXPECT_NE(first, load_file(file("take_sample2.npy")));
  EXPECT_EQ(first, bytes("single.npy", {}));
  EXPECT_EQ(second, bytes("second.npy", {"--take", "1"}));
}

TEST_F(CliPredict, ReferenceSpellingMeansTheSame) {
  const Outcome outcome =
      run({"predict", "--subject", "M009", "--id", "M009", "--emotion", "6", "--intensity", "1",
           "--wav_path", "voice.wav", "--save_path", "outputs"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(load_file(file("outputs/voice_angry_medium.npy")),
            bytes("new.npy", {"--id", "M009", "--emotion", "angry", "--intensity", "medium"}));
}

TEST_F(CliPredict, StrengthZeroIsNeutralForEveryEmotion) {
  const std::string neutral = bytes("neutral.npy", {"--emotion", "neutral", "--deterministic"});
  for (const char* emotion : {"happy", "sad", "contempt", "fear:0.5,angry:0.5"}) {
    EXPECT_EQ(neutral,
              bytes("other.npy", {"--emotion", emotion, "--strength", "0", "--deterministic"}))
        << emotion;
  }
  EXPECT_NE(neutral, bytes("happy.npy", {"--emotion", "happy", "--deterministic"}));
}

TEST_F(CliPredict, FoldersAndGlobsGiveOneFilePerVoice) {
  std::filesystem::create_directory(file("in"));
  write_voice("in/b.wav", 0.5);
  write_voice("in/a.wav", 0.5);
  ASSERT_EQ(run({"predict", "in", "-o", "out", "--emotion", "sad"}).code, 0);
  ASSERT_EQ(run({"predict", "in/*.wav", "-o", "more"}).code, 0);
  EXPECT_THAT(names(), ElementsAre("in", "in/a.wav", "in/b.wav", "more", "more/a_neutral_low.npy",
                                   "more/b_neutral_low.npy", "out", "out/a_sad_medium.npy",
                                   "out/b_sad_medium.npy", "voice.wav"));
}

}  // namespace
}  // namespace flowtalk::tests
