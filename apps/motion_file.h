// Motion on disk: numpy files of FLAME parameters, (1, T, 403) as in 3DMEAD, or narrower.
#pragma once

#include <filesystem>
#include <span>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::apps {

// motion (T, 53) -> (1, T, width), width 403 (shape 300, expression 100, jaw 3), 353 or 53; columns
// that the model does not know are zero.
// shape: up to 300 coefficients for every row.
tensor::Tensor widen(const tensor::Tensor& motion, int64_t width,
                     std::span<const float> shape = {});

// The same beside a recorded motion (T', 403), (T', 353) or (T', 53), T' >= T: with its shape and
// what it has beyond the expressions that the model knows, where `width` has room for them.
tensor::Tensor widen_beside(const tensor::Tensor& motion, const tensor::Tensor& recorded,
                            int64_t width);

// Any of the three widths, with or without leading axes of 1 -> (T, width). Errors name the file.
tensor::Tensor load_motion(const std::filesystem::path& path);

}  // namespace flowtalk::apps
