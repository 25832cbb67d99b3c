// flowtalk train all: from nothing to a packed model, every step resumable, so that the same
// command goes on wherever it was interrupted.
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "apps/train_commands.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

extern char** environ;

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

struct AllOptions {
  std::string data = "datasets", runs = "runs/default", configs = "configs", out,
              benchmark = "synth-m";
  double hours = 2.75;  // of synthetic speech for the encoder
  int threads = 0;
};

fs::path program_folder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

void run_program(const std::string& name, Args words) {
  const fs::path program = program_folder() / name;
  fmt::print("\n== {} {}\n", name, fmt::join(words, " "));
  std::fflush(stdout);
  words.insert(words.begin(), name);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const auto began = std::chrono::steady_clock::now();
  pid_t child = 0;
  const int code = posix_spawn(&child, program.c_str(), nullptr, nullptr, pointers.data(), environ);
  if (code != 0) fail("{}: cannot be started ({})", program.string(), std::strerror(code));
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) fail("{}: lost ({})", program.string(), std::strerror(errno));
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fail("`{}` did not end well; mend the cause and give the same command again, it goes on there",
         fmt::join(words, " "));
  }
  const std::chrono::duration<double, std::ratio<60>> took =
      std::chrono::steady_clock::now() - began;
  fmt::print("== took {:.1f} min\n", took.count());
}

// Whether the run has trained all its epochs.
bool finished(const fs::path& run) {
  const fs::path state = run / "last" / "training" / "state.json", schedule = run / "run.json";
  if (!fs::exists(state) || !fs::exists(schedule)) return false;
  const Json done = parse_json(load_file(state), state.string());
  const Json wanted = parse_json(load_file(schedule), schedule.string());
  return done.value("epoch", 0) >= wanted.value("max_epoch", 1);
}

void run_stage(const AllOptions& o, const std::string& stage, const Args& own) {
  const fs::path run = fs::path(o.runs) / stage;
  if (finished(run)) {
    fmt::print("\n== {} is trained\n", run.string());
    return;
  }
  Args words = {stage, "--out", run.string(), "--resume", "--threads", std::to_string(o.threads)};
  const fs::path config = fs::path(o.configs) / (stage + ".json");
  if (fs::exists(config)) words.insert(words.end(), {"--config", config.string()});
  words.insert(words.end(), own.begin(), own.end());
  run_program("flowtalk-train", words);
}

}  // namespace

int train_all(const Args& args) {
  AllOptions o;
  CLI::App app(
      "Makes the corpora, trains every stage and packs the model. Interrupted at any point, the "
      "same "
      "command goes on where it stopped.",
      "flowtalk train all");
  app.add_option("-o,--out", o.out, "folder of the packed model")->required();
  app.add_option("--data", o.data, "folder of the corpora")->capture_default_str();
  app.add_option("--benchmark", o.benchmark, "synth-m, or synth-s for a quick try")
      ->capture_default_str();
  app.add_option("--hours", o.hours, "of synthetic speech for the encoder")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 1000.0));
  app.add_option("--runs", o.runs, "folder of the run folders")->capture_default_str();
  app.add_option("--configs", o.configs, "folder with encoder.json, prior.json, generator.json")
      ->capture_default_str();
  app.add_option("--threads", o.threads, "threads; 0 takes all")->capture_default_str();
  if (!parse(app, args)) return 0;
  if (!fs::is_directory(o.configs)) {
    fail_usage("--configs {}: expected a folder with encoder.json, prior.json, generator.json",
               o.configs);
  }
  const std::string threads = std::to_string(o.threads),
                    phones = (fs::path(o.data) / "phones").string();
  const auto run = [&](const char* stage) { return (fs::path(o.runs) / stage).string(); };
  run_program("flowtalk", {"data", "phones", "-o", phones, "--hours", fmt::format("{}", o.hours),
                           "--threads", threads});
  run_program("flowtalk", {"data", "benchmark", o.benchmark, "-o", o.data, "--phones", phones,
                           "--threads", threads});
  run_stage(o, "encoder", {"--phones", phones});
  run_stage(o, "prior", {"--dataset", o.data});
  run_stage(o, "generator",
            {"--dataset", o.data, "--encoder", run("encoder"), "--prior", run("prior"),
             "--features", run("features")});
  run_program("flowtalk-train", {"pack", run("generator"), "-o", o.out});
  fmt::print("\n{}: trained\n", o.out);
  return 0;
}

}  // namespace flowtalk::apps
