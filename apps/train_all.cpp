// flowtalk train all: from nothing to a packed model, every step resumable, so that the same
// command goes on wherever it was interrupted.
#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include "apps/train_commands.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/interruption.h"
#include "flowtalk/pipeline/outputs.h"
#include "flowtalk/train/encoder_stage.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/prior_stage.h"
#include "flowtalk/train/run_folder.h"

extern char** environ;

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

struct AllOptions {
  std::string data = "datasets", runs = "runs/default", configs, out, benchmark = "synth-m";
  double hours = 2.75;  // of synthetic English for the encoder
  bool recorded = true;
  int threads = 0;

  std::string run(const std::string& stage) const { return (fs::path(runs) / stage).string(); }
  std::string config(const std::string& stage) const {
    return configs.empty() ? "" : (fs::path(configs) / (stage + ".json")).string();
  }
};

fs::path program_folder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

std::string last_line(const std::string& file) {
  std::ifstream lines(file);
  std::string line, last;
  while (std::getline(lines, line)) {
    if (!line.empty()) last = line;
  }
  return last;
}

// A program of ours at work; its output goes to a file, or where ours goes. One that nobody waits
// for any more, because another has failed or we are told to end, is stopped: it goes on with the
// next call.
class Program {
 public:
  Program(const std::string& name, Args words, const std::string& log = "")
      : command_(fmt::format("{} {}", name, fmt::join(words, " "))), log_(log) {
    fmt::print("\n== {}{}\n", command_, log.empty() ? "" : fmt::format(" > {}", log));
    std::fflush(stdout);
    const fs::path program = program_folder() / name;
    words.insert(words.begin(), name);
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (!log.empty()) {
      posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                       O_WRONLY | O_CREAT | O_APPEND, 0644);
      posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    }
    const int code =
        posix_spawn(&child_, program.c_str(), &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (code != 0) fail("{}: cannot be started ({})", program.string(), std::strerror(code));
    end_with_us(child_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (child_ == 0) return;
    kill(child_, SIGTERM);
    end();
  }

  bool is(pid_t child) const { return child_ == child; }
  // Error if it does not end well.
  void wait() {
    const int status = end();
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      fail(
          "`{}` did not end well{}; mend the cause and give the same command again, it goes on "
          "there",
          command_, log_.empty() ? "" : fmt::format(" (see {}: {})", log_, last_line(log_)));
    }
    const std::chrono::duration<double, std::ratio<60>> took =
        std::chrono::steady_clock::now() - began_;
    fmt::print("== {}: took {:.1f} min\n", command_, took.count());
  }

 private:
  // Its status, once it has ended; -1 if it was lost.
  int end() {
    int status = -1;
    while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    has_ended(child_);
    child_ = 0;
    return status;
  }

  std::string command_, log_;
  pid_t child_ = 0;  // 0 once it has ended
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

void run_program(const std::string& name, const Args& words) { Program(name, words).wait(); }

// Its defaults, and what its file in --configs changes.
template <class Run>
Run config_of(const AllOptions& o, const std::string& stage) {
  Run config;
  const std::string file = o.config(stage);
  if (!file.empty()) from_json(parse_json(load_file(file), file), config, file);
  return config;
}

// Whether the stage has trained all epochs of its configuration.
template <class Run>
bool finished(const AllOptions& o, const std::string& stage) {
  return train::finished_epochs(o.run(stage)) >= config_of<Run>(o, stage).train.max_epoch;
}

// Nothing if the stage is trained already.
template <class Run>
std::unique_ptr<Program> start_stage(const AllOptions& o, const std::string& stage, int threads,
                                     const Args& own, const std::string& log = "") {
  if (finished<Run>(o, stage)) {
    fmt::print("\n== {} is trained\n", o.run(stage));
    return nullptr;
  }
  Args words = {stage, "--out", o.run(stage), "--resume", "--threads", std::to_string(threads)};
  if (!o.configs.empty()) words.insert(words.end(), {"--config", o.config(stage)});
  words.insert(words.end(), own.begin(), own.end());
  return std::make_unique<Program>("flowtalk-train", words, log);
}

template <class Run>
void run_stage(const AllOptions& o, const std::string& stage, const Args& own) {
  if (const auto program = start_stage<Run>(o, stage, o.threads, own)) program->wait();
}

// In the order in which they end; an Error as soon as one ends badly. Null: nothing to wait for.
void wait_for_all(std::vector<Program*> programs) {
  std::erase(programs, nullptr);
  while (!programs.empty()) {
    siginfo_t ended{};
    waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT);
    const auto is_it = [&](const Program* program) { return program->is(ended.si_pid); };
    const auto found = std::find_if(programs.begin(), programs.end(), is_it);
    (found == programs.end() ? programs.front() : *found)->wait();
    programs.erase(found == programs.end() ? programs.begin() : found);
  }
}

