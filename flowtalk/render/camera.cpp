#include "flowtalk/render/camera.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flowtalk::render {
namespace {

struct Extent {
  Vec3 lo, hi;
};

Vec3 mean_of(const face::Face& face, std::span<const uint32_t> vertices) {
  Vec3 mean{0, 0, 0};
  for (const uint32_t v : vertices) {
    for (size_t k = 0; k < 3; ++k)
      mean[k] += face.rest[3 * static_cast<int64_t>(v) + static_cast<int64_t>(k)];
  }
  for (float& m : mean) m /= static_cast<float>(std::max<size_t>(1, vertices.size()));
  return mean;
}

Extent extent_of(const face::Face& face) {
  constexpr float kFar = std::numeric_limits<float>::max();
  Extent e{{kFar, kFar, kFar}, {-kFar, -kFar, -kFar}};
  for (int64_t i = 0; i < face.rest.size(); ++i) {
    const auto k = static_cast<size_t>(i % 3);
    e.lo[k] = std::min(e.lo[k], face.rest[i]);
    e.hi[k] = std::max(e.hi[k], face.rest[i]);
  }
  return e;
}

}  // namespace

std::array<Vec3, 3> Camera::axes() const {
  const float cy = std::cos(yaw), sy = std::sin(yaw), cp = std::cos(pitch), sp = std::sin(pitch);
  return {Vec3{cy, 0, -sy}, Vec3{-sy * sp, cp, -cy * sp}, Vec3{sy * cp, sp, cy * cp}};
}

Vec3 Camera::position() const {
  const Vec3 back = axes()[2];
  return {target[0] + distance_m * back[0], target[1] + distance_m * back[1],
          target[2] + distance_m * back[2]};
}

Camera portrait(const face::Face& face, float yaw, float pitch, float zoom) {
  Camera camera;
  camera.yaw = yaw;
  camera.pitch = pitch;
  const Extent e = extent_of(face);
  for (size_t k = 0; k < 3; ++k) camera.target[k] = 0.5f * (e.lo[k] + e.hi[k]);
  float height = 1.25f * (e.hi[1] - e.lo[1]);
  if (!face.regions.eyes.empty() && !face.regions.lips.empty()) {
    // From the eye line to the mouth is about 28% of a head's height (both sexes, adults), and the
    // eye line halves it; necks of any length are cut by the frame.
    const Vec3 eyes = mean_of(face, face.regions.eyes), lips = mean_of(face, face.regions.lips);
    const float eyes_to_mouth = eyes[1] - lips[1];
    camera.target[1] = eyes[1] - 0.16f * eyes_to_mouth;
    const float up = e.hi[1] - camera.target[1];  // tall hair has to fit in
    height = std::max(4.45f * eyes_to_mouth, 2.06f * up);
  }
  camera.distance_m = 0.5f * height / std::tan(0.5f * camera.field_of_view) / zoom;
  return camera;
}

}  // namespace flowtalk::render
