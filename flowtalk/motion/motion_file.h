// Motion on disk: rows of 53, 353 or 403 values, or one array per part under the names of the
// field.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/formats/named_arrays.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::motion {

enum class AngleUnit { kRadians, kDegrees };
// "radians", "degrees" (base/fields.h). Error: another word.
std::string text_of(AngleUnit unit);
void from_text(const std::string& text, AngleUnit& unit);
std::vector<std::string> all_texts(const AngleUnit&);

// A track in degrees as one in radians.
Track in_radians(const Track& degrees);

// What a file may leave open.
struct Reading {
  Axes axes = Axes::kBuiltin;      // whose expression axes, where the file does not tell
  double rate_hz = 0;              // frames per second; 0: what the file says, else unsaid_hz
  double unsaid_hz = flame::kFps;  // frames per second where the file does not say
  AngleUnit jaw_unit = AngleUnit::kRadians;
  std::string prefix = {};  // what the names of the arrays start with
  bool parts = false;       // it need not hold anything that moves
};

struct MotionFile {
  Motion motion;
  bool says_axes = false;            // by a text "axes", or by names that only FLAME's trackers use
  bool says_rate = false;            // by a number "fps"
  std::vector<std::string> unused;   // names of arrays that are no part of a face's motion
  std::vector<std::string> remarks;  // for people, one line each: what was assumed, what looks odd
};

// Any file of arrays (formats/named_arrays.h). One array: rows of 53, 353 or 403 values, (T, W) or
// (1, T, W). Several: the parts of a motion under the names of motion/names.h, (T, W), (1, T, W),
// (T, 1, W), or (W) for all frames; rotations are axis-angle, rotation matrices or, where that is
// certain, six numbers (motion/rotations.h); translations are metres.
// Errors name the file and the array: other shapes, no frames, lengths that differ, values that are
// not finite, a part that stands twice, an array that is named like a part and is none that we
// know, nothing that moves.
MotionFile open_motion(const std::filesystem::path& path, const Reading& reading);
// The same of arrays that are listed already; `where` names the file.
MotionFile motion_of(const std::vector<formats::NamedArray>& arrays, const std::string& where,
                     const Reading& reading);
// The frames per second that an array called Meaning::kRate says. Error: no such number.
double rate_of(const formats::NamedArray& array);
// Takes the array that says the frames per second of the others out of them; 0 if there is none.
double take_rate(std::vector<formats::NamedArray>& arrays);
// Whether arrays are the parts of one motion, by their names: one that moves is known at least.
bool holds_motion(const std::vector<formats::NamedArray>& arrays);

// The same where nothing but the motion matters, at the rate of the models.
Motion load_motion(const std::filesystem::path& path, Axes axes);

// Whether arrays of this shape are rows: (T, W) or (1, T, W).
bool is_rows(const tensor::Shape& shape);

// Of rows that are read already, (T, W) or (1, T, W); `where` names them in errors.
Motion checked_rows(const tensor::Tensor& rows, Axes axes, const std::string& where);

// By the ending of the name: .npy holds rows_of(motion, width), which say neither rate nor axes;
// .npz and .safetensors one array per part that is not at rest, under the first names of
// motion/names.h, with "fps" and "axes". `expression_names` says what the expressions are, where
// that is known; it is written to .npz only. docs/motion.md lists the arrays.
struct Writing {
  int64_t width = kWideRow;
  std::vector<std::string> expression_names = {};
};
void save_motion(const std::filesystem::path& path, const Motion& motion,
                 const Writing& writing = {});
// Whether save_motion knows the ending.
bool is_motion_name(const std::filesystem::path& path);
inline constexpr std::string_view kMotionEndings = ".npy, .npz or .safetensors";

// One track from a file of one array: (T, width), or fewer columns where `narrower`.
Track load_track(const std::filesystem::path& path, int64_t width, bool narrower = false);
// A track of rotations of `joints` joints, in any of the forms above, (T, 3 joints).
Track load_rotations(const std::filesystem::path& path, int64_t joints);
// Several joints in one: the parts of a pose of 2, 5 or 55 joints, as an array named "pose" has.
Motion load_pose(const std::filesystem::path& path);
// Error unless all tracks have one row or the same number of rows. `where` names their source.
void check_lengths(const Motion& motion, const std::string& where);

}  // namespace flowtalk::motion
