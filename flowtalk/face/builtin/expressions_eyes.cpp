// Motions of lids, eyeballs, brows, cheeks and nose.
#include "flowtalk/face/builtin/build.h"
#include "flowtalk/face/builtin/measurements.h"
#include "flowtalk/face/builtin/wrinkles.h"
#include "flowtalk/face/gaze.h"

namespace flowtalk::face::builtin {
namespace {

using namespace measure;

bool is_front_skin(const Point& p) {
  return (p.part == Part::kSkin || p.part == Part::kLips || p.part == Part::kNostril) && p.p.z > 5;
}
bool is_lid(const Point& p) { return p.part == Part::kSkin && p.t < 1 && p.p.y > -30; }
float left(const Point& p, float from = -5, float to = 9) { return smooth(from, to, p.p.x); }

// Moves the margins by `upper` and `lower` mm at the middle of the eye; the lids keep to their
// surface in front of the eyeball.
Vec move_lids(const Point& point, float upper, float lower) {
  if (!is_lid(point) || point.p.x < 0 || point.side == 0) return {};
  const float f = point.t;
  const float middle = 1 - point.s * point.s;
  const float dy = (point.side > 0 ? upper : lower) * middle * std::pow(1 - f, 1.2f);
  const float x = point.p.x - kEye.x, y = point.p.y - kEye.y;
  const float hold = smooth(0.8f, 0.2f, f);
  return {0, dy, hold * (lid_depth(x, y + dy) - lid_depth(x, y))};
}

// Moves the margin of each lid to the line where they meet.
Vec close_lids(const Point& point) {
  if (!is_lid(point) || point.p.x < 0 || point.side == 0) return {};
  const float f = point.t;
  const float x = mix(kInnerCanthus, kOuterCanthus, 0.5f + 0.5f * point.s);
  const float travel = closed_margin(x) - (point.side > 0 ? upper_margin(x) : lower_margin(x));
  const float dy = travel * std::pow(1 - f, point.side > 0 ? 0.8f : 1.3f);
  const float y = point.p.y - kEye.y + dy;
  const float to_surface = kEye.z + lid_depth(point.p.x - kEye.x, y) + 0.5f - point.p.z;
  return {0, dy, to_surface * smooth(0.8f, 0.25f, f) * smooth(0.0f, 1.5f, std::abs(dy))};
}

Vec turn_eye(const Point& point, float up, float out) {  // radians
  if (point.part != Part::kEyeball || point.p.x < 0) return {};
  const Vec q = point.p - kEye;
  const float cu = std::cos(up), su = std::sin(up), co = std::cos(out), so = std::sin(out);
  const Vec pitched{q.x, q.y * cu + q.z * su, q.z * cu - q.y * su};
  const Vec turned{pitched.x * co + pitched.z * so, pitched.y, pitched.z * co - pitched.x * so};
  return turned - q;
}

// Slides the skin around the eye; the lids give way along their surface and not into the eyeball.
Vec slide_brow(const Point& point, float dx, float dy) {
  if (!is_lid(point)) return slide(point, dx, dy);
  const float give = smooth(0.2f, 0.95f, point.t), hold = smooth(0.95f, 0.5f, point.t);
  const float x = std::abs(point.p.x) - kEye.x, y = point.p.y - kEye.y;
  const Vec free = slide(point, give * dx, give * dy);
  const float kept = lid_depth(x, y + free.y) - lid_depth(x, y) + 0.2f * std::abs(free.y);
  return {free.x, free.y, mix(free.z, kept, hold)};
}

// The forehead follows a brow far up and a little down.
float brow_reach(const Point& point, float x, float width) {
  const float dy = point.p.y - 19;
  return bell(point.p.x - x, width) * bell(dy, dy > 0 ? 17.0f : 8.0f);
}

Vec squint(const Point& p) {
  Vec d = move_lids(p, -1.5f, 2.4f);
  if (is_front_skin(p))
    d += slide(p, 0, 1.6f * bell(p.p, 33, -16, 14, 6), 1.0f * bell(p.p, 33, -13, 12, 5));
  return d;
}
Vec wide(const Point& p) { return move_lids(p, 2.3f, -0.9f); }
Vec look_up(const Point& p) { return turn_eye(p, kLookUp, 0) + move_lids(p, 1.9f, 0.5f); }
Vec look_down(const Point& p) { return turn_eye(p, -kLookDown, 0) + move_lids(p, -3.6f, -1.1f); }
Vec look_in(const Point& p) { return turn_eye(p, 0, -kLookAside); }
Vec look_out(const Point& p) { return turn_eye(p, 0, kLookAside); }

Vec brow_down(const Point& p) {
  if (!is_front_skin(p)) return {};
  const float inner = brow_reach(p, 13, 10), middle = brow_reach(p, 28, 11),
              outer = brow_reach(p, 44, 9);
  const float side = left(p, -3, 8);
  return side * slide_brow(p, -2.2f * inner, -5.2f * inner - 3.4f * middle - 0.6f * outer) +
         slide(p, 0, 0, side * frown_lines(p.p)) + move_lids(p, -1.3f, 0);
}
Vec brow_inner_up(const Point& p) {
  if (!is_front_skin(p)) return {};
  const float x = std::abs(p.p.x);
  Point q = p;
  q.p.x = x;
  const float inner = std::max(brow_reach(q, 12, 10), smooth(14, 6, x) * brow_reach(q, x, 9));
  const float outer = brow_reach(q, 44, 9);
  const float sign = p.p.x < 0 ? -1.0f : 1.0f;
  return slide_brow(p, -1.2f * sign * smooth(0, 8, x) * inner, 6.4f * inner - 1.0f * outer) +
         slide(p, 0, 0, forehead_lines(q.p, 0, 19));
}
Vec brow_outer_up(const Point& p) {
  if (!is_front_skin(p)) return {};
  const float middle = brow_reach(p, 32, 11), outer = brow_reach(p, 46, 10);
  return left(p, 2, 14) * (slide_brow(p, 0, 5.0f * middle + 4.2f * outer) +
                           slide(p, 0, 0, 0.8f * forehead_lines(p.p, 28, 15))) +
         move_lids(p, 0.5f, 0);
}

Vec cheek_puff(const Point& p) {
  if (!is_front_skin(p)) return {};
  Point q = p;
  q.p.x = std::abs(p.p.x);
  const float ball = bell(length((q.p - Vec{41, -64, 70}) / Vec{1, 1, 1.3f}), 15);
  return slide(p, 0, 0, 11.5f * ball);
}
Vec cheek_squint(const Point& p) {
  if (!is_front_skin(p)) return {};
  return left(p) * slide(p, 0, 3.2f * bell(p.p, 35, -27, 14, 11),
                         2.4f * bell(p.p, 35, -24, 12, 9) + crows_feet(p.p) +
                             0.4f * nasolabial_fold(p.p, true)) +
         move_lids(p, -0.6f, 2.3f);
}
Vec nose_sneer(const Point& p) {
  if (!is_front_skin(p)) return {};
  const bool above = p.side != 0 && p.p.y < -30 ? p.side > 0 : p.p.y > kMouthY;
  const float lip = above ? bell(p.p, 13, -59, 7, 7) : 0.0f;
  const float wing = bell(p.p, 12, -40, 6, 8), wall = bell(p.p, 9, -18, 5, 9);
  return left(p, -1, 7) *
             (slide(p, 0.8f * wing, 4.4f * wing + 2.0f * wall + 2.6f * lip,
                    1.0f * wall + nose_lines(p.p) + 0.9f * nasolabial_fold(p.p, true)) +
              slide_brow(p, -0.8f * brow_reach(p, 13, 9), -2.0f * brow_reach(p, 13, 9))) +
         move_lids(p, 0, 0.8f);
}

constexpr std::array<NamedMotion, 13> kMotions{{{"eyeBlink", close_lids},
                                                {"eyeSquint", squint},
                                                {"eyeWide", wide},
                                                {"eyeLookUp", look_up},
                                                {"eyeLookDown", look_down},
                                                {"eyeLookIn", look_in},
                                                {"eyeLookOut", look_out},
                                                {"browDown", brow_down},
                                                {"browInnerUp", brow_inner_up},
                                                {"browOuterUp", brow_outer_up},
                                                {"cheekPuff", cheek_puff},
                                                {"cheekSquint", cheek_squint},
                                                {"noseSneer", nose_sneer}}};

}  // namespace

std::span<const NamedMotion> eye_and_brow_motions() { return kMotions; }

}  // namespace flowtalk::face::builtin
