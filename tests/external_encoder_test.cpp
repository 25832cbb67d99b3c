// A model trained with an encoder of Hugging Face: training, packing, prediction, and the refusal
// of any other encoder. Through the command line, with a few steps on a tiny corpus.
#include <gmock/gmock.h>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/encoder/check_golden.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/safetensors.h"
#include "tests/tiny_training.h"

namespace flowtalk::tests {
namespace {

class ExternalEncoder : public TinyTraining {
 protected:
  void SetUp() override {
    TinyTraining::SetUp();
    ours = encoder::golden_folder("hubert_tiny").string();
    other = encoder::golden_folder("hubert_tiny_stable").string();
    if (!std::filesystem::exists(ours)) GTEST_SKIP() << "skipped: no golden data at " << ours;
  }

  Outcome train(const std::string& stage, const std::vector<std::string>& more) const {
    std::vector<std::string> args = {"--max-epoch", "1"};
    args.insert(args.end(), more.begin(), more.end());
    return TinyTraining::train(
        stage,
        {"train.steps_per_epoch=2", "train.batch=2", "train.window_frames=16",
         "model.prior.latent=4", "model.prior.vae.hidden=16", "model.condition.width=16",
         "model.generator.flow.steps=2", "model.generator.flow.hidden=8",
         "model.generator.flow.condition=8"},
        args);
  }

  std::string ours, other;
};

TEST_F(ExternalEncoder, IsRememberedByTheModelAndNeverExchanged) {
  Outcome outcome = train("prior", {"--out", "prior"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::vector<std::string> generator = {"--out", "run", "--prior", "prior", "--encoder"};
  const auto with = [&](const std::string& encoder) {
    auto args = generator;
    args.push_back(encoder);
    return args;
  };
  outcome = train("generator", with(ours));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  auto resumed = with(other);
  resumed.push_back("--resume");
  outcome = train("generator", resumed);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err, ::testing::HasSubstr("began with the encoder"));

  ASSERT_EQ(run({"train", "pack", "run", "-o", "packed"}).code, 0);
  const Json config = parse_json(load_file(file("packed/config.json")), "packed");
  const auto fingerprint = config["model"]["external_encoder"]["fingerprint"].get<std::string>();
  EXPECT_EQ(fingerprint.size(), 16u);
  for (const auto& name : formats::SafetensorsFile(file("packed/weights.safetensors")).names()) {
    EXPECT_FALSE(name.starts_with("encoder/")) << name;
  }

  const auto predict = [&](const std::vector<std::string>& more) {
    std::vector<std::string> args = {"predict", "voice.wav", "--model", "packed", "-o", "m.npy"};
    args.insert(args.end(), more.begin(), more.end());
    return run(args);
  };
  outcome = predict({"--encoder", ours});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(formats::load_npy(file("m.npy")).dim(1), 50);
  EXPECT_TRUE(failed_with(predict({}), 1, {"--encoder", fingerprint, ours}));
  EXPECT_TRUE(failed_with(predict({"--encoder", other}), 1, {other, fingerprint, ours}));
  EXPECT_TRUE(failed_with(predict({"--encoder", "packed"}), 1, {"packed"}));
  EXPECT_TRUE(failed_with(run({"encode", "voice.wav", "--encoder", "packed", "-o", "h.npy"}), 1,
                          {"no encoder inside", ours}));
}

TEST_F(ExternalEncoder, TheEncoderInsideAModelServesAnother) {
  Outcome outcome = train("prior", {"--out", "prior"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  outcome = train("generator",
                  {"--out", "run", "--prior", "prior", "--encoder", FLOWTALK_DEFAULT_CHECKPOINT});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const formats::SafetensorsFile from(std::string(FLOWTALK_DEFAULT_CHECKPOINT) +
                                      "/weights.safetensors"),
      to(file("run/last/weights.safetensors"));
  int compared = 0;
  for (const auto& name : from.names()) {
    if (!name.starts_with("encoder/")) continue;
    EXPECT_THAT(to.load(name).values(), ::testing::ElementsAreArray(from.load(name).values()));
    ++compared;
  }
  EXPECT_GT(compared, 20);
}

TEST_F(ExternalEncoder, ARunStandsForItsBestEpoch) {
  ASSERT_EQ(train("prior", {"--out", "prior"}).code, 0);
  const Outcome trained =
      train("generator", {"--out", "run", "--prior", "prior", "--encoder", ours});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Outcome outcome =
      run({"predict", "voice.wav", "--model", "run", "--encoder", ours, "-o", "new/motion.npy"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, ::testing::HasSubstr("run: takes the best, epoch 1"));
  EXPECT_THAT(outcome.err, ::testing::HasSubstr("makes the folder new"));
  EXPECT_TRUE(
      failed_with(run({"evaluate", "--dataset", ".", "--save-path", "run", "--max-epoch", "7"}), 2,
                  {"--max-epoch 7", "run has no such epoch; it has 1"}));
}

TEST_F(ExternalEncoder, WhatIsRefusedLeavesNoFolder) {
  const auto before = names();
  EXPECT_TRUE(failed_with(
      train("generator", {"--out", "runs/a/b", "--prior", "prior", "--encoder", "someone/hubert"}),
      1, {"someone/hubert", "git clone"}));
  write("mead/param/M003_001_0_0.npy", "no motion");
  EXPECT_EQ(train("prior", {"--out", "runs/a"}).code, 1);
  EXPECT_EQ(names(), before);
}

TEST_F(ExternalEncoder, MotionOfFlameWantsItsFace) {
  for (const char* stage : {"prior", "generator"}) {
    EXPECT_TRUE(failed_with(train(stage, {"--out", "run", "--set", "model.face=flame"}), 2,
                            {"FLAME", "face"}));
    EXPECT_TRUE(failed_with(train(stage, {"--out", "run", "--face", "flame.pkl"}), 2,
                            {"flame.pkl", "model.face"}));
  }
}

}  // namespace
}  // namespace flowtalk::tests
