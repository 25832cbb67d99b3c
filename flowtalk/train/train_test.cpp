#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/draws.h"
#include "flowtalk/train/encoder_stage.h"
#include "flowtalk/train/frames.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/loop.h"
#include "flowtalk/train/loss_curves.h"
#include "flowtalk/train/prior_stage.h"
#include "flowtalk/train/run_state.h"
#include "flowtalk/train/stage_options.h"
#include "flowtalk/train/windows.h"
#include "tests/lesson.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::train {
namespace {

// Of emotion i, if none is given.
LoadedClips ramp_clips(const std::vector<float>& emotion = {}) {
  std::vector<TrainingClip> clips;
  for (int i = 0; i < 5; ++i) {
    TrainingClip clip;
    clip.motion = torch::arange(20 + 30 * i).unsqueeze(1).expand({-1, 53}).to(torch::kFloat32);
    clip.emotion = emotion.empty() ? default_conditions().only(i) : emotion;
    clip.strength = i == 0 ? 0.0f : 1.0f;
    clip.style = i;
    clips.push_back(clip);
  }
  return LoadedClips(clips);
}

TEST(StageOptions, OldNamesOfSettings) {
  const tests::ScratchFolder folder;
  const std::filesystem::path file = folder / "old_settings.json";
  save_file(file, R"({"loss": {"nll": 0.5}, "model": {"flow": {"steps": 2}}})");
  StageOptions o("runs/x");
  o.config = file.string();
  o.set = {"model.generator.flow.hidden=24"};
  GeneratorRun run;
  o.fill(run);
  EXPECT_EQ(to_json(run)["loss"]["flow"]["nll"], 0.5);
  EXPECT_EQ(run.model.generator.flow.steps, 2);
  EXPECT_EQ(run.model.generator.flow.hidden, 24);
  o.set = {"model.flow.hidden=24"};
  try {
    o.fill(run);
    FAIL() << "an old name was taken";
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(),
                 "set model.flow.hidden=24: 'model.flow.hidden' is called "
                 "'model.generator.flow.hidden' now");
    EXPECT_EQ(e.exit_code(), 2);
  }
}

TEST(Windows, SameStepSameWindowsAndPaddingIsMasked) {
  const auto clips = ramp_clips();
  const WindowSampler sampler(clips, 32, 9);
  const Share all = Share::whole(64);
  const Batch a = sampler.draw(4, all), b = sampler.draw(4, all), c = sampler.draw(5, all);
  EXPECT_TRUE(torch::equal(a.motion, b.motion));
  EXPECT_FALSE(torch::equal(a.motion, c.motion));
  for (int64_t i = 0; i < 64; ++i) {
    const bool is_short = a.style[static_cast<size_t>(i)] == 0;  // 20 frames
    EXPECT_EQ(a.mask[i].sum().item<double>(), is_short ? 20 : 32);
    if (is_short) {
      EXPECT_EQ(a.motion[i][31][0].item<double>(), 19);
    }
  }
}

TEST(Windows, MotionKeepsPaceWithItsVoice) {
  const torch::Tensor time = torch::arange(40, torch::kFloat32).unsqueeze(1);
  const torch::Tensor wave = torch::cat({torch::sin(0.3 * time), time}, 1);
  EXPECT_TRUE(torch::equal(played_at(wave, 1), wave));
  for (const double speed : {0.8, 1.25}) {
    const torch::Tensor played = played_at(wave, speed);
    ASSERT_EQ(played.size(0), static_cast<int64_t>(39 / speed) + 1);
    const torch::Tensor at = torch::arange(played.size(0), torch::kFloat32) * speed;
    EXPECT_LT((played.select(1, 1) - at).narrow(0, 2, played.size(0) - 4).abs().max().item<float>(),
              1e-4);
    EXPECT_LT((played.select(1, 0) - torch::sin(0.3 * at)).abs().max().item<float>(), 0.03);
  }
}

TEST(Windows, HoldTheEmotionsOfTheirClips) {
  const auto clips = ramp_clips({0, 0.25f, 0.75f});
  const Batch batch = WindowSampler(clips, 32, 9).fixed(3);
  EXPECT_EQ(batch.emotion.emotions(), 3u);
  EXPECT_EQ(batch.emotion.weights.size(), 3u * 32 * 3);
  EXPECT_EQ(batch.emotion.weights[5], 0.75f);
}

TEST(Windows, PiecesOfABatchAreThatBatch) {
  const auto clips = ramp_clips({0.5f, 0.5f});
  const WindowSampler sampler(clips, 32, 9);
  const Batch whole = sampler.draw(4, Share::whole(12));
  for (const Share& share : {Share{3, 6, 12}, Share{11, 1, 12}}) {
    const Batch drawn = sampler.draw(4, share), cut = whole.part(share);
    EXPECT_TRUE(torch::equal(drawn.motion, cut.motion));
    EXPECT_TRUE(torch::equal(drawn.mask, cut.mask));
    EXPECT_EQ(drawn.style, cut.style);
    EXPECT_EQ(drawn.emotion.weights, cut.emotion.weights);
    EXPECT_EQ(drawn.emotion.strength, cut.emotion.strength);
    EXPECT_EQ(cut.emotion.batch, share.count);
  }
  EXPECT_TRUE(torch::equal(sampler.draw(4, {3, 6, 12}).part({5, 2, 12}).motion,
                           whole.motion.narrow(0, 5, 2)));
}

