#include "flowtalk/perform/head.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace flowtalk::perform {
namespace {

constexpr double kFrame_s = 1.0 / flame::kFps;
constexpr double kPi = std::numbers::pi;

// Deviations in degrees, of a neutral face that speaks (docs/liveliness.md).
constexpr Angles kShift{1.4, 2.0, 0.7};
constexpr Angles kSway{0.45, 0.65, 0.26};
constexpr Angles kBeat{0.60, 0.42, 0.17};
constexpr double kSway_s = 0.9, kBeat_s = 0.10;
constexpr double kShiftsSpeaking = 0.45, kShiftsSilent = 0.10;  // per second
constexpr double kNod = 2.3;                                    // degrees of a middling one
constexpr double kNodsApart_s = 0.34;
constexpr double kLag_s = 0.16;
constexpr double kAlongAside = 0.20, kAlongUp = 0.12;  // what the head takes of where the eyes look
constexpr double kBreath_deg = 0.18, kBreath_mm = 0.9;

Angles times(const Angles& a, const Angles& b) {
  return {a.pitch * b.pitch, a.yaw * b.yaw, a.roll * b.roll};
}

Angles normal(Rng& rng) {
  const double pitch = rng.normal(), yaw = rng.normal();
  return {pitch, yaw, rng.normal()};
}

// Moves a value towards another, by so much per second.
double towards(double value, double goal, double per_s) {
  return value + (goal - value) * std::min(1.0, per_s * kFrame_s);
}

// 0 .. 1 .. 0, without a jump in speed.
double bump(double at_s, double rise_s, double fall_s) {
  if (at_s < rise_s) return 0.5 - 0.5 * std::cos(kPi * at_s / rise_s);
  return at_s < rise_s + fall_s ? 0.5 + 0.5 * std::cos(kPi * (at_s - rise_s) / fall_s) : 0;
}

}  // namespace

Angles Follower::follow(const Angles& towards, double lag_s) {
  const double share = 1 - std::exp(-kFrame_s / lag_s);
  Angles goal = towards;
  for (Angles& lag : lags_) {
    lag += (goal - lag) * share;
    goal = lag;
  }
  return goal;
}

Drift::Drift(double period_s, Rng rng) : keep_(std::exp(-kFrame_s / period_s)) {
  // Variance of two equal AR(1) filters in a row, driven by unit noise, is (1+a^2)/(1-a^2)^3.
  const double left = 1 - keep_ * keep_;
  scale_ = std::sqrt(left * left * left / (1 + keep_ * keep_));
  const auto warm_up = static_cast<int>(6 * period_s / kFrame_s);
  for (int t = 0; t < warm_up; ++t) next(rng);
}

Angles Drift::next(Rng& rng) {
  first_ = first_ * keep_ + normal(rng);
  second_ = second_ * keep_ + first_;
  return second_ * scale_;
}

Head::Head(Rng rng) : sway_(kSway_s, rng.fork("sway")), beat_(kBeat_s, rng.fork("beat")) {
  Rng start = rng.fork("start");
  towards_ = times(kShift, normal(start)) * 0.5;
  posture_.start(towards_);
  breath_ = start.uniform(0, 2 * kPi);
  breath_hz_ = start.uniform(0.21, 0.29);
}

// A new posture: wide where a phrase begins after a pause, smaller within it, small in silence.
void Head::shift(const Moment& moment, const Temper& temper, Rng& rng) {
  const double per_s = temper.pace * (moment.speaking ? kShiftsSpeaking : kShiftsSilent);
  const bool shifts = rng.chance(per_s * kFrame_s);
  const bool begins = moment.begins && rng.chance(0.85);
  const Angles goal = times(kShift, normal(rng)) * temper.sway;
  if (begins) {
    towards_ = goal * 1.1;
  } else if (shifts) {
    towards_ = goal * (moment.speaking ? 0.85 : 0.5);
  } else if (moment.pauses) {
    towards_ = towards_ * 0.6;
  }
}

// Most stresses are nodded at, mostly downwards, with a little of the other angles.
Angles Head::nod(const Moment& moment, const Temper& temper, Rng& rng) {
  const bool nods = rng.chance(0.8), up = rng.chance(0.18);
  const double size = std::exp(rng.normal(0, 0.35)), aside = rng.normal(0, 0.35),
               tilt = rng.normal(0, 0.18), fall_s = rng.uniform(0.24, 0.42);
  const bool free = nods_.empty() || nods_.back().at_s > kNodsApart_s;
  if (moment.stress > 0 && nods && free) {
    const double degrees = std::min(1.7, (0.35 + 0.9 * double{moment.stress}) * size) * kNod *
                           temper.nods * (up ? -0.7 : 1.0);
    const double rise_s = 0.16 + 0.02 * std::abs(degrees);  // wide ones take longer
    nods_.push_back({Angles{1, aside, tilt} * degrees, 0, rise_s, fall_s});
  }
  Angles sum;
  for (Nod& one : nods_) {
    one.at_s += kFrame_s * std::clamp(temper.pace, 0.6, 1.1);
    sum += one.size * bump(one.at_s, one.rise_s, one.fall_s);
  }
  std::erase_if(nods_, [](const Nod& one) { return one.at_s >= one.rise_s + one.fall_s; });
  return sum;
}

// In while it pauses, slowly out while it speaks.
void Head::breathe(const Moment& moment, HeadMove& move) {
  const double rate = breath_hz_ * (moment.speaking ? 0.85 : 1.2);
  breath_ += 2 * kPi * rate * kFrame_s;
  move.breath = {-kBreath_deg * std::sin(breath_), 0, 0};
  move.rise_mm = kBreath_mm * std::sin(breath_ - 0.4);
}

HeadMove Head::move(const Moment& moment, const Temper& temper, std::array<double, 2> gaze_deg,
                    Rng rng) {
  const bool resting = !moment.speaking && moment.silent_s > 0.8f;
  awake_ = towards(awake_, resting ? 0.0 : 1.0, resting ? 1.1 : 3.0);
  voice_ = towards(voice_, moment.speaking ? 0.3 + 0.7 * double{moment.loud} : 0, 5);
  HeadMove move;
  Rng of_shift = rng.fork("shift"), of_nod = rng.fork("nod"), of_sway = rng.fork("sway"),
      of_beat = rng.fork("beat");
  shift(moment, temper, of_shift);
  const Angles mood{temper.down_deg, 0, temper.tilt_deg};
  if (first_) {
    mood_.start(mood);
    forward_mm_ = temper.forward_mm;
    along_.start({-kAlongUp * gaze_deg[1], kAlongAside * gaze_deg[0], 0});
  }
  first_ = false;
  move.slow = posture_.follow(towards_, kLag_s / temper.pace) + mood_.follow(mood, 0.2) +
              along_.follow({-kAlongUp * gaze_deg[1], kAlongAside * gaze_deg[0], 0}, 0.1);
  move.slow += times(kSway, sway_.next(of_sway)) * (temper.sway * (0.3 + 0.7 * awake_));
  move.quick = nod(moment, temper, of_nod) +
               times(kBeat, beat_.next(of_beat)) * (voice_ * 0.5 * (temper.nods + temper.sway));
  breathe(moment, move);
  forward_mm_ = towards(forward_mm_, temper.forward_mm, 3);
  move.forward_mm = forward_mm_;
  move.speed = awake_;
  return move;
}

}  // namespace flowtalk::perform
