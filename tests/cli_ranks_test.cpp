// Training on several ranks, as a user starts it: the same weights on any number of them, and after
// any of them was killed.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <thread>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/interruption.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/data/phone_clips.h"
#include "tests/same_files.h"
#include "tests/tiny_training.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Words = std::vector<std::string>;

// A stage and what makes it small.
struct Small {
  std::string name, stage;
  Words sets, more;
};

const Words kTraining = {"train.steps_per_epoch=25", "train.batch=8", "train.window_frames=16",
                         "train.schedule=constant"};
const Words kModel = {"model.condition.width=16", "model.generator.flow.steps=2",
                      "model.generator.flow.hidden=8", "model.generator.flow.condition=8",
                      "copies=0"};
const Words kPrior = {"model.prior.latent=4", "model.prior.vae.hidden=16"};

const Small kVae{"vae", "prior", kPrior, {}};
const std::vector<Small> kStages = {
    {"encoder", "encoder", {"window_s=0.5", "train.batch=4"}, {}},
    kVae,
    {"vqvae", "prior", {"model.prior.latent=8"}, {"--model", "vqvae"}},
    {"flow", "generator", kModel, {"--prior", "vae"}},
    {"regression", "generator", kModel, {"--prior", "vae", "--model", "regression"}},
    {"vq", "generator", kModel, {"--prior", "vqvae", "--model", "vq"}},
    {"diffusion", "generator", kModel, {"--prior", "none", "--model", "diffusion"}},
    {"classifier", "classifier", {"model.hidden=8", "model.layers=1"}, {}}};

struct TrainRanks : TinyTraining {
  void SetUp() override {
    TinyTraining::SetUp();
    for (const char* name : {"a", "b", "c"}) {
      write_voice(fmt::format("{}.wav", name), 1.2);
      data::save_phone_clip(file("phones"), {name,
                                             audio::load_audio(file(fmt::format("{}.wav", name))),
                                             {{0.2, 0.8, data::find_phone("AA")}}});
    }
  }

  Words words_of(const Small& small, const std::string& out, int epochs, int ranks) const {
    Words words = {"train",     small.stage, "--out", out, "--max-epoch", std::to_string(epochs),
                   "--threads", "1"};
    if (ranks > 1) words.insert(words.end(), {"--ranks", std::to_string(ranks)});
    if (small.stage == "encoder") {
      words.insert(words.end(), {"--phones", "phones", "--held-out", "2"});
    } else {
      words.insert(words.end(), {"--dataset", "."});
    }
    if (small.stage == "generator") words.insert(words.end(), {"--encoder", "encoder"});
    for (const Words& sets : {kTraining, small.sets}) {
      for (const auto& set : sets) words.insert(words.end(), {"--set", set});
    }
    words.insert(words.end(), small.more.begin(), small.more.end());
    return words;
  }
  void train(const Small& small, const std::string& out, int epochs, int ranks,
             const Words& more = {}) const {
    Words words = words_of(small, out, epochs, ranks);
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(words);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  // Weights and figures, to the bit.
  void expect_same(const std::string& run, const std::string& other) const {
    for (const char* name : {"last/weights.safetensors", "losses.csv"}) {
      EXPECT_TRUE(same_files(file(run) / name, file(other) / name));
    }
  }
};

TEST_F(TrainRanks, EveryStageTrainsTheSameWeightsOnAnyNumber) {
  for (const Small& small : kStages) {
    train(small, small.name, 2, 1);
    for (const int ranks : {2, 4}) {
      const std::string out = fmt::format("{}{}", small.name, ranks);
      train(small, out, 2, ranks);
      expect_same(small.name, out);
    }
  }
}

TEST_F(TrainRanks, ARunGoesOnWithAnotherNumber) {
  train(kVae, "whole", 3, 1);
  train(kVae, "parts", 1, 4);
  train(kVae, "parts", 2, 1, {"--resume"});
  train(kVae, "parts", 3, 2, {"--resume"});
  expect_same("whole", "parts");
}

// The processes that a process has started.
std::vector<pid_t> children_of(pid_t parent) {
  std::ifstream list(fmt::format("/proc/{0}/task/{0}/children", parent));
  std::vector<pid_t> children;
  for (pid_t child = 0; list >> child;) children.push_back(child);
  return children;
}

bool wait_until(const std::function<bool()>& there) {
  for (int i = 0; i < 600; ++i) {
    if (there()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

struct KilledRanks : TrainRanks {
  static constexpr int kEpochs = 6;
  void SetUp() override {
    TrainRanks::SetUp();
    train(kVae, "whole", kEpochs, 1);
  }
  // Of two ranks: those that `whom` says get the signal some time after the first epoch.
  Outcome disturbed(const std::string& out, int milliseconds, int signal,
                    const std::function<std::vector<pid_t>(pid_t)>& whom) const {
    Started training(folder_, words_of(kVae, out, kEpochs, 2));
    EXPECT_TRUE(wait_until([&] { return fs::exists(file(out) / "last"); })) << training.err();
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    for (const pid_t pid : whom(training.pid())) kill(pid, signal);
    return training.finish();
  }
  void goes_on(const std::string& out) const {
    train(kVae, out, kEpochs, 2, {"--resume"});
    expect_same("whole", out);
  }
};

TEST_F(KilledRanks, OneThatIsGoneEndsAllAndIsNamed) {
  for (const size_t gone : {0, 1}) {
    const std::string out = fmt::format("gone{}", gone);
    const auto begin = std::chrono::steady_clock::now();
    const Outcome outcome = disturbed(
        out, 100, SIGKILL, [&](pid_t parent) { return std::vector{children_of(parent)[gone]}; });
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
    EXPECT_EQ(outcome.code, kStoppedExit) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(fmt::format("train prior: rank {} of 2 (node ", gone)));
    EXPECT_THAT(outcome.err,
                HasSubstr("give the same command with --resume, and it goes on after"));
    EXPECT_EQ(outcome.err.find("flowtalk:"), outcome.err.rfind("flowtalk:")) << outcome.err;
    goes_on(out);
  }
}

TEST_F(KilledRanks, AtAnyMomentLoseNothingButTime) {
  Rng rng(7);
  const char* moments = std::getenv("FLOWTALK_TEST_MOMENTS");
  for (int i = 0; i < (moments != nullptr ? std::atoi(moments) : 3); ++i) {
    const std::string out = fmt::format("moment{}", i);
    const bool all = rng.chance(0.5);
    const auto one = static_cast<size_t>(rng.integer(0, 1));
    const auto whom = [&](pid_t parent) {
      const auto ranks = children_of(parent);
      return all || ranks.size() < 2 ? ranks : std::vector{ranks[one]};
    };
    disturbed(out, static_cast<int>(rng.integer(0, 1500)), SIGKILL, whom);
    goes_on(out);
  }
}

TEST_F(KilledRanks, AskedToStopTheyLeaveACheckpoint) {
  const Outcome outcome =
      disturbed("asked", 100, SIGTERM, [](pid_t parent) { return std::vector{parent}; });
  EXPECT_EQ(outcome.code, kStoppedExit) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("stopped after step"));
  EXPECT_TRUE(fs::exists(file("asked/stopped")));
  goes_on("asked");
}

// Sets variables for the programs that a test runs.
class Environment {
 public:
  explicit Environment(const std::map<std::string, std::string>& set) : set_(set) {
    for (const auto& [name, value] : set) setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& [name, value] : set_) unsetenv(name.c_str());
  }

 private:
  std::map<std::string, std::string> set_;
};

TEST_F(TrainRanks, WhatCannotWorkIsSaidOnce) {
  auto words = words_of(kVae, "run", 1, 3);
  words.emplace_back("-q");
  EXPECT_TRUE(failed_with(run(words), 2, {"train.batch 8", "3 ranks"}));
  words = words_of(kVae, "run", 1, 2);
  words.insert(words.end(), {"-q", "--dataset", "nowhere"});
  words.erase(std::find(words.begin(), words.end(), "."));
  words.erase(std::find(words.begin(), words.end(), "--dataset"));
  EXPECT_TRUE(failed_with(run(words), 1, {"nowhere"}));
  words = words_of(kVae, "run", 1, 2);
  words.insert(words.end(), {"-q", "--set", "train.bath=3"});
  EXPECT_TRUE(failed_with(run(words), 2, {"unknown name 'bath'"}));
  EXPECT_FALSE(fs::exists(file("run")));
}

// As on a disk without room: what this process starts cannot write larger files.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    std::signal(SIGXFSZ, SIG_IGN);
  }
  ~SmallFiles() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_DFL);
  }

 private:
  rlimit before_{};
};

