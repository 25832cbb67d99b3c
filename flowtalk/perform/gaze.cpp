#include "flowtalk/perform/gaze.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace flowtalk::perform {
namespace {

constexpr double kFrame_s = 1.0 / flame::kFps;
constexpr double kLeastFixation_s = 0.2;

// Chances of a look past the viewer: where a phrase begins, where it pauses, and per second.
constexpr double kAwayBegins = 0.6, kAwayPauses = 0.3, kAwaySpeaking = 0.13, kAwaySilent = 0.10;
constexpr double kBackPauses = 0.5;  // what ends is said to the viewer

// Parts of a face at 0.9 m: its eyes, its mouth.
constexpr std::array<Direction, 3> kParts{{{1.9, 0.4}, {-1.9, 0.4}, {0.0, -3.4}}};

double lognormal(Rng& rng, double median, double spread) {
  return median * std::exp(rng.normal(0, spread));
}

double distance(const Direction& a, const Direction& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1]);
}

// A minimum-jerk course, 0 .. 1.
double course(double x) {
  x = std::clamp(x, 0.0, 1.0);
  return x * x * x * (10 + x * (6 * x - 15));
}

}  // namespace

double saccade_s(double degrees) { return 0.021 + 0.0022 * degrees; }

Look::Look(Rng rng) {
  Rng start = rng.fork("start");
  left_s_ = start.uniform(0.3, 1.2);
}

Direction Look::on_viewer(const Temper& temper, Rng& rng) const {
  const double which = rng.uniform();
  const Direction part = kParts[which < 0.4 ? 0 : which < 0.8 ? 1 : 2];
  const double aside = rng.normal(0, 0.4), up = rng.normal(0, 0.4);
  return {part[0] + aside + temper.aside_deg, part[1] + up - temper.gaze_down_deg};
}

// To a side more than up or down, and there mostly a little down or up as well.
Direction Look::past_viewer(const Temper& temper, Rng& rng) const {
  const double size = std::clamp(lognormal(rng, 10.5, 0.4), 5.0, 24.0);
  const double side = rng.chance(0.5) ? 1 : -1;
  const double slope = rng.normal(-0.1, 0.55);     // radians up from the side
  const double scale = rng.chance(0.2) ? 0.5 : 1;  // some are mostly upright
  return {side * size * scale * std::cos(slope) + temper.aside_deg,
          0.8 * size * std::sin(slope) / scale - temper.gaze_down_deg};
}

void Look::jump(const Direction& target, double within_s) {
  jumped_deg_ = distance(to_, target);
  from_ = to_;
  to_ = target;
  jump_lasts_s_ = saccade_s(jumped_deg_);
  jump_s_ = -within_s;
}

void Look::decide(const Moment& moment, const Temper& temper, Rng& rng) {
  const double per_s = temper.away * (moment.speaking ? kAwaySpeaking : kAwaySilent);
  const bool begins = moment.begins && rng.chance(std::min(0.9, kAwayBegins * temper.away));
  const bool pauses = moment.pauses && rng.chance(std::min(0.9, kAwayPauses * temper.away));
  const bool wanders = rng.chance(per_s * kFrame_s);
  const bool back = moment.pauses && rng.chance(kBackPauses);
  const bool again = rng.chance(0.3);
  const double away_s = lognormal(rng, 0.8, 0.4), on_s = lognormal(rng, 1.05, 0.5);
  const double within_s = rng.uniform(0, kFrame_s);
  left_s_ -= kFrame_s;
  const bool rested = jump_s_ > kLeastFixation_s;
  if (!rested) return;
  if (!away_ && (begins || pauses || wanders)) {
    away_ = true;
    left_s_ = std::clamp(away_s, 0.35, 2.2) * std::max(1.0, std::sqrt(temper.dwell));
    return jump(past_viewer(temper, rng), within_s);
  }
  if (away_ && back) left_s_ = 0;
  if (left_s_ > 0) return;
  if (away_ && again && !back) {
    left_s_ = std::clamp(0.7 * away_s, 0.3, 1.2);
    return jump(past_viewer(temper, rng), within_s);
  }
  away_ = false;
  left_s_ = std::clamp(on_s, 0.35, 3.0) * temper.dwell;
  jump(on_viewer(temper, rng), within_s);
}

Direction Look::look(const Moment& moment, const Temper& temper, Rng rng) {
  jumped_deg_ = 0;
  if (first_) from_ = to_ = on_viewer(temper, rng);
  first_ = false;
  jump_s_ += kFrame_s;
  decide(moment, temper, rng);
  const double share = course((jump_s_ + 0.5 * kFrame_s) / jump_lasts_s_);
  return {from_[0] + share * (to_[0] - from_[0]), from_[1] + share * (to_[1] - from_[1])};
}

}  // namespace flowtalk::perform
