// The command lines of the reference system's README, in its own words, on a benchmark: what each
// means here is told in docs/reference.md. Only limits of sizes and steps are added, by --set.
#include <gmock/gmock.h>

#include <iomanip>
#include <sstream>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/synth/speech.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kLimits = {"train.steps_per_epoch=1",
                                          "train.batch=2",
                                          "train.window_frames=16",
                                          "model.prior.latent=8",
                                          "model.prior.vae.hidden=16",
                                          "copies=0",
                                          "model.generator.diffusion.width=8",
                                          "model.generator.diffusion.skip=995"};

// The words of a line as a shell splits it.
std::vector<std::string> words_of_line(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> std::quoted(word);) words.push_back(word);
  return words;
}

// After what the program says of the line.
::testing::AssertionResult refused(const Outcome& outcome, int code, const std::string& why) {
  if (outcome.code == code && outcome.err.find(why) != std::string::npos) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "exit " << outcome.code << ", said " << outcome.err;
}

class ReferenceLines : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    if (!synth::espeak_available()) {
      GTEST_SKIP() << "skipped: espeak-ng finds no data files; install espeak-ng-data";
    }
    ASSERT_EQ(run({"data", "benchmark", "synth2-s", "-o", "datasets", "-q"}).code, 0);
  }

  // "main.py --model ...", as after "python", with limits that name fields of `stage`.
  Outcome say(const std::string& line, const std::string& stage = "") const {
    std::vector<std::string> words = words_of_line(line);
    words[0] = words[0] == "main.py"         ? "train"
               : words[0] == "evaluation.py" ? "evaluate"
                                             : "predict";
    for (const std::string& limit : kLimits) {
      const bool of_prior = limit.starts_with("model.prior"),
                 of_generator = limit.starts_with("copies") || limit.starts_with("model.generator");
      if (stage.empty() || (of_prior && stage != "prior") ||
          (of_generator && stage != "generator")) {
        continue;
      }
      words.insert(words.end(), {"--set", limit});
    }
    return run(words);
  }
  Json json_of(const std::string& name) const { return parse_json(load_file(file(name)), name); }
};

TEST_F(ReferenceLines, TrainBothStagesEvaluateAndPredict) {
  Outcome outcome = say("main.py --model face_diffuser --dataset mead --max_epoch 100", "prior");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("stage 1, as `flowtalk train prior`"));
  EXPECT_THAT(outcome.err, HasSubstr(" on cpu with "));
  EXPECT_TRUE(std::filesystem::exists(file("runs/prior/epochs/0100")));

  outcome =
      say("main.py --model face_diffuser --dataset mead --max_epoch 100 --save_path "
          "outputs/model_graph",
          "generator");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("stage 2, as `flowtalk train generator`"));
  const Json model = json_of("outputs/model_graph/epochs/0100/config.json")["model"];
  EXPECT_EQ(model["generator"]["kind"], "diffusion");
  EXPECT_EQ(model["prior"]["kind"], "vae");

  // The parameters of the list, and the run that the evaluation names.
  outcome =
      say("main.py --model face_diffuser --dataset mead --max_epoch 85 --save_path "
          "outputs/model_vae_diffusion --lr 0.001 --feature_dim 8 --gradient_accumulation_steps 2 "
          "--train_subjects \"M005 M009\" --device cpu",
          "generator");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  outcome = say(
      "evaluation.py --save_path \"outputs/model_vae_diffusion\" --max_epoch 85 --num_samples 1");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* metric : {"MVE", "LVE", "EVE", "epochs/0085", "995 of 1000 steps skipped"}) {
    EXPECT_THAT(outcome.out, HasSubstr(metric));
  }
  outcome =
      say("evaluation.py --save_path outputs/model_vae_diffusion --max_epoch 85 --num_samples 1 "
          "--skip_steps 900 --test_subjects M009 --model face_diffuser");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("900 of 1000 steps skipped"));

  outcome = say(
      "predict.py --subject \"M009\" --id \"M009\" --emotion 6 --intensity 1 --wav_path voice.wav");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr(".npy: 50 frames"));
}

TEST_F(ReferenceLines, WhatDoesNotFitIsOneLine) {
  const std::string train = "main.py --model face_diffuser --dataset mead --max_epoch 1";
  EXPECT_TRUE(refused(say("main.py --model face_diffuser --dataset nothing --max_epoch 1"), 1,
                      "nothing: expected the folders"));
  ASSERT_EQ(say(train, "prior").code, 0);
  EXPECT_TRUE(refused(say(train + " --save_path out --feature_dim 256", "generator"), 2,
                      "8 latent channels"));
  EXPECT_FALSE(std::filesystem::exists(file("out")));
  ASSERT_EQ(say(train + " --save_path out", "generator").code, 0);
  const std::string evaluate = "evaluation.py --save_path out --max_epoch 1 --num_samples 1 ";
  EXPECT_TRUE(refused(say(evaluate + "--skip_steps 1000"), 2, "0 to 999"));
  EXPECT_TRUE(refused(say(evaluate + "--model flow"), 2, "is a diffusion model"));
}

TEST_F(ReferenceLines, ADeviceThatIsNotThereIsNotReplaced) {
  const Outcome outcome =
      say("main.py --model face_diffuser --dataset mead --max_epoch 1 --device cuda:0");
  if (outcome.code == 0) GTEST_SKIP() << "skipped: this machine has a GPU";
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("no CUDA"));
  EXPECT_FALSE(std::filesystem::exists(file("runs")));
}

}  // namespace
}  // namespace flowtalk::tests
