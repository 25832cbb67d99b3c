// Progress of long work: a bar with rate and time left on a terminal, plain lines otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace flowtalk {

class Progress {
 public:
  // unit: what is counted ("clips", "steps"); quiet prints nothing.
  Progress(std::string title, int64_t total, std::string unit, bool quiet = false);
  ~Progress();                                                 // ends the line
  void advance(int64_t by = 1, const std::string& note = "");  // thread-safe
  void set(int64_t done, const std::string& note = "");

 private:
  void show(bool last);
  std::string title_, unit_, note_;
  int64_t total_, done_ = 0, start_done_ = 0;
  bool quiet_, terminal_;
  std::chrono::steady_clock::time_point start_, shown_;
  std::mutex mutex_;
};

}  // namespace flowtalk
