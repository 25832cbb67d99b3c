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

// Any of the three widths, with or without leading axes of 1 -> (T, width). Errors name the file.
tensor::Tensor load_motion(const std::filesystem::path& path);

}  // namespace flowtalk::apps
