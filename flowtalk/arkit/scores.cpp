#include "flowtalk/arkit/scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/gaze.h"
#include "flowtalk/motion/rotations.h"

namespace flowtalk::arkit {
namespace {

constexpr float kCounted = 0.005f, kSeen = 0.1f;
constexpr double kRadians = std::numbers::pi / 180;
constexpr size_t kJawOpen = shape("jawOpen"), kClose = shape("mouthClose"),
                 kJawLeft = shape("jawLeft"), kJawRight = shape("jawRight");
constexpr size_t kSideways = face::axis("jawLeft");

// Which axis each shape is; none for jawOpen and jawRight, which other parts of the face say.
constexpr size_t kNoAxis = face::kExpressionAxes.size();
constexpr Order kAxisOf = [] {
  Order axes{};
  for (size_t i = 0; i < kShapes; ++i) {
    axes[i] = kNoAxis;
    for (size_t k = 0; k < kNoAxis; ++k) {
      if (face::kExpressionAxes[k] == kNames[i]) axes[i] = k;
    }
  }
  return axes;
}();
static_assert(std::ranges::count(kAxisOf, kNoAxis) == 2 && kAxisOf[kJawOpen] == kNoAxis &&
              kAxisOf[kJawRight] == kNoAxis);

bool is_turned(const std::array<float, 3>& joint) {
  return joint[0] != 0 || joint[1] != 0 || joint[2] != 0;
}

// The axes of a frame with the gaze of its joints among them, and where the eyes look.
using Axes = std::array<float, face::kExpressionAxes.size()>;
face::Gaze take_gaze(const face::FaceFrame& frame, Axes& axes) {
  face::Gaze gaze = face::gaze_of(axes);
  if (!is_turned(frame.left_eye) && !is_turned(frame.right_eye)) return gaze;
  std::array<float, 6> joints{};
  std::ranges::copy(frame.left_eye, joints.begin());
  std::ranges::copy(frame.right_eye, joints.begin() + 3);
  const face::Gaze more = face::gaze_of_joints(joints);
  gaze.left_eye.left += more.left_eye.left;
  gaze.left_eye.up += more.left_eye.up;
  gaze.right_eye.left += more.right_eye.left;
  gaze.right_eye.up += more.right_eye.up;
  face::look(axes, gaze);
  return gaze;
}

Turns turns_of(const face::FaceFrame& frame, const face::Gaze& gaze) {
  const face::HeadAngles head = face::angles_of(frame.root, frame.neck);
  const auto radians = [](double degrees) { return static_cast<float>(kRadians * degrees); };
  return {-radians(head.yaw),   radians(head.pitch), radians(head.roll),
          -gaze.left_eye.left,  -gaze.left_eye.up,   0,
          -gaze.right_eye.left, -gaze.right_eye.up,  0};
}

// Cuts to 0..1 and notes it.
bool is_cut(size_t at, Scores& scores, Cut& cut) {
  const float kept = std::clamp(scores[at], 0.0f, 1.0f), away = std::abs(scores[at] - kept);
  scores[at] = kept;
  if (away <= kCounted) return false;
  ++cut.each[at];
  cut.farthest[at] = std::max(cut.farthest[at], away);
  return true;
}

}  // namespace

face::HeadAngles head_of(const Turns& turns) {
  return {turns[1] / kRadians, -turns[0] / kRadians, turns[2] / kRadians};
}

std::string Cut::text(int64_t of_frames) const {
  if (frames == 0) return {};
  std::vector<size_t> shapes;
  for (size_t i = 0; i < kShapes; ++i) {
    if (each[i] > 0) shapes.push_back(i);
  }
  std::ranges::stable_sort(shapes, [&](size_t a, size_t b) { return each[a] > each[b]; });
  constexpr size_t kNamed = 4;
  std::string list;
  for (size_t i = 0; i < std::min(kNamed, shapes.size()); ++i) {
    list += fmt::format("{}{} in {}, by up to {:.2f}", i == 0 ? "" : "; ", kNames[shapes[i]],
                        each[shapes[i]], farthest[shapes[i]]);
  }
  if (shapes.size() > kNamed) list += fmt::format("; {} more", shapes.size() - kNamed);
  return fmt::format("{} of {} frames are cut to ARKit's 0..1: {}", frames, of_frames, list);
}

bool Cut::is_seen() const { return *std::ranges::max_element(farthest) > kSeen; }

Scored scored(const face::FaceFrame& frame, Gain gain, Cut& cut) {
  Axes axes{};
  std::copy_n(frame.expression.begin(), std::min(axes.size(), frame.expression.size()),
              axes.begin());
  const face::Gaze gaze = take_gaze(frame, axes);
  Scored result;
  Scores& scores = result.scores;
  for (size_t i = 0; i < kShapes; ++i) {
    if (kAxisOf[i] != kNoAxis) scores[i] = axes[kAxisOf[i]];
  }
  const float aside = axes[kSideways] + face::kJawTurnLeft * frame.jaw[1];
  scores[kJawLeft] = std::max(0.0f, aside);
  scores[kJawRight] = std::max(0.0f, -aside);
  scores[kJawOpen] = frame.jaw[0] / face::kJawOpen;
  scores[kClose] *= face::kClosedJaw;
  if (scores[kClose] < 0) scores[kJawOpen] -= std::exchange(scores[kClose], 0.0f);
  bool changed = false;
  for (size_t i = 0; i < kShapes; ++i) {
    if (gain == Gain::kArkit) scores[i] *= gain_of(i);
    changed = is_cut(i, scores, cut) || changed;
  }
  if (changed) ++cut.frames;
  result.turns = turns_of(frame, gaze);
  return result;
}

std::array<float, motion::kLive> row_of(const Scores& scores, Gain gain) {
  std::array<float, motion::kLive> row{};
  const auto axis_value = [&](size_t i) {
    return gain == Gain::kArkit ? scores[i] / gain_of(i) : scores[i];
  };
  for (size_t i = 0; i < kShapes; ++i) {
    if (kAxisOf[i] != kNoAxis) row[kAxisOf[i]] = axis_value(i);
  }
  row[kSideways] -= axis_value(kJawRight);
  row[kAxisOf[kClose]] /= face::kClosedJaw;
  row[motion::kJawAt] = face::kJawOpen * scores[kJawOpen];
  return row;
}

Take take_of(const motion::Motion& motion, Gain gain) {
  if (motion.axes != motion::Axes::kBuiltin) {
    fail("the motion has {}'s expressions; only those of {} can be told in ARKit's shapes",
         motion::owner_of(motion.axes), motion::owner_of(motion::Axes::kBuiltin));
  }
  const int64_t frames = motion.frames();
  constexpr auto kTurns = static_cast<int64_t>(kTurnNames.size());
  Take take{tensor::Tensor({frames, int64_t{kShapes}}),
            tensor::Tensor({frames, kTurns}),
            motion.rate_hz,
            {}};
  for (int64_t t = 0; t < frames; ++t) {
    const Scored frame = scored(face::frame_of(motion, t), gain, take.cut);
    std::ranges::copy(frame.scores, take.scores.data() + t * int64_t{kShapes});
    std::ranges::copy(frame.turns, take.turns.data() + t * kTurns);
  }
  return take;
}

motion::Motion motion_of(const Take& take, Gain gain) {
  const int64_t frames = take.frames();
  tensor::Tensor live({frames, motion::kLive});
  Scores scores{};
  for (int64_t t = 0; t < frames; ++t) {
    std::copy_n(take.scores.data() + t * int64_t{kShapes}, kShapes, scores.begin());
    std::ranges::copy(row_of(scores, gain), live.data() + t * motion::kLive);
  }
  motion::Motion motion = motion::of_live(live, motion::Axes::kBuiltin);
  motion.rate_hz = take.rate_hz;
  if (take.turns.empty()) return motion;
  tensor::Tensor neck({frames, 3});
  bool turns = false;
  for (int64_t t = 0; t < frames; ++t) {
    Turns turn{};
    std::copy_n(take.turns.data() + t * take.turns.dim(1), turn.size(), turn.begin());
    const auto joint = motion::axis_angle(face::rotation_of(head_of(turn)));
    std::ranges::copy(joint, neck.data() + 3 * t);
    turns = turns || turn[0] != 0 || turn[1] != 0 || turn[2] != 0;
  }
  if (turns) motion.neck = {neck, 0, 3};
  return motion;
}

}  // namespace flowtalk::arkit
