// A frame of a motion.
#include <algorithm>

#include "flowtalk/face/face.h"

namespace flowtalk::face {

FaceFrame frame_of(const motion::Motion& motion, int64_t t) {
  FaceFrame frame;
  frame.shape = motion.shape.at(t);
  frame.expression = motion.expression.at(t);
  const auto copy = [&](const motion::Track& track, int64_t from, std::array<float, 3>& to) {
    const auto values = track.at(t);
    if (!values.empty()) std::copy_n(values.begin() + from, 3, to.begin());
  };
  copy(motion.root, 0, frame.root);
  copy(motion.neck, 0, frame.neck);
  copy(motion.jaw, 0, frame.jaw);
  copy(motion.eyes, 0, frame.left_eye);
  copy(motion.eyes, 3, frame.right_eye);
  copy(motion.translation, 0, frame.translation);
  return frame;
}

}  // namespace flowtalk::face