// Neither needs the other: with threads for both they train side by side.
void train_encoder_and_prior(const AllOptions& o, const std::string& phones) {
  const Args of_encoder = {"--phones", phones}, of_prior = {"--dataset", o.data};
  const int threads =
      o.threads > 0 ? o.threads : static_cast<int>(std::thread::hardware_concurrency());
  if (threads < 2) {
    run_stage<train::EncoderRun>(o, "encoder", of_encoder);
    run_stage<train::PriorRun>(o, "prior", of_prior);
    return;
  }
  fs::create_directories(o.runs);
  const std::string log = (fs::path(o.runs) / "prior.log").string();
  const auto prior = start_stage<train::PriorRun>(o, "prior", threads / 2, of_prior, log);
  const auto encoder =
      start_stage<train::EncoderRun>(o, "encoder", threads - threads / 2, of_encoder);
  wait_for_all({prior.get(), encoder.get()});
}

// A generator that is trained already must be of this encoder and of this prior.
void train_generator_over(const AllOptions& o) {
  if (finished<train::GeneratorRun>(o, "generator")) {
    const train::FeatureExtractor encoder(o.run("encoder"), "cpu");
    train::check_parts(train::checkpoint_of(o.run("generator")), encoder.choice(), o.run("prior"));
  }
  run_stage<train::GeneratorRun>(o, "generator",
                                 {"--dataset", o.data, "--encoder", o.run("encoder"), "--prior",
                                  o.run("prior"), "--features", o.run("features")});
}

// What can be known to fail is told before the first hour.
void check_options(const AllOptions& o) {
  pipeline::model_folder(o.out);
  if (!o.configs.empty()) {
    for (const char* stage : {"encoder", "prior", "generator"}) {
      if (fs::exists(o.config(stage))) continue;
      fail_usage("--configs {}: expected a folder with encoder.json, prior.json, generator.json",
                 o.configs);
    }
    config_of<train::EncoderRun>(o, "encoder");
    config_of<train::PriorRun>(o, "prior");
    config_of<train::GeneratorRun>(o, "generator");
  }
  run_program("flowtalk", {"data", "benchmark", o.benchmark, "--check"});
}

}  // namespace

int train_all(const Args& args) {
  AllOptions o;
  CLI::App app(
      "Makes the corpora, trains every stage and packs the model. Interrupted at any point, the "
      "same command goes on where it stopped.",
      "flowtalk train all");
  app.add_option("-o,--out", o.out, "folder of the packed model")->required();
  app.add_option("--data", o.data, "folder of the corpora")->capture_default_str();
  app.add_option("--benchmark", o.benchmark, "synth-m, or synth-s for a quick try")
      ->capture_default_str();
  app.add_option("--hours", o.hours, "of synthetic English for the encoder")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 1000.0));
  app.add_flag("!--no-real-prompts", o.recorded, "train the encoder without recorded voices");
  app.add_option("--runs", o.runs, "folder of the run folders")->capture_default_str();
  app.add_option("--configs", o.configs,
                 "folder with encoder.json, prior.json, generator.json, in the place of the "
                 "default's configurations");
  app.add_option("--threads", o.threads, "threads; 0 takes all")
      ->capture_default_str()
      ->check(CLI::Range(0, 256));
  if (!parse(app, args)) return 0;
  check_options(o);
  const std::string threads = std::to_string(o.threads),
                    phones = (fs::path(o.data) / "phones").string();
  Args data = {"data",      "phones", "-o", phones, "--hours", fmt::format("{}", o.hours),
               "--threads", threads};
  if (!o.recorded) data.emplace_back("--no-real-prompts");
  run_program("flowtalk", data);
  run_program("flowtalk", {"data", "benchmark", o.benchmark, "-o", o.data, "--phones", phones,
                           "--threads", threads});
  train_encoder_and_prior(o, phones);
  train_generator_over(o);
  run_program("flowtalk-train", {"pack", o.run("generator"), "-o", o.out});
  fmt::print("\n{}: trained\n", o.out);
  return 0;
}

}  // namespace flowtalk::apps
