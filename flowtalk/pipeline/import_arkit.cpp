#include "flowtalk/pipeline/import_arkit.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/data/score_files.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/pipeline/motion_choice.h"

namespace flowtalk::pipeline {
namespace {

constexpr double kUntoldHz = 30;
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

}  // namespace

ImportedScores import_arkit(const ImportArkitOptions& o, const Reporter& reporter) {
  if (o.scores.empty()) fail_usage("which file? for example: {} take.csv", Field("scores"));
  if (o.output.empty()) fail_usage("where to? give {} motion.npz", Field("output"));
  refuse_to_replace(o.output, {o.scores});
  if (!motion::is_motion_name(o.output)) {
    fail_usage("{} {}: expected a name that ends in {}", Field("output"), o.output,
               motion::kMotionEndings);
  }
  check_writable(o.output);
  data::ScoreFile file = data::load_score_file(o.scores);
  const int64_t shapes = count_shapes(file.take, o.scores, reporter);
  if (o.motion_fps) {
    file.take.rate_hz = o.motion_fps->hz();
  } else if (file.take.rate_hz == 0) {
    file.take.rate_hz = kUntoldHz;
    reporter.note(
        fmt::format("{}: says no frame rate and is taken for {} per second; {} says "
                    "another",
                    o.scores, kUntoldHz, Field("motion_fps")));
  }
  const arkit::Take take = data::arkit_of(file.take, o.fps ? o.fps->hz() : file.take.rate_hz);
  if (take.frames() == 0) {
    fail("{}: {} frames at {:g} per second are less than one at {:g}", o.scores, file.take.frames(),
         file.take.rate_hz, take.rate_hz);
  }
  warn_of_far_values(take, o.scores, reporter);
  const motion::Motion motion = arkit::motion_of(take, o.gain);
  note_new_folders({o.output}, reporter);
  motion::save_motion(o.output, motion,
                      {.expression_names = expression_names(motion::Axes::kBuiltin)});
  return {file.kind, motion.frames(), shapes, motion.rate_hz};
}

}  // namespace flowtalk::pipeline