TEST(Frames, ArNoiseHasUnitVarianceAndItsCoefficient) {
  const torch::Tensor x = ar1(Draws(3, 0, Share::whole(64)).normal("noise", {200, 8}), 0.8);
  EXPECT_NEAR(x.var().item<double>(), 1, 0.05);
  const torch::Tensor lag = (x.narrow(1, 1, 199) * x.narrow(1, 0, 199)).mean();
  EXPECT_NEAR(lag.item<double>(), 0.8, 0.05);
}

TEST(Frames, ArNoiseIsWhatItIsFrameByFrame) {
  const torch::Tensor white = torch::randn({2, 300, 3});  // several blocks
  const torch::Tensor rho = torch::tensor({0.0f, 0.97f, -0.4f});
  const torch::Tensor made = ar1(white, rho), spread = torch::sqrt(1 - rho * rho);
  torch::Tensor frame = white.select(1, 0);
  for (int64_t t = 0; t < 300; ++t) {
    if (t > 0) frame = frame * rho + white.select(1, t) * spread;
    ASSERT_LT((made.select(1, t) - frame).abs().max().item<float>(), 1e-5) << t;
  }
}

TEST(Frames, OneCoefficientForAllIsThatNumber) {
  const torch::Tensor white = torch::randn({3, 20, 4});
  const torch::Tensor same = ar1(white, torch::full({4}, 0.8f));
  EXPECT_LT((same - ar1(white, 0.8)).abs().max().item<float>(), 1e-6);
}

TEST(Schedule, WarmsUpThenFalls) {
  TrainConfig config;
  config.warmup_steps = 10;
  EXPECT_LT(learning_rate(config, 0, 100), learning_rate(config, 9, 100));
  EXPECT_NEAR(learning_rate(config, 10, 100), config.lr, 1e-6);
  EXPECT_NEAR(learning_rate(config, 100, 100), config.lr * config.final_lr_share, 1e-6);
}

TEST(LossCurves, RecordGoesOnWhereItStopped) {
  const tests::ScratchFolder folder;
  {
    LossRecord record(folder, 0);
    record.add(1, {{"nll", 2}});
    record.add(2, {{"nll", 1}, {"valid_nll", 1.5}});
  }
  LossRecord record(folder, 1);  // resumed after epoch 1
  record.add(2, {{"nll", 0.5}});
  EXPECT_EQ(record.lowest("nll"), 2);
  EXPECT_EQ(record.lowest("lve"), std::nullopt);
  std::ifstream in(folder / "losses.csv");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(text, "epoch,nll\n1,2\n2,0.5\n");
}

struct Trains : ::testing::Test {
  tests::ScratchFolder root;
};

RunFolder folder_of(const std::filesystem::path& out, bool resume, const Json& config = {}) {
  return RunFolder({out.string(), "cpu", 0, resume, {}}, "fit", config);
}

// Fits a vector, with dropout, to what depends on the step; `broken_epoch` fails as a killed
// process would.
torch::Tensor fit(const std::filesystem::path& out, bool resume, int broken_epoch) {
  TrainConfig config;
  config.max_epoch = 3;
  config.steps_per_epoch = 4;
  config.warmup_steps = 2;
  config.pieces = 1;
  TorchParams params(1, torch::kCPU);
  if (resume) params.preload(params::load_checkpoint(out / "last").weights);
  const torch::Tensor w = params.tensor("w", {5}, params::normal(1));
  int epoch = 0;
  Stage stage;
  stage.name = "fit";
  stage.trainable = {"w"};
  stage.learn = [&](int64_t step, const Share&) {
    const torch::Tensor kept = torch::dropout(w, 0.5, true);
    return tests::lesson((kept - static_cast<double>(step % 3)).pow(2).sum());
  };
  stage.judge = [&](const Share&) { return Summands(); };
  stage.figures = [&](const Losses&) {
    if (++epoch == broken_epoch) fail("the power went out");
    return Metrics{{"selection", epoch == 2 ? 1.0 : 2.0}};
  };
  run_stage(stage, params, config, folder_of(out, resume));
  return w.detach().clone();
}

