// What fuzzers of score files ask of a file that was accepted.
#pragma once

#include <cmath>
#include <functional>
#include <string>

#include "flowtalk/data/score_files.h"
#include "fuzz/harness.h"

namespace flowtalk::fuzz {

// What is accepted is a take of finite numbers, and becomes a motion at 25 frames per second.
inline void check_scores(const std::function<flowtalk::data::ScoreFile()>& read) {
  flowtalk::data::ScoreFile file;
  if (!accepts([&] { file = read(); })) return;
  flowtalk::data::FaceTake& take = file.take;
  const auto columns = static_cast<int64_t>(take.names.size());
  if (take.frames() < 2 || take.curves.dim(1) != columns) finding("accepted, but wrong");
  for (const float value : take.curves.values()) {
    if (!std::isfinite(value)) finding("accepted, but wrong");
  }
  if (take.rate_hz != 0 && !(take.rate_hz >= 1 && take.rate_hz <= 1000)) {
    finding("accepted, but wrong");
  }
  if (take.frames() > 500) return;  // what follows is slow and the same for all
  if (take.rate_hz == 0) take.rate_hz = 30;
  const auto live = flowtalk::motion::live_of(flowtalk::data::motion_of(take));
  for (const float value : live.values()) {
    if (!std::isfinite(value)) finding("a motion of it is not finite");
  }
}

}  // namespace flowtalk::fuzz
