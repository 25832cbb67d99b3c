// What the field calls the arrays of a face's motion: the one table, for every reader.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flowtalk::motion {

// What an array is, by its name.
enum class Meaning {
  kShape,
  kExpression,
  kRoot,
  kNeck,
  kJaw,
  kEyes,
  kLeftEye,
  kRightEye,
  kTranslation,
  kPose,          // several joints in one, by its width
  kGlobalOrPose,  // the same; three columns are the root
  kRate,          // frames per second
  kAxes,          // a text: whose expression axes (motion/axes.h)
  kAxesNames,     // texts: what each expression is called
  kBody,          // a part of a body's motion: the file is of a whole body
  kOther,         // nothing of a face's motion: camera, light, texture, eyelids, ...
  kUnclear        // named like a part of a face's motion, but nobody that we know names one so
};

// The meaning of a name, of which dots separate the dicts around it ("flame.exp", "camera.R") and
// which may start with what a system puts before all of its names ("predicted_exp").
Meaning meaning_of(std::string_view name);

// The name without dicts and what stands before it, in small letters: "exp".
std::string plain_name(std::string_view name);

// The first name of a meaning, as this program writes it: "jaw_pose".
std::string_view written_name(Meaning meaning);

}  // namespace flowtalk::motion