TEST_F(Trains, ResumedRunEndsWhereAnUninterruptedOneEnds) {
  const torch::Tensor whole = fit(root / "whole", false, 0);
  EXPECT_EQ(std::filesystem::read_symlink(root / "whole" / "best"), "epochs/0002");
  EXPECT_EQ(checkpoint_of(root / "whole"), root / "whole" / "best");
  EXPECT_THROW(fit(root / "broken", false, 2), Error);
  EXPECT_TRUE(torch::equal(fit(root / "broken", true, 0), whole));
  EXPECT_THROW(fit(root / "whole", false, 0), Error);  // would overwrite a run
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

TEST_F(Trains, RunGoesOnOnlyAsItBegan) {
  const auto out = root / "run";
  fit(out, false, 0);
  EXPECT_NE(refusal([&] {
              RunFolder({out.string(), "cpu", 0, true, {}}, "other", {});
            }).find("is of stage 'fit'"),
            std::string::npos);
  Json config = {{"train", {{"lr", 0.5}, {"max_epoch", 3}}}};
  folder_of(out, true).record();
  {
    const RunFolder held({out.string(), "cpu", 0, true, {}}, "fit", nullptr);
    EXPECT_NE(refusal([&] { folder_of(out, true); }).find("works in this folder"),
              std::string::npos);
  }
  save_file(out / "run.json", Json{{"stage", "fit"}, {"config", config}}.dump());
  config["train"]["max_epoch"] = 30;  // longer: welcome
  config["mean_of_last"] = 16;        // for pack alone
  folder_of(out, true, config);
  config["train"]["lr"] = 0.25;
  const std::string said = refusal([&] { folder_of(out, true, config); });
  EXPECT_NE(said.find("train.lr was 0.5, now 0.25"), std::string::npos) << said;
}

// The files name the default's runs; the program's own defaults are the same.
TEST(Configs, AreTheDefaults) {
  const auto same = [](auto config, const std::string& stage) {
    const Json before = to_json(config);
    const std::string file = fmt::format("{}/{}.json", FLOWTALK_CONFIGS, stage);
    from_json(parse_json(load_file(file), file), config, file);
    EXPECT_EQ(to_json(config), before) << stage;
  };
  same(EncoderRun(), "encoder");
  same(PriorRun(), "prior");
  same(GeneratorRun(), "generator");
}

TEST_F(Trains, LossThatIsNotFiniteStopsAndNamesItself) {
  TorchParams params(1, torch::kCPU);
  const torch::Tensor w = params.tensor("w", {2}, params::ones());
  Stage stage;
  stage.name = "odd";
  stage.trainable = {"w"};
  stage.learn = [&](int64_t, const Share&) { return tests::lesson(torch::log(w - 2).sum()); };
  try {
    run_stage(stage, params, TrainConfig(), folder_of(root / "run", false));
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("loss 'total' is"), std::string::npos) << e.what();
  }
  EXPECT_FALSE(std::filesystem::exists(root / "run" / "last"));
}

TEST_F(Trains, PriorOverfitsOneClip) {
  TrainingClip clip;
  const torch::Tensor t = torch::arange(40).to(torch::kFloat32).unsqueeze(1);
  clip.motion = 0.3 * torch::sin(t * 0.4 + torch::arange(53).to(torch::kFloat32));
  PriorRun config;
  config.model.prior.latent = 8;
  config.model.prior.vae = {32, 1, 3};
  config.train.max_epoch = 2;
  config.train.steps_per_epoch = 60;
  config.train.batch = 4;
  config.train.window_frames = 32;
  config.train.lr = 5e-3f;
  config.train.warmup_steps = 5;
  train_prior(config, folder_of(root / "run", false), LoadedClips({clip}), LoadedClips({clip}),
              face::builtin_face());
  std::ifstream in(root / "run" / "losses.csv");
  std::string header, first, last;
  std::getline(in, header);
  std::getline(in, first);
  std::getline(in, last);
  const auto expression = [](const std::string& row) {  // second column
    return std::stod(row.substr(row.find(',') + 1));
  };
  EXPECT_EQ(header.rfind("epoch,expression,", 0), 0u) << header;
  EXPECT_LT(expression(last), 0.6 * expression(first));
  EXPECT_LT(expression(last), 0.09);  // mean |motion| is 0.19
}

TEST(Priors, ACheckpointOfAnotherKindIsRefused) {
  const tests::ScratchFolder folder;
  const formats::NamedTensors weights{{"w", tensor::Tensor::zeros({2})}};
  params::save_checkpoint(folder / "judge", {{"kind", "classifier"}, {"model", Json::object()}},
                          weights);
  EXPECT_THAT(tests::refusal([&] {
                prior_of(*choose_prior((folder / "judge").string()), motion::Axes::kBuiltin);
              }),
              testing::HasSubstr("judge: is a checkpoint of kind 'classifier'; expected a motion"));
}

TEST(RunStates, AFullDiskIsSaidInOneLine) {
  const tests::ScratchFolder folder;
  const torch::Tensor weights = torch::ones({100'000}, torch::requires_grad());
  torch::optim::AdamW optimizer({weights});
  weights.mutable_grad() = torch::ones_like(weights);
  optimizer.step();
  // Files end at 100 kB, as if the disk were full there.
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const rlimit tight{100'000, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  const std::string said = tests::refusal([&] {
    save_state({"prior", 1, 0, {}, {}}, optimizer, folder.path());
  });
  setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, before);
  EXPECT_THAT(said, testing::HasSubstr("optimizer.pt: cannot be written (File too large)"));
  EXPECT_FALSE(std::filesystem::exists(folder / "training" / "optimizer.pt"));
}

}  // namespace
}  // namespace flowtalk::train
