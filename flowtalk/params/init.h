// What a new parameter starts as: one rule for every backend.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flowtalk/params/scope.h"

namespace flowtalk::params {

// The values of a new parameter. They depend on seed and name only, so that neither the order in
// which layers are made nor the backend changes them. kIdentity has ones at (i, i), its shape may
// be oblong; kRotation wants a square shape and is uniform over the orthogonal matrices (QR of a
// Gaussian matrix, Mezzadri 2007).
std::vector<float> init_values(const std::string& name, const tensor::Shape& shape,
                               const Init& init, uint64_t seed);

}  // namespace flowtalk::params
