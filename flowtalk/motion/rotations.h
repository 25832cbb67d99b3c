// The forms in which files hold rotations, as axis-angle vectors (radians).
#pragma once

#include <array>
#include <optional>
#include <span>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::motion {

// Of a rotation matrix, row-major.
std::array<float, 3> axis_angle(const std::array<double, 9>& matrix);

// rows: (T, 9 J), J rotation matrices per frame; (T, 3 J) axis-angle. Nothing unless every one of
// them is a rotation.
std::optional<tensor::Tensor> from_matrices(const tensor::Tensor& rows);

// rows: (T, 6 J), J rotations per frame as the first two rows of their matrices (pytorch3d,
// metrical-tracker) or as their first two columns, interleaved (Zhou et al., "On the Continuity of
// Rotation Representations in Neural Networks", 2019, as SPIN lays them out). Both are axes of
// length near 1, across each other; for turns below a quarter the places of the large numbers say
// which form it is. Nothing where that is not certain for every one.
std::optional<tensor::Tensor> from_six(const tensor::Tensor& rows);

}  // namespace flowtalk::motion
