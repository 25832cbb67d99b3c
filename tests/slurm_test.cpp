// Training as a job of a real Slurm: munge, the controller and two nodes on this machine.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>

#include "flowtalk/base/files.h"
#include "tests/same_files.h"
#include "tests/tiny_training.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string output_of(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string all;
  std::array<char, 4096> piece{};
  for (size_t n = 0; (n = fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
    all.append(piece.data(), n);
  }
  pclose(pipe);
  while (!all.empty() && all.back() == '\n') all.pop_back();
  return all;
}

struct Slurm : TinyTraining {
  void SetUp() override {
    TinyTraining::SetUp();
    const std::string said = output_of(fmt::format("{}/scripts/slurm_here.sh start {}",
                                                   FLOWTALK_SOURCE, file("cluster").string()));
    ASSERT_THAT(said, HasSubstr("export SLURM_CONF="));
    setenv("SLURM_CONF", file("cluster/slurm.conf").c_str(), 1);
    setenv("FLOWTALK_TRAIN", FLOWTALK_TRAIN_PROGRAM, 1);
  }
  void TearDown() override {
    output_of(
        fmt::format("{}/scripts/slurm_here.sh stop {}", FLOWTALK_SOURCE, file("cluster").string()));
  }

  static constexpr int kEpochs = 12;
  std::string words(const std::string& out) const {
    return fmt::format(
        "prior --dataset . --out {} --max-epoch {} --threads 1 --set train.steps_per_epoch=40 "
        "--set "
        "train.batch=8 --set train.window_frames=16 --set model.prior.latent=4 --set "
        "model.prior.vae.hidden=16",
        out, kEpochs);
  }
  // The job's number.
  std::string submit(const std::string& options, const std::string& script,
                     const std::string& words) const {
    const std::string job =
        output_of(fmt::format("cd {} && sbatch --parsable --output=%j.log {} {} {}",
                              file("").string(), options, script, words));
    EXPECT_EQ(job.find_first_not_of("0123456789"), std::string::npos) << job;
    return job;
  }
  std::string state_of(const std::string& job) const {
    return output_of(fmt::format("scontrol show job {} | grep -o 'JobState=[A-Z_]*'", job));
  }
  // And what Slurm says of it.
  std::string log_of(const std::string& job) const {
    const fs::path log = file(job + ".log");
    return output_of("scontrol show job " + job) + "\n" + (fs::exists(log) ? load_file(log) : "");
  }
  // A requeued job would wait two minutes; two seconds are enough here. A start in the second of
  // its end would be refused by the nodes ("job credential revoked"), and the job would have
  // failed.
  bool runs_until(const std::string& job, const std::function<bool()>& there) const {
    for (int i = 0; i < 1200; ++i) {
      if (there()) return true;
      if (state_of(job) == "JobState=PENDING") {
        std::this_thread::sleep_for(std::chrono::seconds(2));
        output_of(fmt::format("scontrol update jobid={} StartTime=now", job));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  }
  bool ends_well(const std::string& job) const {
    return runs_until(job,
                      [&] {
                        const std::string state = state_of(job);
                        return state != "JobState=PENDING" && state != "JobState=RUNNING" &&
                               state != "JobState=COMPLETING";
                      }) &&
           state_of(job) == "JobState=COMPLETED";
  }
};

// Of a job on two nodes: a rank is killed, then the job is preempted; it goes on by itself.
TEST_F(Slurm, AJobThatIsDisturbedEndsWithTheWeightsOfOneThatIsNot) {
  const Outcome alone = run({"train",       "prior",
                             "--dataset",   ".",
                             "--out",       "whole",
                             "--max-epoch", std::to_string(kEpochs),
                             "--threads",   "1",
                             "--set",       "train.steps_per_epoch=40",
                             "--set",       "train.batch=8",
                             "--set",       "train.window_frames=16",
                             "--set",       "model.prior.latent=4",
                             "--set",       "model.prior.vae.hidden=16"});
  ASSERT_EQ(alone.code, 0) << alone.err;
  const std::string job =
      submit("--nodes=2", std::string(FLOWTALK_SOURCE) + "/scripts/train_slurm.sh", words("run"));
  const auto epochs = [&](int count) {
    return runs_until(job,
                      [&] { return fs::exists(file(fmt::format("run/epochs/{:04}", count))); });
  };
  ASSERT_TRUE(epochs(1)) << log_of(job);
  EXPECT_THAT(log_of(job), HasSubstr("on each of 2 ranks"));
  output_of(fmt::format("pkill -9 -n -f '^{} prior .*--out run '", FLOWTALK_TRAIN_PROGRAM));
  ASSERT_TRUE(runs_until(job, [&] {
    return log_of(job).find("is gone at step") != std::string::npos;
  })) << log_of(job);
  ASSERT_TRUE(epochs(4)) << log_of(job);
  output_of(fmt::format("scancel --signal=USR1 {}", job));  // as before the time limit
  ASSERT_TRUE(runs_until(job, [&] {
    return log_of(job).find("stopped after step") != std::string::npos;
  })) << log_of(job);
  EXPECT_TRUE(ends_well(job)) << state_of(job) << "\n" << log_of(job);
  for (const char* name : {"last/weights.safetensors", "losses.csv"}) {
    EXPECT_TRUE(same_files(file("run") / name, file("whole") / name));
  }
}

// The line that the reference prints, with what keeps it short.
TEST_F(Slurm, TheReferencesScriptTrainsBothStages) {
  fs::create_directories(file("datasets"));
  fs::rename(file("mead"), file("datasets/mead"));
  for (const char* name : {"train_facediff.sh", "scripts"}) {
    fs::create_symlink(fs::path(FLOWTALK_SOURCE) / name, file(name));
  }
  const std::string job =
      submit("", "train_facediff.sh",
             fmt::format("--max_epoch 1 --set train.steps_per_epoch=2 --set train.batch=2 --set "
                         "train.window_frames=16 --threads 1"));
  EXPECT_TRUE(ends_well(job)) << state_of(job) << "\n" << log_of(job);
  EXPECT_TRUE(fs::exists(file("runs/prior/last/config.json"))) << log_of(job);
  EXPECT_TRUE(fs::exists(file("outputs/model_vae_diffusion/last/config.json"))) << log_of(job);
}

}  // namespace
}  // namespace flowtalk::tests
