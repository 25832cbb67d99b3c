#include "flowtalk/perform/perform.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/face/blinks.h"
#include "flowtalk/motion/rotations.h"

namespace flowtalk::perform {
namespace {

using motion::Motion;
using motion::Track;
using tensor::Tensor;

constexpr double kBelow = 0.25;     // share of the slow turns that what is below the neck takes
constexpr double kMostTurned = 22;  // degrees, which nothing leaves
constexpr double kMillimetre = 1e-3;

Rng chance_of(const Address& address) {
  return Rng(address.seed).fork("perform").fork(address.take).fork(address.who);
}

// Nearly as it is where it is small, never beyond the most.
double within(double angle) { return kMostTurned * std::tanh(angle / kMostTurned); }
Angles within(const Angles& a) { return {within(a.pitch), within(a.yaw), within(a.roll)}; }

// The expressions of a motion, to be written over.
Tensor expressions_of(const Motion& motion) {
  Tensor table({motion.frames(), motion.expression.width});
  for (int64_t t = 0; t < motion.frames(); ++t) {
    std::ranges::copy(motion.expression.at(t), table.data() + t * motion.expression.width);
  }
  return table;
}

}  // namespace

Performer::Performer(const Amounts& amounts, const Address& address)
    : amounts_(amounts),
      chance_(chance_of(address)),
      head_(chance_.fork("head")),
      look_(chance_.fork("gaze")),
      blinker_(amounts.blinks_per_minute, chance_.fork("lids")) {}

Stance Performer::stance_of(const HeadMove& move) const {
  const Angles breath = move.breath * amounts_.breath;
  const Angles all = within((move.slow + move.quick) * amounts_.head) + breath;
  const Angles below = within(move.slow * amounts_.head) * kBelow + breath * 0.5;
  Stance stance;
  stance.root = rotation_of(below);
  stance.neck = product(transposed(stance.root), rotation_of(all));
  stance.moved = {0, kMillimetre * move.rise_mm * amounts_.breath,
                  kMillimetre * move.forward_mm * amounts_.head};
  return stance;
}

Pose Performer::perform(const Moment& moment, const Temper& temper) {
  chance_ = chance_.fork(static_cast<uint64_t>(moment.loudness + 100));
  Direction direction = look_.look(moment, temper, chance_.fork("gaze"));
  for (double& angle : direction) angle *= amounts_.gaze;
  const HeadMove move = head_.move(moment, temper, direction, chance_.fork("head"));
  Pose pose;
  pose.stance = stance_of(move);
  pose.gaze = eyes_on(direction, pose.stance);
  pose.lids = blinker_.shut(moment, look_.jumped_deg() * amounts_.gaze, chance_.fork("lids"));
  return pose;
}

PosedFrame put_on(const Pose& pose, bool gaze, std::span<float> expression) {
  PosedFrame frame;
  frame.root = motion::axis_angle(pose.stance.root);
  frame.neck = motion::axis_angle(pose.stance.neck);
  std::ranges::transform(pose.stance.moved, frame.translation.begin(),
                         [](double x) { return static_cast<float>(x); });
  face::turn_joints(frame.eyes, pose.gaze);
  if (expression.empty()) return frame;
  if (gaze) face::look(expression, pose.gaze);
  face::blink_shut(expression, {pose.lids, pose.lids});
  return frame;
}

Motion performed(const Motion& motion, const std::vector<Sound>& voice,
                 std::span<const Temper> tempers, const Amounts& amounts, const Address& address) {
  const int64_t frames = motion.frames();
  FT_CHECK(motion.rate_hz == flame::kFps, "{} frames per second", motion.rate_hz);
  FT_CHECK(tempers.size() == 1 || static_cast<int64_t>(tempers.size()) >= frames,
           "{} tempers, {} frames", tempers.size(), frames);
  const bool lids = motion.axes == motion::Axes::kBuiltin;
  const bool turns = amounts.head > 0 || amounts.breath > 0;
  Performer performer(amounts, address);
  Motion made = motion;
  Tensor expression = lids ? expressions_of(motion) : Tensor();
  Tensor root({frames, 3}), neck({frames, 3}), translation({frames, 3}), eyes({frames, 6});
  const auto moments = moments_of(voice, frames);
  for (int64_t t = 0; t < frames; ++t) {
    const auto at = static_cast<size_t>(t);
    const Pose pose = performer.perform(moments[at], tempers[tempers.size() == 1 ? 0 : at]);
    std::span<float> row;
    if (lids) {
      row = {expression.data() + t * motion.expression.width,
             static_cast<size_t>(motion.expression.width)};
    }
    const PosedFrame frame = put_on(pose, amounts.gaze > 0, row);
    std::ranges::copy(frame.root, root.data() + 3 * t);
    std::ranges::copy(frame.neck, neck.data() + 3 * t);
    std::ranges::copy(frame.translation, translation.data() + 3 * t);
    std::ranges::copy(frame.eyes, eyes.data() + 6 * t);
  }
  if (lids) made.expression = {expression, 0, motion.expression.width};
  if (!lids && amounts.gaze > 0) made.eyes = {eyes, 0, 6};
  if (turns) {
    made.root = {root, 0, 3};
    made.neck = {neck, 0, 3};
    made.translation = {translation, 0, 3};
  }
  return made;
}

}  // namespace flowtalk::perform
