#include <gtest/gtest.h>

#include <fstream>

#include "flowtalk/train/loop.h"
#include "flowtalk/train/loss_curves.h"
#include "flowtalk/train/windows.h"

namespace flowtalk::train {
namespace {

std::vector<TrainingClip> ramp_clips() {
  std::vector<TrainingClip> clips;
  for (int i = 0; i < 5; ++i) {
    TrainingClip clip;
    clip.motion = torch::arange(20 + 30 * i).unsqueeze(1).expand({-1, 53}).to(torch::kFloat32);
    clip.emotion = i;
    clip.strength = i == 0 ? 0.0f : 1.0f;
    clip.style = i;
    clips.push_back(clip);
  }
  return clips;
}

TEST(Windows, SameStepSameWindowsAndPaddingIsMasked) {
  const auto clips = ramp_clips();
  const WindowSampler sampler(clips, 32, 9);
  const Batch a = sampler.draw(4, 64), b = sampler.draw(4, 64), c = sampler.draw(5, 64);
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

TEST(Windows, ArNoiseHasUnitVarianceAndItsCoefficient) {
  auto generator = torch::make_generator<torch::CPUGeneratorImpl>(uint64_t{3});
  const torch::Tensor x = ar_noise({64, 200, 8}, 0.8, generator);
  EXPECT_NEAR(x.var().item<double>(), 1, 0.05);
  const torch::Tensor lag = (x.narrow(1, 1, 199) * x.narrow(1, 0, 199)).mean();
  EXPECT_NEAR(lag.item<double>(), 0.8, 0.05);
}

TEST(Schedule, WarmsUpThenFalls) {
  TrainConfig config;
  config.warmup_steps = 10;
  EXPECT_LT(learning_rate(config, 0, 100), learning_rate(config, 9, 100));
  EXPECT_NEAR(learning_rate(config, 10, 100), config.lr, 1e-6);
  EXPECT_NEAR(learning_rate(config, 100, 100), config.lr * config.final_lr_share, 1e-6);
}

TEST(LossCurves, RecordGoesOnWhereItStopped) {
  const auto folder = std::filesystem::temp_directory_path() / "flowtalk_loss_curves_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  {
    LossRecord record(folder, 0);
    record.add(1, {{"nll", 2}});
    record.add(2, {{"nll", 1}, {"valid_nll", 1.5}});
  }
  LossRecord record(folder, 1);  // resumed after epoch 1
  record.add(2, {{"nll", 0.5}});
  std::ifstream in(folder / "losses.csv");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(text, "epoch,nll\n1,2\n2,0.5\n");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace flowtalk::train
