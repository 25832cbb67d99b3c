#include "flowtalk/train/summary.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include "flowtalk/base/flame_layout.h"

namespace flowtalk::train {
namespace {

// 1234567 as "1,234,567".
std::string with_commas(int64_t number) {
  if (number < 1000) return fmt::format("{}", number);
  return fmt::format("{},{:03}", with_commas(number / 1000), number % 1000);
}

std::string counted(int64_t number, const char* what) {
  return fmt::format("{} {}{}", with_commas(number), what, number == 1 ? "" : "s");
}

// "5:23" of minutes and seconds, "1:02:03" from an hour on.
std::string clock_of(double seconds) {
  const auto all = static_cast<int64_t>(std::llround(seconds));
  if (all < 3600) return fmt::format("{}:{:02}", all / 60, all % 60);
  return fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

}  // namespace

std::string amount_of(const Clips& clips) {
  int64_t frames = 0;
  for (size_t i = 0; i < clips.size(); ++i) frames += clips.frames(i);
  const auto minutes = std::llround(static_cast<double>(frames) / (60.0 * flame::kFps));
  return fmt::format("{}, {}:{:02} h", counted(static_cast<int64_t>(clips.size()), "clip"),
                     minutes / 60, minutes % 60);
}

std::string start_line(const std::string& stage, const TrainConfig& config, const RunSize& size) {
  return fmt::format("{}: trains {} in {} on {} with {}{}: {} of {} of {}{}", stage,
                     counted(size.weights, "weight"), counted(size.tensors, "tensor"), size.device,
                     counted(size.threads, "thread"),
                     size.ranks == 1 ? "" : fmt::format(" on each of {} ranks", size.ranks),
                     counted(config.max_epoch, "epoch"), counted(config.steps_per_epoch, "step"),
                     counted(int64_t{config.batch} * config.gradient_accumulation_steps, "window"),
                     size.data.empty() ? "" : "; " + size.data);
}

std::string end_line(const std::string& stage, const RunEnd& end) {
  if (end.epochs == 0) {
    return fmt::format("{}: nothing is left to train; {}", stage, end.folder);
  }
  return fmt::format("{}: {} in {}, {:.1f} steps per second, at most {:.1f} GB of memory; {}",
                     stage, counted(end.epochs, "epoch"), clock_of(end.seconds),
                     static_cast<double>(end.steps) / std::max(end.seconds, 1e-3),
                     static_cast<double>(end.peak_bytes) / 1e9,
                     end.best
                         ? fmt::format("the best is epoch {}, in {}/best", *end.best, end.folder)
                         : fmt::format("the newest is in {}/last", end.folder));
}

int64_t peak_memory() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} * 1024;  // Linux counts in KiB
}

}  // namespace flowtalk::train
