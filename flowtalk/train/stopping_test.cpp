// Runs that are asked to stop, averages of weights, and runs that end early: what goes on ends
// where an undisturbed run ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/interruption.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/loop.h"
#include "flowtalk/train/schedule.h"
#include "tests/lesson.h"
#include "tests/same_files.h"
#include "tests/scratch_folder.h"

namespace flowtalk::train {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kEpochs = 3, kSteps = 5;

struct Fit {
  fs::path out;
  TrainConfig config;
  int stop_at = -1;  // the step after which it is asked to stop
  int signal = SIGUSR1;
  std::function<double(int epoch)> selection = [](int epoch) { return 5.0 - epoch; };

  Fit(fs::path folder) : out(std::move(folder)) {
    config.max_epoch = kEpochs;
    config.steps_per_epoch = kSteps;
    config.warmup_steps = 2;
    config.pieces = 1;
  }

  // Fits a vector, with dropout and something that the stage remembers, to what depends on the
  // step.
  torch::Tensor run(bool resume) const {
    TorchParams params(1, torch::kCPU);
    const RunFolder folder({out.string(), "cpu", 0, resume, {}, true}, "fit", Json());
    if (const auto last = folder.checkpoint()) {
      params.preload(params::load_checkpoint(*last).weights);
    }
    const torch::Tensor w = params.tensor("w", {5}, params::normal(1));
    int64_t carried = 0;
    int epoch = 0;
    Stage stage;
    stage.name = "fit";
    stage.trainable = {"w"};
    stage.learn = [&](int64_t step, const Share&) {
      if (step % kSteps == 0) carried = 0;
      carried += step;
      epoch = static_cast<int>(step / kSteps) + 1;
      if (step == stop_at) std::raise(signal);
      const torch::Tensor kept = torch::dropout(w, 0.5, true);
      return tests::lesson((kept - static_cast<double>(carried % 7)).pow(2).sum());
    };
    stage.memory = [&] { return Json(carried); };
    stage.remember = [&](const Json& memory) {
      carried = memory.is_null() ? 0 : memory.get<int64_t>();
    };
    stage.judge = [&](const Share&) { return Summands(); };
    stage.figures = [&](const Losses&) {
      return Metrics{{"selection", selection(epoch)}, {"norm", w.norm().item<double>()}};
    };
    run_stage(stage, params, config, folder);
    return w.detach().clone();
  }
  std::string losses() const { return load_file(out / "losses.csv"); }
};

struct Stopping : ::testing::Test {
  tests::ScratchFolder root;
};

TEST_F(Stopping, ARunThatIsAskedToStopEndsWhereAnUndisturbedOneEnds) {
  for (const float average : {0.0f, 0.9f}) {
    Fit whole(root / fmt::format("whole{}", average));
    whole.config.average = average;
    const torch::Tensor expected = whole.run(false);
    EXPECT_FALSE(fs::exists(whole.out / "stopped"));
    for (const int stop_at : {0, 3, 4, 7, 13}) {
      Fit broken(root / fmt::format("at{}_{}", stop_at, average));
      broken.config.average = average;
      broken.stop_at = stop_at;
      broken.signal = stop_at == 3 ? SIGTERM : SIGUSR1;
      try {
        broken.run(false);
        ADD_FAILURE() << "was not stopped";
      } catch (const Error& e) {
        EXPECT_EQ(e.exit_code(), kStoppedExit);
        EXPECT_THAT(e.what(), HasSubstr(fmt::format("stopped after step {}", stop_at + 1)));
      }
      EXPECT_TRUE(fs::exists(broken.out / "stopped" / "config.json"));
      EXPECT_THROW(broken.run(false), Error);  // there is a run
      broken.stop_at = -1;
      EXPECT_TRUE(torch::equal(broken.run(true), expected)) << stop_at;
      EXPECT_EQ(broken.losses(), whole.losses());
      EXPECT_TRUE(tests::same_files(broken.out / "last" / "weights.safetensors",
                                    whole.out / "last" / "weights.safetensors"));
      EXPECT_FALSE(fs::exists(broken.out / "stopped"));
    }
  }
}

TEST_F(Stopping, TheAverageIsWhatIsSaved) {
  Fit plain(root / "plain"), averaged(root / "averaged");
  averaged.config.average = 0.9f;
  EXPECT_TRUE(torch::equal(plain.run(false), averaged.run(false)));  // training is the same
  const auto saved = [](const Fit& fit) {
    return params::load_checkpoint(fit.out / "last").weights.load("w");
  };
  double apart = 0;
  for (int64_t i = 0; i < 5; ++i) apart += std::abs(saved(plain)[i] - saved(averaged)[i]);
  EXPECT_GT(apart, 1e-4);
  const formats::SafetensorsFile raw(averaged.out / "last" / "training" / "weights.safetensors");
  EXPECT_EQ(raw.load("w")[3], saved(plain)[3]);
  EXPECT_NE(plain.losses(), averaged.losses());  // of validation
}

TEST_F(Stopping, EndsAfterEpochsWithoutABetterFigure) {
  Fit fit(root / "run");
  fit.config.max_epoch = 10;
  fit.config.patience = 2;
  fit.selection = [](int epoch) { return epoch == 3 ? 1.0 : 2.0; };
  fit.run(false);
  EXPECT_EQ(fs::read_symlink(fit.out / "last"), "epochs/0005");
  EXPECT_EQ(fs::read_symlink(fit.out / "best"), "epochs/0003");
  fit.run(true);  // nothing is left to do
  EXPECT_EQ(fs::read_symlink(fit.out / "last"), "epochs/0005");
}

TEST(Schedules, FallAsTheyAreCalled) {
  TrainConfig config;
  config.warmup_steps = 10;
  config.final_lr_share = 0.1f;
  const auto at = [&](Schedule schedule, int64_t step) {
    config.schedule = schedule;
    return learning_rate(config, step, 110) / config.lr;
  };
  for (const Schedule schedule : {Schedule::kConstant, Schedule::kLinear, Schedule::kCosine}) {
    EXPECT_NEAR(at(schedule, 4), 0.5, 1e-6) << text_of(schedule);
    EXPECT_NEAR(at(schedule, 10), 1, 1e-6) << text_of(schedule);
    EXPECT_NEAR(at(schedule, 110), schedule == Schedule::kConstant ? 1 : 0.1, 1e-6);
  }
  EXPECT_NEAR(at(Schedule::kLinear, 35), 1 - 0.9 / 4, 1e-6);
  EXPECT_NEAR(at(Schedule::kCosine, 60), 0.55, 1e-6);
  Schedule schedule{};
  from_text("linear", schedule);
  EXPECT_EQ(schedule, Schedule::kLinear);
  EXPECT_THROW(from_text("cosin", schedule), Error);
}

}  // namespace
}  // namespace flowtalk::train
