#include "flowtalk/pipeline/import_arkit.h"

#include <fmt/format.h>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/pipeline/motion_choice.h"
#include "flowtalk/pipeline/score_file.h"

namespace flowtalk::pipeline {
namespace {

constexpr double kUntoldHz = 30;

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
  auto [file, shapes] = check_scores(o.scores, o.motion_fps, reporter);
  if (file.take.rate_hz == 0) {
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
