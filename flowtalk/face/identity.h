// Who a face is: its coefficients of identity, drawn and folded into its rest mesh.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/face/face.h"

namespace flowtalk::face {

// Coefficients of a plausible person, as many as the face has axes of identity: normal, cut at two
// standard deviations, the same for a seed on every machine.
std::vector<float> draw_identity(const Face& face, uint64_t seed);

// Adds it to the rest mesh.
void set_identity(Face& face, std::span<const float> shape);

}  // namespace flowtalk::face
