// Where the picture is taken from.
#pragma once

#include <array>
#include <span>

#include "flowtalk/face/face.h"

namespace flowtalk::render {

using Vec3 = std::array<float, 3>;

// A perspective camera that looks at `target` from `distance_m`. Yaw turns it to the face's left,
// pitch lifts it; both in radians.
struct Camera {
  Vec3 target{0, 0, 0};
  float yaw = 0, pitch = 0;
  float distance_m = 1.2f;
  float field_of_view = 0.26f;  // vertical, radians

  // Rows: right, up, towards the camera.
  std::array<Vec3, 3> axes() const;
  Vec3 position() const;
};

// Frames the head of `face` (rest shape) as a portrait, slightly from the side.
// zoom above 1 comes closer.
Camera portrait(const face::Face& face, float yaw = 0.0f, float pitch = 0.0f, float zoom = 1.0f);

}  // namespace flowtalk::render
