// Motions of the mouth, the jaw that needs no turning, and the tongue.
#include "flowtalk/face/builtin/build.h"
#include "flowtalk/face/builtin/measurements.h"
#include "flowtalk/face/builtin/wrinkles.h"
#include "flowtalk/face/expression_axes.h"

namespace flowtalk::face::builtin {
namespace {

using namespace measure;

bool is_skin(const Point& p) {
  return (p.part == Part::kSkin || p.part == Part::kLips || p.part == Part::kNostril) && p.p.z > 5;
}
// Above the mouth slit? Its two sides are told apart by the rings of the lips.
bool is_above(const Point& p) {
  if (p.side != 0 && p.p.y < -30) return p.side > 0;
  return p.p.y > lip_line(std::min(std::abs(p.p.x), kMouthHalf));
}
float level(const Point& p) { return p.p.y - lip_line(std::min(std::abs(p.p.x), kMouthHalf)); }
bool on_lips(const Point& p) { return p.p.y < -30 && p.t < 3; }
float left(const Point& p) { return smooth(-8, 10, p.p.x); }

// Follows the left corner of the mouth; the same on both sides of the slit.
float corner(const Point& p, float reach_in = 13, float reach_out = 15, float height = 14) {
  const float dx = p.p.x - kMouthHalf;
  return bell(dx, dx < 0 ? reach_in : reach_out) * bell(p.p.y - kMouthY, height);
}
// One lip of the left side around x = 11, vanishing at the corner.
float half_lip(const Point& p, bool upper, float height) {
  if (!is_skin(p) || is_above(p) != upper) return 0;
  return bell(p.p.x - 10, 9) * smooth(26, 17, p.p.x) * bell(level(p), height);
}
// One whole lip.
float whole_lip(const Point& p, bool upper, float height) {
  if (!is_skin(p) || is_above(p) != upper) return 0;
  return smooth(25, 6, std::abs(p.p.x)) * bell(level(p), height);
}

Vec smile(const Point& p) {
  if (!is_skin(p)) return {};
  const float c = corner(p, 18, 14, 13);
  const float cheek = bell(p.p, 37, -38, 13, 12);
  const float fold = nasolabial_fold(p.p, false);
  return left(p) * slide(p, 7.6f * c + 0.8f * cheek, 7.4f * c + 2.6f * cheek,
                         2.6f * cheek + 1.1f * fold - 1.3f * c);
}
Vec frown(const Point& p) {
  if (!is_skin(p)) return {};
  const float c = corner(p, 11, 12, 12);
  return left(p) * slide(p, 0.6f * c, -7.6f * c, 0) +
         left(p) * slide(p, 0, 0.9f * bell(p.p, 0, -92, 14, 8), 1.0f * bell(p.p, 0, -95, 13, 8));
}
Vec dimple(const Point& p) {
  if (!is_skin(p)) return {};
  const float c = corner(p, 11, 9, 10), cheek = bell(p.p, 41, -65, 6, 12);
  return left(p) * slide(p, 4.4f * c, 1.2f * c, 1.8f * cheek - 2.4f * c);
}
Vec stretch(const Point& p) {
  if (!is_skin(p)) return {};
  const float c = corner(p, 15, 16, 15);
  return left(p) * slide(p, 6.8f * c, -1.8f * c, -0.6f * c) +
         left(p) * slide(p, 0, -1.2f * bell(p.p, 24, -92, 16, 16));
}
Vec press(const Point& p) {
  if (!is_skin(p)) return {};
  const float side = left(p);
  Vec d = side *
          slide(p, 0.9f * corner(p), -0.8f * corner(p), 1.0f * bell(p.p, 33, kMouthY - 0.7f, 5, 7));
  if (on_lips(p)) {  // the red turns inwards; the inner line stays
    const float turn = smooth(0, 0.5f, p.t) * smooth(1.7f, 0.9f, p.t) * (1 - p.s * p.s) * side;
    d += Vec{0, -0.36f * level(p) * turn, -1.9f * turn};
  }
  return d;
}
Vec roll(const Point& p, bool upper) {
  if (!on_lips(p) || is_above(p) != upper || p.side == 0) return {};
  const float turn = smooth(0, 0.6f, p.t) * smooth(1.7f, 0.95f, p.t) * (1 - std::pow(p.s, 4.0f));
  return {0, -0.62f * level(p) * turn, -3.0f * turn};
}
Vec roll_lower(const Point& p) { return roll(p, false); }
Vec roll_upper(const Point& p) { return roll(p, true); }

Vec shrug_lower(const Point& p) {
  if (!is_skin(p)) return {};
  const float mouth = bell(p.p, 0, kMouthY, 17, 11), chin = bell(p.p, 0, -98, 15, 11);
  Vec d = slide(p, 0, 3.4f * mouth + 3.6f * chin, 1.4f * chin + chin_dimples(p.p));
  if (on_lips(p) && !is_above(p))
    d += Vec{0, 0, 2.6f * smooth(0, 0.4f, p.t) * whole_lip(p, false, 9)};
  return d;
}
Vec shrug_upper(const Point& p) {
  if (!is_skin(p)) return {};
  const float mouth = bell(p.p, 0, kMouthY + 3, 16, 9);
  Vec d = slide(p, 0, 2.6f * mouth);
  if (on_lips(p) && is_above(p))
    d += Vec{0, 0, 2.4f * smooth(0, 0.4f, p.t) * whole_lip(p, true, 9)};
  return d;
}
Vec lower_down(const Point& p) {
  return slide(p, 0.4f * half_lip(p, false, 15), -6.0f * half_lip(p, false, 15),
               0.4f * half_lip(p, false, 8));
}
Vec upper_up(const Point& p) {
  const float h = half_lip(p, true, 14);
  Vec d = slide(p, 0.4f * h, 6.2f * h, 0.3f * h);
  if (is_skin(p))
    d += slide(p, 0, 1.6f * bell(p.p, 22, -45, 8, 9),
               0.8f * bell(p.p, 26, -44, 7, 9) + 0.7f * left(p) * nasolabial_fold(p.p, true));
  return d;
}

// Draws the mouth together towards the mid-line by `share` and forward by `out`.
Vec purse(const Point& p, float share, float out, float lower_share) {
  if (!is_skin(p)) return {};
  const float around = bell(p.p, 0, kMouthY, 21, 17);
  const float lips = bell(p.p, 0, kMouthY, 17, 12);
  const float nearer = std::sqrt(std::max(0.0f, around));
  return {-share * p.p.x * nearer, lower_share * level(p) * lips,
          out * lips + share * 0.012f * p.p.x * p.p.x * nearer};
}
Vec pucker(const Point& p) { return purse(p, 0.36f, 6.0f, 0.02f); }
Vec funnel(const Point& p) {
  Vec d = purse(p, 0.27f, 5.0f, 0);
  d.y += 3.2f * whole_lip(p, true, 11) - 4.2f * whole_lip(p, false, 13);
  return d;
}
Vec sideways(const Point& p, float sign) {
  if (!is_skin(p)) return {};
  return slide(p, sign * 6.5f * bell(p.p, sign * 4, kMouthY - 0.7f, 24, 17), 0);
}
Vec mouth_left(const Point& p) { return sideways(p, 1); }
Vec mouth_right(const Point& p) { return sideways(p, -1); }

// Brings the lips together although the jaw is open: undoes the jaw's turn of kClosed near the
// lips, most of it with the lower lip.
constexpr float kClosed = kClosedJaw * kJawOpen, kLowerPart = 0.68f;
Vec jaw_turn(Vec p) {
  const Vec q = p - kJawHinge;
  const float c = std::cos(kClosed), s = std::sin(kClosed);
  const float z = q.z + s * kJawGlide;
  return Vec{q.x, c * q.y - s * z, s * q.y + c * z} - q;
}
Vec mouth_close(const Point& p) {
  if (!is_skin(p)) return {};
  const float x = std::min(std::abs(p.p.x), kMouthHalf);
  Point upper = p, lower = p;  // the two points of the lip line at this x
  upper.p = lower.p = {x, lip_line(x), 100};
  upper.side = 1;
  lower.side = -1;
  const float gap = jaw_weight(lower) - jaw_weight(upper);
  const Vec drop = gap * jaw_turn({x, lip_line(x), 100});
  const float sideways = smooth(34, 20, std::abs(p.p.x));
  if (is_above(p)) return (1 - kLowerPart) * sideways * bell(level(p), 12) * drop;
  const Vec lift = -kLowerPart * sideways * bell(level(p), 15) * drop;
  const float c = std::cos(kClosed), s = std::sin(kClosed);  // seen from the turned jaw
  return {0, c * lift.y + s * lift.z, c * lift.z - s * lift.y};
}

bool has_jaw(const Point& p) {
  return p.part != Part::kEyeball && p.part != Part::kHair && p.part != Part::kEar;
}
Vec jaw_forward(const Point& p) { return {0, 0, has_jaw(p) ? 5.5f * jaw_weight(p) : 0.0f}; }
Vec jaw_left(const Point& p) { return {has_jaw(p) ? 7.0f * jaw_weight(p) : 0.0f, 0, 0}; }

Vec tongue_out(const Point& p) {
  if (p.part != Part::kTongue) return {};
  // Up over the lower teeth and the lip, flat there, the tip hanging a little.
  const float over = smooth(0.1f, 0.55f, p.s), middle = kMouthY - 13.5f;
  const float dy = 18.5f * over - 6.0f * smooth(0.7f, 1, p.s) - 0.5f * over * (p.p.y - middle);
  return {0, dy, 30 * smooth(0.05f, 1, p.s)};
}

constexpr std::array<NamedMotion, 19> kMotions{{{"mouthSmile", smile},
                                                {"mouthFrown", frown},
                                                {"mouthDimple", dimple},
                                                {"mouthStretch", stretch},
                                                {"mouthPress", press},
                                                {"mouthRollLower", roll_lower},
                                                {"mouthRollUpper", roll_upper},
                                                {"mouthShrugLower", shrug_lower},
                                                {"mouthShrugUpper", shrug_upper},
                                                {"mouthLowerDown", lower_down},
                                                {"mouthUpperUp", upper_up},
                                                {"mouthPucker", pucker},
                                                {"mouthFunnel", funnel},
                                                {"mouthLeft", mouth_left},
                                                {"mouthRight", mouth_right},
                                                {"mouthClose", mouth_close},
                                                {"jawForward", jaw_forward},
                                                {"jawLeft", jaw_left},
                                                {"tongueOut", tongue_out}}};

}  // namespace

std::span<const NamedMotion> mouth_motions() { return kMotions; }

}  // namespace flowtalk::face::builtin
