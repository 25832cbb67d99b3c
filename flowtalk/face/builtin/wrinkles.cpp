#include "flowtalk/face/builtin/wrinkles.h"

#include <array>

#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

struct Place {
  float across;  // from the crease: negative towards the mid-plane or below
  float along;   // 0 .. 1 between its ends, beyond them outside
};

// Against a crease through points in the front view.
template <size_t N>
Place beside(Vec p, const std::array<Vec, N>& line) {
  Place best{1e9f, 0};
  for (size_t i = 0; i + 1 < N; ++i) {
    const Vec a = line[i], d = line[i + 1] - a;
    const float square = d.x * d.x + d.y * d.y;
    const float free = ((p.x - a.x) * d.x + (p.y - a.y) * d.y) / square;
    const float low = i == 0 ? -1.0f : 0.0f, high = i + 2 == N ? 2.0f : 1.0f;
    const float t = std::clamp(free, low, high);
    const float x = p.x - a.x - t * d.x, y = p.y - a.y - t * d.y;
    const float away = std::sqrt(x * x + y * y);
    if (away >= std::abs(best.across)) continue;
    best.across = x * d.y - y * d.x < 0 ? away : -away;
    best.along = (static_cast<float>(i) + t) / static_cast<float>(N - 1);
  }
  return best;
}

// A groove of this half width with a swelling on the positive side.
float crease(Place at, float groove, float swell, float width) {
  const float ends = smooth(-0.12f, 0.12f, at.along) * smooth(1.15f, 0.8f, at.along);
  return ends *
         (swell * bell(at.across - 2.8f * width, 2.4f * width) - groove * bell(at.across, width));
}

constexpr float kOuterCorner = measure::kEye.x + measure::kOuterCanthus;
constexpr std::array<Vec, 5> kNasolabial{
    {{16.5f, -39, 0}, {21.5f, -47, 0}, {27.5f, -56, 0}, {32.5f, -66, 0}, {34, -77, 0}}};

}  // namespace

float nasolabial_fold(Vec p, bool upper) {
  if (p.x < 8) return 0;
  const Place at = beside(p, kNasolabial);
  return crease(at, 1.05f, 1.9f, 2.2f) * (upper ? smooth(0.75f, 0.35f, at.along) : 1.0f);
}

float forehead_lines(Vec p, float middle, float width) {
  if (p.y < 30 || p.y > 66) return 0;
  const float lift = p.y - 0.0022f * p.x * p.x;  // they arch with the brows
  const float turn = (lift - 35) / 8.2f;
  if (turn < -0.5f || turn > 3.4f) return 0;
  const float valley = 0.5f + 0.5f * std::cos(2 * kPi * turn);
  const float inside = smooth(-0.5f, 0.1f, turn) * smooth(3.4f, 2.6f, turn);
  return (0.40f - 1.4f * valley * valley * valley) * inside * bell(p.x - middle, width);
}

float frown_lines(Vec p) {
  const float along = bell(p.y - 19, 7.5f);
  return along *
         (1.0f * bell(p.x, 2.4f) + 1.2f * bell(p.x - 10.5f, 2.6f) - 2.0f * bell(p.x - 6, 1.6f));
}

float nose_lines(Vec p) {
  const auto across = [&](float y, float depth) {
    return -depth * bell(p.y - y + 0.12f * p.x, 1.3f);
  };
  const float root = bell(p.x, 7) * (across(3, 0.9f) + across(-2.5f, 0.7f) + 0.5f * bell(p.y, 6));
  const float turn = (p.y + 0.9f * p.x + 3) / 5.0f;  // beside it they run down and outwards
  const float side = bell(p.x - 11, 3.2f) * bell(p.y + 14, 7);
  return root + side * 0.55f * std::cos(2 * kPi * turn);
}

float crows_feet(Vec p) {
  const float x = p.x - kOuterCorner, y = p.y - measure::kOuterCanthusY + 1;
  const float away = std::sqrt(x * x + y * y);
  if (x < 0 || away > 26) return 0;
  const float angle = std::atan2(y, x);
  const float rays = std::cos(angle * 9.0f - 0.6f);
  const float valley = 0.5f + 0.5f * rays;
  return (0.2f - 1.1f * valley * valley * valley) * smooth(3, 8, away) * smooth(24, 13, away) *
         smooth(1.25f, 0.8f, std::abs(angle));
}

float chin_dimples(Vec p) {
  const float ball = bell(p, 0, -99, 11, 8);
  return ball * 0.45f * std::cos(1.35f * p.x + 0.8f * p.y) * std::cos(1.1f * p.y - 0.7f * p.x);
}

float creased(Vec p) {
  const float fold = bell(beside(p, kNasolabial).across, 6);
  const float forehead = bell(p, 14, 46, 20, 11);
  const float frown = bell(p, 5, 17, 8, 11);
  const float feet = bell(p, kOuterCorner + 10, 0, 7, 10);
  return std::min(1.0f, std::max({fold, forehead, frown, feet}));
}

}  // namespace flowtalk::face::builtin
