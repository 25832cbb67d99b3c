// Hair: a shell over the scalp that ends at a drawn hairline or falls from it.
#include "flowtalk/base/rng.h"
#include "flowtalk/face/builtin/head_mesh.h"
#include "flowtalk/face/builtin/measurements.h"
#include "flowtalk/face/builtin/people.h"

namespace flowtalk::face::builtin {
namespace {

constexpr Vec kCentre{0, 22, 0};
constexpr int kColumns = 96, kRows = 24;
constexpr float kScalp = 92;  // mm of scalp per radian from the crown, about

// A smooth curve through the knots (Catmull and Rom's, with slopes for uneven steps).
float hairline(const HairStyle& style, float degrees) {
  const Hairline& line = degrees > 0 ? style.left : style.right;
  const float angle = std::abs(degrees);
  size_t i = 0;
  while (i + 2 < line.size() && line[i + 1].degrees < angle) ++i;
  const Knot a = line[i], b = line[i + 1];
  const auto slope = [&](size_t k) {  // level in front and at the back
    if (k == 0 || k + 1 == line.size()) return 0.0f;
    return (line[k + 1].y - line[k - 1].y) / (line[k + 1].degrees - line[k - 1].degrees);
  };
  const float step = b.degrees - a.degrees, u = (angle - a.degrees) / step;
  const float rise = u * u * (3 - 2 * u), v = 1 - u;
  return mix(a.y, b.y, rise) + step * u * v * (slope(i) * v - slope(i + 1) * u);
}

Vec scalp(float around, float down) {  // both in radians, `down` from the crown
  const Vec d{std::sin(around) * std::sin(down), std::cos(down), std::cos(around) * std::sin(down)};
  return skin_on_ray(kCentre, d);
}

float reach(const HairStyle& style, float around) {  // `down` of the hairline
  const float y = hairline(style, around * 180 / kPi);
  float low = 0.2f, high = 3.0f;
  for (int i = 0; i < 11; ++i) {
    const float mid = 0.5f * (low + high);
    (scalp(around, mid).y > y ? low : high) = mid;
  }
  return 0.5f * (low + high);
}

float top_of_head(Vec p) { return smooth(48, 86, p.y + 0.12f * p.z); }

// -1..1 across one lock: on top the locks run sideways from the parting, below they hang.
float locks(const HairStyle& style, Vec p, float around) {
  const float aside = std::abs(p.x - style.parting);
  const float top = std::sin(0.30f * p.z + 0.006f * aside * aside + 0.9f * std::sin(0.07f * p.x));
  const float side = std::sin(22 * around + 0.05f * p.y + 0.8f * std::sin(5 * around));
  return mix(side, top, top_of_head(p) * smooth(-30, 10, p.z));
}

float curls(Vec p) {
  const Vec q = 0.7f * p;
  return std::sin(q.x + 1.3f * std::sin(0.6f * q.y)) * std::sin(q.y + 1.1f * std::sin(0.7f * q.z)) +
         0.6f * std::sin(1.3f * q.z + q.x) * std::sin(1.1f * q.y);
}

// How far it hangs below the hairline, mm.
float hang_of(const HairStyle& style, float around) {
  const float degrees = std::abs(around) * 180 / kPi;
  return style.hang * smooth(style.hang_from - 6, style.hang_from + 12, degrees);
}

// Longer on top, close at the sides and the nape. f: 0 at the crown, 1 at the hairline.
float thickness(const HairStyle& style, Vec p, float f, float around) {
  const float top = top_of_head(p), front = smooth(-30, 60, p.z);
  const float nape = smooth(-5, -60, p.y) * smooth(0, -40, p.z);
  const float over = smooth(style.parting, style.parting - 22, p.x);  // the side combed over
  const float body = style.sides + top * mix(style.top, style.over + style.front * front, over) -
                     style.nape * nape;
  const float falls = smooth(0, 30, hang_of(style, around));
  float fade = smooth(1.0f, mix(mix(0.80f, 0.90f, over * front), 0.60f, nape), f);
  fade = mix(fade, 1, falls);
  const float groove =
      style.parted * bell(p.x - style.parting, 2.8f) * smooth(-25, 5, p.z) * smooth(50, 66, p.y);
  const float rim = mix(0.35f, 1.9f, smooth(1.0f, 0.93f, f));  // thin where it meets the skin
  const float depth =
      style.wave * (0.3f + 0.7f * top) * locks(style, p, around) + style.curl * curls(p);
  // Hair that falls clears the ears.
  const float ears = falls * 12 * bell(std::abs(around) - 1.6f, 0.35f) * smooth(30, 5, p.y);
  return mix(rim, body, fade) + ears + depth * mix(smooth(1.0f, 0.9f, f), 1, falls) - groove * fade;
}

// A point of the shell: `along` mm from the crown in a column whose scalp ends at `end`.
struct Place {
  Vec p;
  float f;  // 0 at the crown, 1 at the end
};
Place place(const HairStyle& style, float around, float end, float along) {
  const float arc = kScalp * end, hang = hang_of(style, around);
  const float on_head = std::min(along / arc, 1.0f), below = std::max(0.0f, along - arc);
  const Vec skin = scalp(around, on_head * end);
  Vec p = skin + thickness(style, skin, on_head, around) * normalized(skin - Vec{0, 15, 0});
  if (below > 0) {
    const Vec out{std::sin(around), 0, std::cos(around)};
    const float fall = below / hang;
    p += Vec{0, -below, 0} +
         (5 * std::sin(kPi * std::min(1.0f, 1.1f * fall)) - 7 * fall * fall) * out;
    p += 1.6f * style.wave * std::sin(0.09f * below + 9 * around) * out;
    p += 1.2f * style.wave * locks(style, {p.x, 0, p.z}, around) * out;
  }
  return {p, along / (arc + hang)};
}

// Single locks, thin triangles, that grow over the hairline and hide how straight it is.
void add_wisps(const HairStyle& style, HeadMesh& mesh) {
  constexpr int kCount = 230;
  Rng rng(7);
  const auto chance = [&rng] { return static_cast<float>(rng.uniform()); };
  for (int i = 0; i < kCount; ++i) {
    const float degrees = -128 + 256 * (static_cast<float>(i) + chance()) / kCount;
    const float around = degrees * kPi / 180;
    const float back = 0.03f + 0.05f * chance(), over = 0.012f + 0.045f * chance() * chance();
    const float end = reach(style, around);
    const float to_side = smooth(70, 30, std::abs(degrees)) * (style.parted > 0 ? 1.0f : 0.0f);
    const float lean = 0.05f * (chance() - 0.5f) + (degrees < 40 ? -0.03f : 0.02f) * to_side;
    const Vec root = scalp(around, end - back), tip = scalp(around + lean, end + over);
    const Vec normal = skin_normal(root);
    const Vec aside = (0.35f + 0.5f * chance()) * normalized(cross(tip - root, normal));
    Point point;
    point.part = Part::kHair;
    point.t = 0.3f + 0.6f * chance();
    point.s = 0.98f;
    std::array<uint32_t, 3> v;
    const Vec lift = 1.2f * normal;
    const std::array<Vec, 3> corners{root + lift + aside, tip + 0.5f * skin_normal(tip),
                                     root + lift - aside};
    for (size_t k = 0; k < v.size(); ++k) {
      point.p = corners[k];
      v[k] = mesh.add(point);
    }
    mesh.triangles.push_back(v);
  }
}

}  // namespace

float above_hairline(const HairStyle& style, Vec p) {
  return p.y - hairline(style, std::atan2(p.x, p.z) * 180 / kPi);
}

void add_hair(const HairStyle& style, HeadMesh& mesh) {
  add_wisps(style, mesh);
  Point point;
  point.part = Part::kHair;
  point.p = scalp(0, 0) + Vec{0, thickness(style, scalp(0, 0), 0, 0), 0};
  const uint32_t crown = mesh.add(point);
  std::vector<uint32_t> previous, first;
  for (int i = 0; i <= kColumns; ++i) {
    const float around = kPi * (2 * static_cast<float>(i) / kColumns - 1);
    if (i == kColumns) {
      mesh.triangles.push_back({crown, previous[0], first[0]});
      mesh.strip(previous, first);
      break;
    }
    const float end = reach(style, around), length = kScalp * end + hang_of(style, around);
    std::vector<uint32_t> column;
    for (int k = 1; k <= kRows; ++k) {
      const float u = static_cast<float>(k) / kRows;
      const float f = 1 - std::pow(1 - u, 1.25f);  // denser at the end
      const Place at = place(style, around, end, f * length);
      point.p = at.p;
      if (k == kRows) {  // ends under the skin, or turns in
        const float falls = smooth(0, 30, hang_of(style, around));
        const Vec skin = scalp(around, end);
        const Vec inside = skin - 2.0f * normalized(skin - Vec{0, 15, 0});
        point.p = mix(inside, at.p - 6.0f * Vec{std::sin(around), 0, std::cos(around)}, falls);
      }
      point.s = at.f;
      point.t =
          0.5f + 0.5f * locks(style, scalp(around, std::min(f * length / kScalp, end)), around);
      column.push_back(mesh.add(point));
    }
    if (previous.empty()) {
      first = column;
    } else {
      mesh.triangles.push_back({crown, previous[0], column[0]});
      mesh.strip(previous, column);
    }
    previous = column;
  }
}

}  // namespace flowtalk::face::builtin
