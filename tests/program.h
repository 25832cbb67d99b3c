// Runs flowtalk as a user does: a process with arguments, its exit code and what it printed.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/scratch_folder.h"

namespace flowtalk::tests {

struct Outcome {
  int code = -1;
  std::string out, err;
};

// bin/flowtalk at work in `folder` with an empty stdin, or a file or pipe as that; killed if nobody
// waits for it to finish.
class Started {
 public:
  Started(const std::filesystem::path& folder, const std::vector<std::string>& args,
          const std::filesystem::path& input = "/dev/null");
  ~Started();
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;

  pid_t pid() const { return child_; }
  std::string err() const;  // so far
  Outcome finish();

 private:
  ScratchFolder logs_;
  pid_t child_ = 0;
};

// The same, to its end.
Outcome run_flowtalk(const std::filesystem::path& folder, const std::vector<std::string>& args);

// Passes if the run failed with `code`, said one line "flowtalk: ..." that holds every one of
// `words`, and printed nothing else.
::testing::AssertionResult failed_with(const Outcome& outcome, int code,
                                       const std::vector<std::string>& words);

// A fresh folder per test, with a speech-like voice.wav of 2 s in it.
class CommandLine : public ::testing::Test {
 protected:
  void SetUp() override;
  Outcome run(const std::vector<std::string>& args) const { return run_flowtalk(folder_, args); }
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& bytes) const;
  void write_voice(const std::string& name, double seconds) const;
  std::vector<std::string> names() const;  // of all files in the folder, sorted

  ScratchFolder folder_;
};

}  // namespace flowtalk::tests
