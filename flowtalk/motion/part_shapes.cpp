#include "flowtalk/motion/part_shapes.h"

#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/motion/rotations.h"

namespace flowtalk::motion {
namespace {

using tensor::Tensor;

// Axes of size 1 say nothing, but for the last.
tensor::Shape squeezed(const tensor::Shape& shape) {
  tensor::Shape kept;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != 1 || i + 1 == shape.size()) kept.push_back(shape[i]);
  }
  return kept;
}

void check_finite(const Tensor& table, const std::string& where) {
  for (int64_t i = 0; i < table.size(); ++i) {
    if (!std::isfinite(table[i])) {
      fail("{}: frame {} holds a value that is not finite", where, i / table.dim(1));
    }
  }
}

Track track_of(const Tensor& table, const std::string& where) {
  check_finite(table, where);
  return {table, 0, table.dim(1)};
}

}  // namespace

int64_t rows_in(const tensor::Shape& whole, int64_t width) {
  const tensor::Shape shape = squeezed(whole);
  const int64_t size = tensor::count(shape);
  if (shape.empty() || size == 0) return 0;
  // Of two axes the first are frames: (5, 3) is no frame of five joints.
  if (size == width && (shape.size() == 1 || whole.size() > 2)) return 1;
  return shape.size() >= 2 && size == shape[0] * width ? shape[0] : 0;
}

std::optional<Tensor> as_rows(const Tensor& read, int64_t width) {
  const int64_t rows = rows_in(read.shape(), width);
  if (rows == 0) return std::nullopt;
  return read.reshape({rows, width});
}

Track coefficients(const Tensor& read, int64_t most, bool narrower, const std::string& where) {
  const tensor::Shape shape = squeezed(read.shape());
  const int64_t got = shape.empty() || read.empty() || shape.size() > 2 ? 0 : shape.back();
  if (got == 0 || got > most || (got < most && !narrower)) {
    fail("{}: expected shape (T, {}){}, got {}", where, most, narrower ? " or narrower" : "",
         tensor::to_string(read.shape()));
  }
  return track_of(read.reshape({-1, got}), where);
}

Track rotations(const Tensor& read, int64_t joints, const std::string& where, std::string* note,
                bool certain) {
  const auto say = [&](const char* what) {
    if (note != nullptr) *note = fmt::format("{}: {}, turned into axis-angle", where, what);
  };
  const bool one = read.size() == 9 * joints;  // (3, 3): one matrix if it is a rotation
  const Tensor read_once = one ? read.reshape({1, read.size()}) : read;
  if (const auto nine = as_rows(read_once, 9 * joints)) {
    if (const auto turned = from_matrices(*nine)) {
      say("rotation matrices");
      return track_of(*turned, where);
    }
  }
  if (const auto three = as_rows(read, 3 * joints)) {
    if (!certain && joints % 2 == 0 && from_six(*three)) {
      fail("{}: its 6 columns are the axes of one rotation (6D); expected axis-angle of two joints",
           where);
    }
    return track_of(*three, where);
  }
  if (const auto six = as_rows(read, 6 * joints)) {
    if (const auto turned = from_six(*six)) {
      say("six numbers per rotation (6D)");
      return track_of(*turned, where);
    }
    fail("{}: {} may be 6D rotations, but these are none; turn them into axis-angle, (T, {})",
         where, tensor::to_string(read.shape()), 3 * joints);
  }
  if (as_rows(read, 4 * joints)) {
    fail(
        "{}: {} may be quaternions, in an order that no file says; turn them into axis-angle, "
        "(T, {})",
        where, tensor::to_string(read.shape()), 3 * joints);
  }
  fail("{}: expected shape (T, {}), axis-angle in radians, got {}", where, 3 * joints,
       tensor::to_string(read.shape()));
}

int64_t joints_of_pose(const Tensor& read, bool one, const std::string& where) {
  constexpr int64_t kHeadAndJaw = 2, kBody = 55;
  const tensor::Shape shape = squeezed(read.shape());
  if (one && !read.empty() && !shape.empty() && shape.size() <= 2 && shape.back() == 3) return 1;
  for (const int64_t joints : {kHeadAndJaw, flame::kJoints, kBody}) {
    for (const int64_t width : {3 * joints, 9 * joints, 6 * joints}) {
      if (as_rows(read, width)) return joints;
    }
  }
  if (one && as_rows(read, 9)) return 1;
  fail(
      "{}: expected (T, 6), global and jaw, (T, 15), global, neck, jaw and eyes, or (T, 165), the "
      "joints of SMPL-X, got {}; give its parts by their names, jaw_pose and so on",
      where, tensor::to_string(read.shape()));
}

}  // namespace flowtalk::motion
