#include "flowtalk/perform/lids.h"

#include <algorithm>
#include <cmath>

namespace flowtalk::perform {
namespace {

constexpr double kFrame_s = 1.0 / flame::kFps;
// Lids fall faster than they rise, and are shut for a frame at least. Half shut they are for half
// the fall, the rest and half the rise: 0.12 s, as recorded people's (docs/liveliness.md).
constexpr double kFall_s = 0.06, kShut_s = 0.042, kRise_s = 0.10;
constexpr int kBefore = 20 * flame::kFps;  // frames that it has blinked through already
constexpr double kApart_s = 0.32;          // least time from one to the next
constexpr double kRipe = 0.3;              // the urge from which a reason is enough
constexpr double kAtPauses = 0.45, kAtBeginnings = 0.2;
constexpr double kLargeJump = 9, kAtLargeJumps = 0.45;  // degrees

double smooth(double x) {
  x = std::clamp(x, 0.0, 1.0);
  return x * x * (3 - 2 * x);
}

}  // namespace

Blinker::Blinker(double per_minute, Rng rng) : per_frame_(per_minute / 60 * kFrame_s) {
  Rng start = rng.fork("start");
  urge_ = start.uniform();
  for (int t = 0; t < kBefore; ++t) shut({}, 0, start.fork(static_cast<uint64_t>(t)));
}

bool Blinker::begins(const Moment& moment, double jumped_deg, Rng& rng) {
  const bool pause = moment.pauses && rng.chance(kAtPauses);
  const bool beginning = moment.begins && rng.chance(kAtBeginnings);
  const bool jump = jumped_deg >= kLargeJump && rng.chance(kAtLargeJumps);
  urge_ += per_frame_;
  if (since_s_ < kApart_s || per_frame_ <= 0) return false;
  return urge_ >= threshold_ || (urge_ >= kRipe && (pause || beginning || jump));
}

float Blinker::shut(const Moment& moment, double jumped_deg, Rng rng) {
  since_s_ += kFrame_s;
  if (begins(moment, jumped_deg, rng)) {
    urge_ -= 1;
    threshold_ = 0.35 + std::min(2.0, -0.65 * std::log(1 - rng.uniform()));
    scale_ = rng.uniform(0.82, 1.12);
    since_s_ = -rng.uniform(0, kFrame_s);
  }
  const double now = (since_s_ + 0.5 * kFrame_s) / scale_;
  const double shut = kFall_s + std::max(kShut_s, kFrame_s / scale_);
  return static_cast<float>(now < shut ? smooth(now / kFall_s)
                                       : 1 - smooth((now - shut) / kRise_s));
}

}  // namespace flowtalk::perform
