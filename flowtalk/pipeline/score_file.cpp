#include "flowtalk/pipeline/score_file.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "flowtalk/base/error.h"

namespace flowtalk::pipeline {
namespace {

constexpr float kFar = 0.25f;  // beyond 0..1

bool is_turn(const std::string& name) {
  return std::ranges::any_of(arkit::kTurnNames,
                             [&](auto turn) { return arkit::camel(turn) == name; });
}

// How many of ARKit's shapes there are; says what else there is, and what lacks.
int64_t count_shapes(const data::FaceTake& take, const std::string& where,
                     const Reporter& reporter) {
  std::vector<std::string> others;
  int64_t shapes = 0;
  for (const std::string& name : take.names) {
    if (arkit::find_shape(name)) {
      ++shapes;
    } else if (name != arkit::kNeutral && !is_turn(name)) {
      others.push_back(name);
    }
  }
  if (shapes == 0) {
    fail("{}: none of its names ({}) is one of ARKit's, such as jawOpen or mouthSmileLeft", where,
         fmt::join(take.names.begin(),
                   take.names.begin() + std::min<int64_t>(4, std::ssize(take.names)), ", "));
  }
  if (!others.empty()) {
    const auto shown = std::min<int64_t>(4, std::ssize(others));
    reporter.warn(fmt::format("{}: {} names are none of ARKit's and are left out: {}{}", where,
                              others.size(),
                              fmt::join(others.begin(), others.begin() + shown, ", "),
                              shown < std::ssize(others) ? ", ..." : ""));
  }
  std::vector<std::string> lacking;
  for (const char* name : {"jawOpen", "eyeBlinkLeft", "eyeBlinkRight"}) {
    if (std::ranges::find(take.names, name) == take.names.end()) lacking.emplace_back(name);
  }
  if (!lacking.empty()) {
    reporter.warn(fmt::format("{}: has no {}; they rest", where, fmt::join(lacking, ", ")));
  }
  return shapes;
}

}  // namespace

CheckedScores check_scores(const std::string& path, const std::optional<FrameRate>& motion_fps,
                           const Reporter& reporter) {
  CheckedScores checked{data::load_score_file(path)};
  data::FaceTake& take = checked.file.take;
  checked.shapes = count_shapes(take, path, reporter);
  if (motion_fps) take.rate_hz = motion_fps->hz();
  return checked;
}

void warn_of_far_values(const arkit::Take& take, const std::string& where,
                        const Reporter& reporter) {
  const auto far = [](float x) { return x < -kFar || x > 1 + kFar; };
  const auto values = take.scores.values();
  const auto count = std::ranges::count_if(values, far);
  if (count == 0) return;
  const auto [least, most] = std::ranges::minmax(values);
  reporter.warn(
      fmt::format("{}: {} values are far beyond 0..1, from {:.2f} to {:.2f}; they are "
                  "kept as they are",
                  where, count, least, most));
}

}  // namespace flowtalk::pipeline
