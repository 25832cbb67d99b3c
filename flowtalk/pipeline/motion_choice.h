// Motion files that somebody names: how they are read, and what is said about them.
#pragma once

#include <optional>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/frame_rate.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/face/face.h"
#include "flowtalk/motion/motion_file.h"

namespace flowtalk::pipeline {

// What motion files leave open.
struct MotionOptions {
  std::string prefix;
  std::optional<FrameRate> motion_fps;
  motion::AngleUnit jaw_unit = motion::AngleUnit::kRadians;

  template <class V>
  void fields(V&& field) {
    field("prefix", prefix, "what the array names in a motion file start with");
    field("motion_fps", motion_fps, between(1.0, 1000.0),
          "frames per second of motion files (default: what they say, else 25)");
    field("jaw_unit", jaw_unit, "of jaws in motion files (default radians)");
  }
  motion::Reading reading(motion::Axes axes) const;
};

// Usage Error: one of these options where no motion file is read; `instead` says what is.
void refuse_reading(const Given& given, const char* instead);

// The motion of a file at its own rate. Warns of what was assumed of it, of what looks odd, of
// arrays that are left out, and of motion that does not move. Errors name the file.
motion::MotionFile read_motion(const std::string& path, motion::Axes axes,
                               const MotionOptions& options, const Reporter& reporter);
// The same at the models' 25 frames per second, where nothing else matters.
motion::Motion read_motion_25(const std::string& path, motion::Axes axes,
                              const MotionOptions& options, const Reporter& reporter);

// What a file has to say that is shown or exported: remarks and arrays that are left out.
void warn_of_file(const motion::MotionFile& file, const std::string& path,
                  const Reporter& reporter);

// One warning line if a file tells that its expressions are not those of the face. Of files that do
// not tell, where the face is not the built-in head, `untold` is collected for warn_of_untold.
void warn_of_axes(const motion::MotionFile& file, const std::string& path, const face::Face& face,
                  std::vector<std::string>& untold, const Reporter& reporter);
void warn_of_untold(const std::vector<std::string>& untold, const face::Face& face,
                    const Reporter& reporter);

// One note that files say no rate and are taken for 25 frames per second; to be asked where nothing
// else, such as the length of a voice, would tell.
void note_untold_rates(const std::vector<std::string>& paths, const Reporter& reporter);

// The expressions of the built-in head by their names; none for other axes.
std::vector<std::string> expression_names(motion::Axes axes);

}  // namespace flowtalk::pipeline
