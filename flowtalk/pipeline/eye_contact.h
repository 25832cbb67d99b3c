// Eyes that look at whoever looks at the picture.
#pragma once

#include <array>

#include "flowtalk/face/face.h"

namespace flowtalk::pipeline {

// Beyond this angle from straight ahead a face is seen from the side and looks where it looks.
inline constexpr float kContactYaw = 0.35f;  // radians

// A frame whose eyes are turned aside by `yaw` (radians, to the face's left) on top of where they
// look; it borrows from this and from the frame that it is made of.
class EyeContact {
 public:
  face::FaceFrame turned(face::FaceFrame frame, const face::Face& face, float yaw);

 private:
  std::array<float, flame::kExpression> expression_{};
};

}  // namespace flowtalk::pipeline
