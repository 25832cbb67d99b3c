// What a run says of itself, and what it runs on.
#include "flowtalk/train/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "flowtalk/base/error.h"
#include "flowtalk/train/run_stages.h"
#include "flowtalk/train/stage_options.h"

namespace flowtalk::train {
namespace {

using ::testing::HasSubstr;

TEST(Summary, BeforeTheFirstStep) {
  TrainConfig config;
  config.max_epoch = 1;
  config.steps_per_epoch = 1400;
  config.batch = 16;
  EXPECT_EQ(start_line("prior", config, {"190 clips, 0:21 h", "cpu", 2, 1234567, 48}),
            "prior: trains 1,234,567 weights in 48 tensors on cpu with 2 threads: 1 epoch of 1,400 "
            "steps of 16 windows; 190 clips, 0:21 h");
  TrainingClip clip;
  clip.motion = torch::zeros({25 * 60 * 40, 53});
  EXPECT_EQ(amount_of(LoadedClips({clip})), "1 clip, 0:40 h");
  EXPECT_EQ(amount_of(LoadedClips({clip, clip})), "2 clips, 1:20 h");
}

TEST(Summary, AtTheEnd) {
  EXPECT_EQ(end_line("prior", {10, 2000, 323, 1'100'000'000, 8, "runs/prior"}),
            "prior: 10 epochs in 5:23, 6.2 steps per second, at most 1.1 GB of memory; the best is "
            "epoch 8, in runs/prior/best");
  EXPECT_THAT(end_line("prior", {1, 5, 3723, 1, std::nullopt, "r"}),
              HasSubstr("1 epoch in 1:02:03, "));
  EXPECT_THAT(end_line("prior", {0, 0, 1, 1, 3, "r"}), HasSubstr("nothing is left to train"));
  EXPECT_GT(peak_memory(), 10'000'000);
}

TEST(Defaults, AreThoseOfTheStagesConfiguration) {
  using ::testing::Contains;
  const auto prior = defaults_of("prior");
  EXPECT_THAT(prior, Contains("train.batch=32"));
  EXPECT_THAT(prior, Contains("train.schedule=cosine"));
  EXPECT_THAT(prior, Contains("model.prior.kind=vae"));
  EXPECT_THAT(defaults_of("generator"), Contains("model.generator.kind=flow"));
  EXPECT_THAT(defaults_of("encoder"), Contains("train.lr=0.0015"));
  EXPECT_THAT(prior, ::testing::Each(::testing::Not(HasSubstr("model.generator"))));
  EXPECT_TRUE(defaults_of("pack").empty());
}

TEST(Devices, AreTakenOrRefusedWithWhatThereIs) {
  const auto refusal = [](const std::string& device, int there) -> std::string {
    try {
      check_device(device, there);
    } catch (const Error& e) {
      return fmt::format("{}: {}", e.exit_code(), e.what());
    }
    return "";
  };
  for (const char* device : {"cpu", "cuda", "cuda:0", "cuda:1"}) EXPECT_EQ(refusal(device, 2), "");
  for (const char* device :
       {"cuda:x", "cuda:", "cuda0", "cuda:-1", "cuda:1x", "gpu", "cpu:1", "CUDA"}) {
    EXPECT_THAT(refusal(device, 2), HasSubstr("2: device")) << device;
    EXPECT_THAT(refusal(device, 2), HasSubstr("expected cpu, cuda or cuda:N")) << device;
  }
  EXPECT_THAT(refusal("cuda:0", 0), HasSubstr("1: device cuda:0: this libtorch or machine has no"));
  EXPECT_THAT(refusal("cuda:2", 2), HasSubstr("there are 2 here, cuda:0 to cuda:1"));
  EXPECT_THAT(refusal("cuda:1", 1), HasSubstr("there is one here, cuda:0"));
}

}  // namespace
}  // namespace flowtalk::train
