#include "flowtalk/motion/motion_file.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/motion/assembly.h"
#include "flowtalk/motion/part_shapes.h"
#include "flowtalk/motion/remarks.h"

namespace flowtalk::motion {
namespace {

using tensor::Tensor;

// The one array of a file that is no part by its name: rows.
const formats::NamedArray* rows_among(const std::vector<formats::NamedArray>& arrays,
                                      const Reading& reading) {
  if (arrays.size() == 1 && arrays[0].name.empty()) return &arrays[0];
  if (holds_motion(arrays)) return nullptr;
  const formats::NamedArray* only = nullptr;
  for (const formats::NamedArray& array : arrays) {
    if (!array.name.starts_with(reading.prefix) || array.text()) continue;
    if (!is_rows(array.load().shape)) continue;
    if (only != nullptr) return nullptr;
    only = &array;
  }
  return only;
}

void check_rate(double rate_hz) {
  if (!(rate_hz >= 0 && std::isfinite(rate_hz))) {
    fail("frame rate: expected a number above 0, got {}", rate_hz);
  }
}

MotionFile of_rows_in(const formats::NamedArray& rows,
                      const std::vector<formats::NamedArray>& arrays, const Reading& reading) {
  MotionFile file;
  file.motion = checked_rows(formats::to_tensor(rows.load(), rows.where), reading.axes, rows.where);
  if (rows.name.empty() && !reading.prefix.empty()) {
    file.remarks.push_back(fmt::format("{}: holds one array without a name; {} {} changes nothing",
                                       rows.where, Field("prefix"), reading.prefix));
  }
  add_beside_rows(file, arrays, rows);
  remark_order(file.motion, rows.where, file.remarks);
  return file;
}

}  // namespace

bool is_rows(const tensor::Shape& shape) {
  const bool batched = shape.size() == 3 && shape[0] == 1;
  return (shape.size() == 2 || batched) && is_row_width(shape.back());
}

Track in_radians(const Track& degrees) {
  constexpr float kDegree = std::numbers::pi_v<float> / 180;
  Tensor radians({degrees.rows(), degrees.width});
  for (int64_t t = 0; t < degrees.rows(); ++t) {
    std::ranges::transform(degrees.at(t), radians.data() + t * degrees.width,
                           [](float x) { return x * kDegree; });
  }
  return {radians, 0, degrees.width};
}

std::string text_of(AngleUnit unit) { return unit == AngleUnit::kDegrees ? "degrees" : "radians"; }

void from_text(const std::string& text, AngleUnit& unit) {
  if (text != "radians" && text != "degrees") fail("expected radians or degrees, got '{}'", text);
  unit = text == "degrees" ? AngleUnit::kDegrees : AngleUnit::kRadians;
}

std::vector<std::string> all_texts(const AngleUnit&) { return {"radians", "degrees"}; }

MotionFile motion_of(const std::vector<formats::NamedArray>& arrays, const std::string& where,
                     const Reading& reading) {
  check_rate(reading.rate_hz);
  check_rate(reading.unsaid_hz);
  if (is_network(arrays)) fail("{}: holds the weights of a network, and no motion", where);
  const formats::NamedArray* rows = rows_among(arrays, reading);
  MotionFile file =
      rows != nullptr ? of_rows_in(*rows, arrays, reading) : assemble(arrays, where, reading);
  Motion& motion = file.motion;
  if (reading.rate_hz > 0) {
    constexpr double kSame = 1e-5;  // 29.97 is 30000/1001
    if (file.says_rate && std::abs(motion.rate_hz / reading.rate_hz - 1) > kSame) {
      file.remarks.push_back(fmt::format("{}: says {} frames per second, {} {} is taken", where,
                                         motion.rate_hz, Field("motion_fps"), reading.rate_hz));
    }
    motion.rate_hz = reading.rate_hz;
  } else if (!file.says_rate) {
    motion.rate_hz = reading.unsaid_hz;
  }
  if (reading.jaw_unit == AngleUnit::kDegrees) motion.jaw = in_radians(motion.jaw);
  check_lengths(motion, where);
  remark_units(motion, reading.jaw_unit, where, file.remarks);
  if (!motion.expression.empty() && motion.jaw.empty() && !reading.parts) {
    file.remarks.push_back(where + ": holds expressions and no jaw, which stays shut");
  }
  return file;
}

MotionFile open_motion(const std::filesystem::path& path, const Reading& reading) {
  return motion_of(formats::open_arrays(path), path.string(), reading);
}

Motion load_motion(const std::filesystem::path& path, Axes axes) {
  return resample(open_motion(path, {.axes = axes}).motion, flame::kFps);
}

Motion checked_rows(const Tensor& rows, Axes axes, const std::string& where) {
  const int64_t width = rows.rank() >= 2 ? rows.dim(-1) : 0;
  if (!is_rows(rows.shape())) {
    fail("{}: expected motion of shape (1, T, {}), (T, {}) or (T, {}), got {}", where, kWideRow,
         kNarrowRow, kLive, tensor::to_string(rows.shape()));
  }
  if (rows.empty()) fail("{}: holds no frames", where);
  return of_rows(coefficients(rows, width, false, where).table, axes);
}

namespace {

Tensor read_one(const std::filesystem::path& path) {
  const auto arrays = formats::open_arrays(path);
  if (arrays.size() != 1) {
    fail("{}: expected one array, got {}", path.string(), arrays.size());
  }
  return formats::to_tensor(arrays[0].load(), arrays[0].where);
}

}  // namespace

Track load_track(const std::filesystem::path& path, int64_t width, bool narrower) {
  return coefficients(read_one(path), width, narrower, path.string());
}

Track load_rotations(const std::filesystem::path& path, int64_t joints) {
  return rotations(read_one(path), joints, path.string());
}

Motion load_pose(const std::filesystem::path& path) {
  auto arrays = formats::open_arrays(path);
  if (arrays.size() != 1) fail("{}: expected one array, got {}", path.string(), arrays.size());
  arrays[0].name = "pose";
  return assemble(arrays, path.string(), {}).motion;
}

void check_lengths(const Motion& motion, const std::string& where) {
  const int64_t frames = motion.frames();
  for_each_track(motion, [&](const char* name, const Track& track) {
    if (track.rows() > 1 && track.rows() != frames) {
      fail("{}: {} has {} frames, another part has {}", where, name, track.rows(), frames);
    }
  });
}

}  // namespace flowtalk::motion