TEST_F(TrainRanks, ADiskWithoutRoomEndsAllWithOneLine) {
  auto words = words_of(kVae, "run", 2, 2);
  words.emplace_back("-q");
  const auto begin = std::chrono::steady_clock::now();
  {
    const SmallFiles full(12000);
    EXPECT_TRUE(failed_with(run(words), 1, {"weights.safetensors: cannot be written"}));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
  EXPECT_TRUE(fs::is_empty(file("run/epochs")));  // nothing half-written
  words.emplace_back("--resume");                 // there is room again
  const Outcome again = run(words);
  EXPECT_EQ(again.code, 0) << again.err;
}

TEST_F(TrainRanks, ACheckpointOfAnotherModelIsRefusedOnce) {
  auto words = words_of(kVae, "run", 1, 2);
  words.emplace_back("-q");
  ASSERT_EQ(run(words).code, 0);
  words = words_of({"vae", "prior", {"model.prior.latent=8", "model.prior.vae.hidden=16"}, {}},
                   "run", 2, 2);
  words.insert(words.end(), {"-q", "--resume"});
  EXPECT_TRUE(failed_with(run(words), 1, {"run"}));
}

TEST_F(TrainRanks, TwoRunsInOneFolderAreOneTooMany) {
  Started first(folder_, words_of(kVae, "run", 1000, 1));
  ASSERT_TRUE(wait_until([&] { return fs::exists(file("run/last")); })) << first.err();
  auto words = words_of(kVae, "run", 1000, 2);
  words.insert(words.end(), {"--resume", "-q"});
  EXPECT_TRUE(failed_with(run(words), 1, {"works in this folder"}));
}

TEST_F(TrainRanks, WrongPlacesAreRefused) {
  auto words = words_of(kVae, "run", 1, 1);
  words.emplace_back("-q");
  {
    const Environment wrong({{"RANK", "2"}, {"WORLD_SIZE", "2"}});
    EXPECT_TRUE(failed_with(run(words), 2, {"RANK=2", "there are 2 ranks"}));
  }
  const Environment lonely({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_PORT", "28417"}});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(failed_with(run(words), 1, {"rank 1 of 2 did not come", "start as many"}));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(25));
}

}  // namespace
}  // namespace flowtalk::tests
