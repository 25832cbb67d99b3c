// Another program of ours, started by one that waits for it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace flowtalk::train {

// A program of ours at work; its output goes to a file, or where ours goes. One that nobody waits
// for any more, because another has failed or we are told to end, is stopped: it goes on with the
// next call.
class ChildProgram {
 public:
  // name: of a program beside ours. log "": its output goes where ours goes. quiet: that it begins
  // and how long it takes is not printed.
  ChildProgram(const std::string& name, std::vector<std::string> words, const std::string& log = "",
               bool quiet = false);
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;
  ~ChildProgram();

  bool is(pid_t child) const { return child_ == child; }
  // Error if it does not end well, or was asked to stop, as we may have been (kStoppedExit).
  void wait();

 private:
  // Its status, once it has ended; -1 if it was lost.
  int end();

  std::string command_, log_;
  bool quiet_;
  pid_t child_ = 0;  // 0 once it has ended
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

void run_program(const std::string& name, const std::vector<std::string>& words, bool quiet);

// Waits for them in the order in which they end; an Error as soon as one ends badly. Null: nothing
// to wait for.
void wait_for_all(std::vector<ChildProgram*> programs);

}  // namespace flowtalk::train
