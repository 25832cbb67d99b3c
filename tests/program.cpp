#include "tests/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <numbers>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/files.h"

namespace flowtalk::tests {
namespace fs = std::filesystem;
namespace {

void redirect(int descriptor, const fs::path& path, int flags) {
  const int opened = open(path.c_str(), flags, 0644);
  if (opened < 0 || dup2(opened, descriptor) < 0) _exit(126);
}

}  // namespace

Started::Started(const fs::path& folder, const std::vector<std::string>& args,
                 const fs::path& input) {
  std::vector<std::string> words{FLOWTALK_PROGRAM};
  words.insert(words.end(), args.begin(), args.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  child_ = fork();
  if (child_ == 0) {
    redirect(STDIN_FILENO, input, O_RDONLY);
    redirect(STDOUT_FILENO, logs_ / "out", O_WRONLY | O_CREAT | O_TRUNC);
    redirect(STDERR_FILENO, logs_ / "err", O_WRONLY | O_CREAT | O_TRUNC);
    if (chdir(folder.c_str()) != 0) _exit(126);
    execv(pointers[0], pointers.data());
    _exit(127);
  }
}

Started::~Started() {
  if (child_ <= 0) return;
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

std::string Started::err() const {
  return fs::exists(logs_ / "err") ? load_file(logs_ / "err") : "";
}

Outcome Started::finish() {
  int status = 0;
  waitpid(child_, &status, 0);
  child_ = 0;
  Outcome outcome;
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  outcome.out = load_file(logs_ / "out");
  outcome.err = load_file(logs_ / "err");
  return outcome;
}

Outcome run_flowtalk(const fs::path& folder, const std::vector<std::string>& args) {
  return Started(folder, args).finish();
}

::testing::AssertionResult failed_with(const Outcome& outcome, int code,
                                       const std::vector<std::string>& words) {
  auto failure = ::testing::AssertionFailure();
  if (outcome.code != code) {
    return failure << "exit code " << outcome.code << ", expected " << code << "; stderr: '"
                   << outcome.err << "'";
  }
  const auto lines = std::count(outcome.err.begin(), outcome.err.end(), '\n');
  if (lines != 1 || !outcome.err.starts_with("flowtalk: ")) {
    return failure << "expected one line 'flowtalk: ...', got '" << outcome.err << "'";
  }
  if (!outcome.out.empty()) return failure << "unexpected output '" << outcome.out << "'";
  for (const std::string& word : words) {
    if (outcome.err.find(word) == std::string::npos) {
      return failure << "'" << word << "' is missing in '" << outcome.err << "'";
    }
  }
  return ::testing::AssertionSuccess();
}

void CommandLine::SetUp() { write_voice("voice.wav", 2.0); }

void CommandLine::write(const std::string& name, const std::string& bytes) const {
  save_file(file(name), bytes);
}

// Harmonics of a gliding pitch, opened and closed four times a second, as syllables do.
void CommandLine::write_voice(const std::string& name, double seconds) const {
  audio::Audio voice;
  const auto count = static_cast<size_t>(std::lround(seconds * voice.rate_hz));
  double phase = 0;
  for (size_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i) / voice.rate_hz;
    phase += 2 * std::numbers::pi * (120 + 20 * std::sin(2 * t)) / voice.rate_hz;
    double sum = 0;
    for (int h = 1; h <= 12; ++h) sum += std::sin(h * phase) / h;
    const double open = std::max(0.0, std::sin(2 * std::numbers::pi * 4 * t));
    voice.samples.push_back(static_cast<float>(0.15 * open * sum));
  }
  audio::save_wav(file(name), voice);
}

std::vector<std::string> CommandLine::names() const {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    found.push_back(fs::relative(entry.path(), folder_).string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace flowtalk::tests
