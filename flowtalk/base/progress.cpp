#include "flowtalk/base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

namespace flowtalk {
namespace {

std::string duration(double seconds) {
  const auto s = static_cast<int64_t>(seconds + 0.5);
  return s >= 3600 ? fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
                   : fmt::format("{}:{:02}", s / 60, s % 60);
}

double seconds_between(std::chrono::steady_clock::time_point a,
                       std::chrono::steady_clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

}  // namespace

Progress::Progress(std::string title, int64_t total, std::string unit, bool quiet)
    : title_(std::move(title)),
      unit_(std::move(unit)),
      total_(total),
      quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) == 1),
      start_(std::chrono::steady_clock::now()),
      shown_(start_) {}

Progress::~Progress() {
  const std::lock_guard lock(mutex_);
  if (std::uncaught_exceptions() == 0) {
    show(true);
  } else if (terminal_ && !quiet_) {
    std::fputc('\n', stderr);  // the error message gets a line of its own
  }
}

void Progress::advance(int64_t by, const std::string& note) {
  const std::lock_guard lock(mutex_);
  done_ += by;
  if (!note.empty()) note_ = note;
  show(false);
}

void Progress::set(int64_t done, const std::string& note) {
  const std::lock_guard lock(mutex_);
  if (done_ == 0) start_done_ = done;
  done_ = done;
  if (!note.empty()) note_ = note;
  show(false);
}

void Progress::show(bool last) {
  if (quiet_) return;
  const auto now = std::chrono::steady_clock::now();
  const double interval = terminal_ ? 0.1 : 30.0;  // seconds between lines
  if (!last && seconds_between(shown_, now) < interval) return;
  shown_ = now;
  const double elapsed = std::max(1e-9, seconds_between(start_, now));
  const double rate = static_cast<double>(done_ - start_done_) / elapsed;
  std::string line = fmt::format("{} {}/{} {}  {:.1f}/s", title_, done_, total_, unit_, rate);
  if (last) {
    line += fmt::format("  took {}", duration(elapsed));
  } else if (rate > 0) {
    line += fmt::format("  left {}", duration(static_cast<double>(total_ - done_) / rate));
  }
  if (!note_.empty()) line += "  " + note_;
  if (terminal_) {
    constexpr int kBar = 24;
    const int filled = total_ > 0 ? static_cast<int>(kBar * std::min(done_, total_) / total_) : 0;
    line = fmt::format("\r[{:#<{}}{:.<{}}] {}\x1b[K", "", filled, "", kBar - filled, line);
  }
  std::fputs(line.c_str(), stderr);
  if (last || !terminal_) std::fputc('\n', stderr);
  std::fflush(stderr);
}

}  // namespace flowtalk
