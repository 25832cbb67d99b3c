#include "flowtalk/train/child_program.h"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "flowtalk/base/error.h"
#include "flowtalk/base/interruption.h"

extern char** environ;

namespace flowtalk::train {
namespace fs = std::filesystem;
namespace {

fs::path program_folder() { return fs::read_symlink("/proc/self/exe").parent_path(); }

std::string last_line(const std::string& file) {
  std::ifstream lines(file);
  std::string line, last;
  while (std::getline(lines, line)) {
    if (!line.empty()) last = line;
  }
  return last;
}

[[noreturn]] void fail_stopped(const std::string& command) {
  throw Error(
      fmt::format("`{}` was asked to stop; give the same command again, it goes on there", command),
      kStoppedExit);
}

}  // namespace

ChildProgram::ChildProgram(const std::string& name, std::vector<std::string> words,
                           const std::string& log, bool quiet)
    : command_(fmt::format("{} {}", name, fmt::join(words, " "))), log_(log), quiet_(quiet) {
  if (StopRequests::asked()) fail_stopped(command_);
  if (!quiet_) fmt::print("\n== {}{}\n", command_, log.empty() ? "" : fmt::format(" > {}", log));
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

ChildProgram::~ChildProgram() {
  if (child_ == 0) return;
  kill(child_, SIGTERM);
  end();
}

void ChildProgram::wait() {
  const int status = end();
  if (StopRequests::asked() || (WIFEXITED(status) && WEXITSTATUS(status) == kStoppedExit)) {
    fail_stopped(command_);
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fail(
        "`{}` did not end well{}; mend the cause and give the same command again, it goes on "
        "there",
        command_, log_.empty() ? "" : fmt::format(" (see {}: {})", log_, last_line(log_)));
  }
  const std::chrono::duration<double, std::ratio<60>> took =
      std::chrono::steady_clock::now() - began_;
  if (!quiet_) fmt::print("== {}: took {:.1f} min\n", command_, took.count());
}

int ChildProgram::end() {
  int status = -1;
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  has_ended(child_);
  child_ = 0;
  return status;
}

void run_program(const std::string& name, const std::vector<std::string>& words, bool quiet) {
  ChildProgram(name, words, "", quiet).wait();
}

void wait_for_all(std::vector<ChildProgram*> programs) {
  std::erase(programs, nullptr);
  while (!programs.empty()) {
    siginfo_t ended{};
    waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT);
    const auto is_it = [&](const ChildProgram* program) { return program->is(ended.si_pid); };
    const auto found = std::find_if(programs.begin(), programs.end(), is_it);
    (found == programs.end() ? programs.front() : *found)->wait();
    programs.erase(found == programs.end() ? programs.begin() : found);
  }
}

}  // namespace flowtalk::train
