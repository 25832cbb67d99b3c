#include "flowtalk/face/identity.h"

#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"

namespace flowtalk::face {
namespace {

// Two people differ by less than random coefficients of all axes would have it.
constexpr double kSpread = 0.8, kFurthest = 2;

}  // namespace

std::vector<float> draw_identity(const Face& face, uint64_t seed) {
  const Rng rng = Rng(seed).fork("identity");
  std::vector<float> shape;
  for (int64_t axis = 0; axis < face.shape_basis.dim(0); ++axis) {
    Rng own = rng.fork(static_cast<uint64_t>(axis));
    shape.push_back(static_cast<float>(std::clamp(kSpread * own.normal(), -kFurthest, kFurthest)));
  }
  return shape;
}

void set_identity(Face& face, std::span<const float> shape) {
  FT_CHECK(static_cast<int64_t>(shape.size()) <= face.shape_basis.dim(0), "{} coefficients",
           shape.size());
  face.rest = face.rest.clone();  // copies of a face share it
  const float* row = face.shape_basis.data();
  for (const float amount : shape) {
    for (int64_t i = 0; i < face.rest.size(); ++i) face.rest[i] += amount * *row++;
  }
}

}  // namespace flowtalk::face
