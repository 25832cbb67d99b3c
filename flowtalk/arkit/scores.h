// A face of the built-in head's axes as ARKit tells faces, and back: 52 scores of 0..1 and the
// turns of head and eyes that Live Link adds.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "flowtalk/arkit/gains.h"
#include "flowtalk/arkit/names.h"
#include "flowtalk/face/face.h"
#include "flowtalk/face/head_angles.h"
#include "flowtalk/motion/motion.h"

namespace flowtalk::arkit {

using Scores = std::array<float, kShapes>;           // in the order of kNames
using Turns = std::array<float, kTurnNames.size()>;  // of kTurnNames, radians

// One moment.
struct Scored {
  Scores scores{};
  Turns turns{};
};

// How a head is turned that Live Link tells so.
face::HeadAngles head_of(const Turns& turns);

// What had no room in 0..1 and was cut: motion beyond a full shape or below none.
struct Cut {
  int64_t frames = 0;                     // with a value that was cut by more than 0.005
  std::array<int64_t, kShapes> each{};    // of these, by shape
  std::array<float, kShapes> farthest{};  // by how much at most

  // "12 of 119 frames are cut to ARKit's 0..1: mouthClose in 8, by up to 0.20; ..."; "" if none.
  std::string text(int64_t of_frames) const;
  // By so much that it is seen: 0.1 of a shape.
  bool is_seen() const;
};

// frame: of the built-in head's axes. mouthClose may be above jawOpen, where it closes lips that
// other shapes part; below 0, where it parts them, jawOpen takes it. The jaw's turn to the side has
// a place in jawLeft and jawRight; its roll, the shape and the translation have none. Counts what
// is cut in `cut`.
Scored scored(const face::FaceFrame& frame, Gain gain, Cut& cut);

// The way back, with scores as they are, beyond 0..1 too: what the models know, expressions and
// jaw. Live Link's turns of the eyes are left out, since eyeLook says the same.
std::array<float, motion::kLive> row_of(const Scores& scores, Gain gain);

// Over time.
struct Take {
  tensor::Tensor scores;  // (T, 52), in the order of kNames
  tensor::Tensor turns;   // (T, 9), of kTurnNames; empty: none
  double rate_hz = 0;
  Cut cut;

  int64_t frames() const { return scores.empty() ? 0 : scores.dim(0); }
};

// Frame by frame, at the motion's rate. Error: a motion of FLAME's axes.
Take take_of(const motion::Motion& motion, Gain gain);
// A head that turns does so in its neck.
motion::Motion motion_of(const Take& take, Gain gain);

}  // namespace flowtalk::arkit
