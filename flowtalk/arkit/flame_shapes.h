// A motion of a FLAME face in the axes of the built-in head, and thereby in ARKit's shapes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "flowtalk/face/face.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::arkit {

// How well the expressions of a face can make one axis of the built-in head.
struct FlameAxis {
  size_t axis = 0;      // of face::kExpressionAxes
  float coverage = 0;   // 0..1: length of what they reach of it against its own
  float size_mm = 0;    // how far it moves the face at 1, root mean square
  float missed_mm = 0;  // the same of what they do not reach
  bool used = false;    // coverage of at least kLeastCoverage; others rest
};
inline constexpr float kLeastCoverage = 0.7f;

// What a motion became.
struct FlameFit {
  double mean_mm = 0, high_mm = 0;  // distance of the made face: mean and 95 % of frames
  double moved_mm = 0;              // how far expressions move it at all, mean
  double full_share = 0;            // of values above 0: those that want to go beyond 1
  int64_t closures = 0;             // frames with the lips as good as shut, or tighter than at rest
  double gap_mm = 0,
         worst_gap_mm = 0;  // lips of the built-in head that are apart there: mean, most
  // "expressions move the face by 1.9 mm, made to 0.3 mm (0.7 mm in 95 of 100 frames); ..."
  std::string text() const;
};

class FlameShapes {
 public:
  // expressions: how many coefficients motions have; further ones of the face count as out of
  // reach. Errors: not FLAME's topology, a face without expressions.
  FlameShapes(const face::Face& flame, int64_t expressions);
  ~FlameShapes();

  // Those that are solved for: all but the gaze, the tongue and jawLeft, which joints say.
  const std::vector<FlameAxis>& axes() const;
  bool all_used() const;
  // "31 of 40 axes are within reach of the face's expressions; these are not, and rest: cheekPuff
  // (0.41), ..."
  std::string reach() const;
  // Least squares in the unposed face over all frames at once, bounded to 0..1, with mouthClose up
  // to what the jaw is open by; of opposites (kOpposites) only the stronger one stays. Where the
  // face's lips are shut, mouthClose, used or not, then shuts those of the built-in head as far.
  // Jaw, neck, eyes and root keep their turns; shape and translation are left out. Error: a motion
  // of other axes.
  motion::Motion on_builtin(const motion::Motion& motion, FlameFit& fit) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace flowtalk::arkit
