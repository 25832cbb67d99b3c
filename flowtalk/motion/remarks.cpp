#include "flowtalk/motion/remarks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <tuple>

#include "flowtalk/base/error.h"

namespace flowtalk::motion {
namespace {

// A jaw opens by some 0.6 rad and no joint of a head turns beyond a half turn; recorded FLAME jaws
// stay within -0.1 and 0.5 (data/check_clip.h).
constexpr float kMostJaw = 1.0f;  // radians
constexpr float kMostTurn = 2 * std::numbers::pi_v<float>;
constexpr float kMostNeck = 1.6f, kMostEye = 1.6f;
constexpr float kMostMetres = 20;

float largest(const Track& track) {
  float most = 0;
  for (int64_t t = 0; t < track.rows(); ++t) {
    for (const float x : track.at(t)) most = std::max(most, std::abs(x));
  }
  return most;
}

struct Range {
  float low = INFINITY, high = -INFINITY;
  bool moves() const { return high > low; }
};

// Of columns [first, first + 3) of the table of a motion of rows.
std::array<Range, 3> ranges(const tensor::Tensor& table, int64_t first) {
  std::array<Range, 3> three;
  for (int64_t t = 0; t < table.dim(0); ++t) {
    for (int64_t k = 0; k < 3; ++k) {
      const float x = table[t * table.dim(1) + first + k];
      Range& range = three[static_cast<size_t>(k)];
      range = {std::min(range.low, x), std::max(range.high, x)};
    }
  }
  return three;
}

// Opens and shuts, and hardly turns about the other axes.
bool like_a_jaw(const std::array<Range, 3>& three) {
  constexpr float kShut = -0.15f, kOpen = 0.8f, kAside = 0.2f, kMoves = 0.01f;
  for (const size_t k : {1u, 2u}) {
    if (!(three[k].low > -kAside && three[k].high < kAside)) return false;
  }
  return three[0].low > kShut && three[0].high < kOpen && three[0].high - three[0].low > kMoves &&
         three[0].high > 0.05f;
}

bool like_no_jaw(const std::array<Range, 3>& three) {
  constexpr float kBack = -0.35f, kAside = 0.5f;
  if (!three[0].moves() && !three[1].moves() && !three[2].moves()) return true;
  return three[0].low < kBack || three[0].high > kMostJaw || three[1].low < -kAside ||
         three[1].high > kAside || three[2].low < -kAside || three[2].high > kAside;
}

}  // namespace

void remark_units(const Motion& motion, AngleUnit jaw_unit, const std::string& where,
                  std::vector<std::string>& remarks) {
  const float jaw = largest(motion.jaw);
  if (jaw_unit == AngleUnit::kRadians && jaw > kMostJaw) {
    remarks.push_back(fmt::format(
        "{}: the jaw turns by up to {:.4g} rad, which no jaw does; is it in degrees? {} degrees, "
        "where motion is read, converts it",
        where, jaw, Field("jaw_unit")));
  }
  constexpr float kDegree = std::numbers::pi_v<float> / 180;
  if (jaw_unit == AngleUnit::kDegrees && jaw > 0 && jaw < kMostJaw * kDegree) {
    remarks.push_back(
        fmt::format("{}: the jaw turns by {:.3g} degrees at most; is it in radians already?", where,
                    jaw / kDegree));
  }
  const std::array<std::tuple<const char*, const Track*, float>, 3> joints{
      {{"head", &motion.root, kMostTurn},
       {"neck", &motion.neck, kMostNeck},
       {"eyes", &motion.eyes, kMostEye}}};
  for (const auto& [name, track, most] : joints) {
    const float angle = largest(*track);
    if (angle <= most) continue;
    remarks.push_back(fmt::format("{}: {} up to {:.4g} rad; expected radians, are these degrees?",
                                  where, name, angle));
  }
  const float place = largest(motion.translation);
  if (place > kMostMetres) {
    remarks.push_back(
        fmt::format("{}: the head moves {:.4g} m away; is that in millimetres?", where, place));
  }
}

void remark_order(const Motion& rows, const std::string& where, std::vector<std::string>& remarks) {
  const tensor::Tensor& table = rows.jaw.table;
  if (table.empty() || table.dim(0) < 2) return;
  const int64_t width = table.dim(1);
  const bool shut = std::ranges::none_of(ranges(table, rows.jaw.first), &Range::moves);
  if (shut && !rows.one_shape()) {
    remarks.push_back(fmt::format(
        "{}: the shape changes from frame to frame and the jaw never moves; expected shape, "
        "expression, then the jaw",
        where));
    return;
  }
  if (!like_no_jaw(ranges(table, rows.jaw.first)) || !like_a_jaw(ranges(table, 0))) return;
  remarks.push_back(fmt::format(
      "{}: columns 0 to 2 move like a jaw, and {} to {}, where it is expected, do not; expected {}"
      "expression, then the jaw",
      where, width - flame::kJaw, width - 1, rows.shape.empty() ? "" : "shape, "));
}

bool is_still(const Motion& motion) {
  if (motion.frames() < 2) return false;
  bool still = true;
  for_each_track(motion, [&](const char*, const Track& track) {
    const auto first = track.at(0);
    for (int64_t t = 1; still && t < track.rows(); ++t) {
      still = std::ranges::equal(first, track.at(t));
    }
  });
  return still;
}

std::string still_remark(const Motion& motion, const std::string& where) {
  return fmt::format("{}: does not move, all its {} frames are alike", where, motion.frames());
}

}  // namespace flowtalk::motion
