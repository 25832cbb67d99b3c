#include "flowtalk/pipeline/motion_choice.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "flowtalk/avatar/avatar.h"
#include "flowtalk/base/error.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/remarks.h"

namespace flowtalk::pipeline {
namespace {

bool shows_expressions(const motion::Motion& motion) {
  for (int64_t t = 0; t < motion.expression.rows(); ++t) {
    const auto row = motion.expression.at(t);
    if (std::any_of(row.begin(), row.end(), [](float x) { return x != 0; })) return true;
  }
  return false;
}

}  // namespace

motion::Reading MotionOptions::reading(motion::Axes axes) const {
  return {.axes = axes,
          .rate_hz = motion_fps ? motion_fps->hz() : 0,
          .jaw_unit = jaw_unit,
          .prefix = prefix};
}

void refuse_reading(const Given& given, const char* instead) {
  for (const char* field : {"prefix", "motion_fps", "jaw_unit"}) {
    if (!given(field)) continue;
    fail_usage("{} says how a motion file is read; {}, so leave it out", Field(field), instead);
  }
}

void warn_of_file(const motion::MotionFile& file, const std::string& path,
                  const Reporter& reporter) {
  for (const std::string& remark : file.remarks) reporter.warn(remark);
  if (file.unused.empty()) return;
  reporter.warn(fmt::format("{}: not used, as no part of a face's motion: {}", path,
                            fmt::join(file.unused, ", ")));
}

motion::MotionFile read_motion(const std::string& path, motion::Axes axes,
                               const MotionOptions& options, const Reporter& reporter) {
  motion::MotionFile file = motion::open_motion(path, options.reading(axes));
  warn_of_file(file, path, reporter);
  if (motion::is_still(file.motion)) reporter.warn(motion::still_remark(file.motion, path));
  return file;
}

motion::Motion read_motion_25(const std::string& path, motion::Axes axes,
                              const MotionOptions& options, const Reporter& reporter) {
  const motion::MotionFile file = read_motion(path, axes, options, reporter);
  if (file.motion.axes != axes && shows_expressions(file.motion)) {
    reporter.warn(fmt::format(
        "{}: moves the expression axes of {}, expected those of {}: jaw and timing fit, "
        "expressions mean something else",
        path, owner_of(file.motion.axes), owner_of(axes)));
  }
  return motion::resample(file.motion, flame::kFps);
}

void warn_of_axes(const motion::MotionFile& file, const std::string& path, const face::Face& face,
                  std::vector<std::string>& untold, const Reporter& reporter) {
  if (!shows_expressions(file.motion)) return;
  if (!file.says_axes) {
    if (face.axes != motion::Axes::kBuiltin) untold.push_back(path);
    return;
  }
  if (file.motion.axes == face.axes) return;
  avatar::require_axes(file.motion.axes, face);
  reporter.warn(fmt::format(
      "{}: moves the expression axes of {}, the face {} has those of {}: jaw and timing fit, "
      "expressions will not",
      path, owner_of(file.motion.axes), face.name, owner_of(face.axes)));
}

void warn_of_untold(const std::vector<std::string>& untold, const face::Face& face,
                    const Reporter& reporter) {
  if (untold.empty()) return;
  reporter.warn(fmt::format(
      "{}{}: rows do not say whose expression axes they have, and are taken for those of {}; the "
      "built-in head's would look wrong (files that end in .npz say it)",
      untold.front(), untold.size() == 1 ? "" : fmt::format(" and {} more", untold.size() - 1),
      owner_of(face.axes)));
}

void note_untold_rates(const std::vector<std::string>& paths, const Reporter& reporter) {
  if (paths.empty()) return;
  const bool one = paths.size() == 1;
  reporter.note(
      fmt::format("{}{}: {} no rate and {} taken for {} frames per second; {} gives another",
                  paths.front(), one ? "" : fmt::format(" and {} more", paths.size() - 1),
                  one ? "says" : "say", one ? "is" : "are", flame::kFps, Field("motion_fps")));
}

std::vector<std::string> expression_names(motion::Axes axes) {
  if (axes != motion::Axes::kBuiltin) return {};
  return {face::kExpressionAxes.begin(), face::kExpressionAxes.end()};
}

}  // namespace flowtalk::pipeline
