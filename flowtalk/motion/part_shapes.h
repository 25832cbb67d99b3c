// From the shapes that arrays of files have to rows, one per frame.
#pragma once

#include <optional>
#include <string>

#include "flowtalk/formats/array.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::motion {

// How many rows of so many columns an array is: (T, W), (1, T, W), (T, 1, W), (T, J, W / J), and
// (W) or (1, J, W / J), one frame; 0 for other shapes.
int64_t rows_in(const tensor::Shape& shape, int64_t width);
// The array as these rows, (T, W); nothing for other shapes.
std::optional<tensor::Tensor> as_rows(const tensor::Tensor& read, int64_t width);

// The following refuse, naming `where`: other shapes, no frames, values that are not finite.

// (T, most) or, where `narrower`, fewer columns.
Track coefficients(const tensor::Tensor& read, int64_t most, bool narrower,
                   const std::string& where);

// Rotations of so many joints as axis-angle, (T, 3 joints); `note` says what they were taken for,
// where that is more than the axis-angle that one expects. `certain`: rows of this width are
// axis-angle, even if they look like the axes of half as many rotations.
Track rotations(const tensor::Tensor& read, int64_t joints, const std::string& where,
                std::string* note = nullptr, bool certain = false);

// How many joints a pose is of: 2, 5 or 55, or 1 where `one` is allowed. Error: none of them.
int64_t joints_of_pose(const tensor::Tensor& read, bool one, const std::string& where);

}  // namespace flowtalk::motion
