// Short hair: a shell over the scalp that ends at a drawn hairline.
#include "flowtalk/face/builtin/head_mesh.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

constexpr Vec kCentre{0, 22, 0};
constexpr int kColumns = 96, kRows = 24;

struct Knot {
  float angle, y;  // degrees around the head from the front; height of the hairline
};
using Hairline = std::array<Knot, 11>;
// The fringe is swept from the parting on the left over to the right.
constexpr Hairline kLeftLine{{{0, 60},
                              {16, 64},
                              {31, 67},
                              {42, 56},
                              {54, 33},
                              {64, 18},
                              {74, -8},
                              {87, -11},
                              {97, 6},
                              {125, -40},
                              {180, -60}}};
constexpr Hairline kRightLine{{{0, 60},
                               {16, 55},
                               {31, 51},
                               {44, 44},
                               {55, 28},
                               {64, 16},
                               {74, -8},
                               {87, -11},
                               {97, 6},
                               {125, -40},
                               {180, -60}}};

// A smooth curve through the knots (Catmull and Rom's, with slopes for uneven steps).
float hairline(float degrees) {
  const Hairline& line = degrees > 0 ? kLeftLine : kRightLine;
  const float angle = std::abs(degrees);
  size_t i = 0;
  while (i + 2 < line.size() && line[i + 1].angle < angle) ++i;
  const Knot a = line[i], b = line[i + 1];
  const auto slope = [&](size_t k) {  // level in front and at the back
    if (k == 0 || k + 1 == line.size()) return 0.0f;
    return (line[k + 1].y - line[k - 1].y) / (line[k + 1].angle - line[k - 1].angle);
  };
  const float step = b.angle - a.angle, u = (angle - a.angle) / step;
  const float rise = u * u * (3 - 2 * u), v = 1 - u;
  return mix(a.y, b.y, rise) + step * u * v * (slope(i) * v - slope(i + 1) * u);
}

Vec scalp(float around, float down) {  // both in radians, `down` from the crown
  const Vec d{std::sin(around) * std::sin(down), std::cos(down), std::cos(around) * std::sin(down)};
  return skin_on_ray(kCentre, d);
}

float reach(float around) {  // `down` of the hairline
  const float y = hairline(around * 180 / kPi);
  float low = 0.2f, high = 3.0f;
  for (int i = 0; i < 11; ++i) {
    const float mid = 0.5f * (low + high);
    (scalp(around, mid).y > y ? low : high) = mid;
  }
  return 0.5f * (low + high);
}

constexpr float kParting = 27;  // x of the parting, mm
float top_of_head(Vec p) { return smooth(48, 86, p.y + 0.12f * p.z); }

// -1..1 across one lock: on top the locks run sideways from the parting, below they hang.
float locks(Vec p, float around) {
  const float aside = std::abs(p.x - kParting);
  const float top =
      std::sin(0.30f * p.z + 0.020f * aside * aside * 0.3f + 0.9f * std::sin(0.07f * p.x));
  const float side = std::sin(22 * around + 0.05f * p.y + 0.8f * std::sin(5 * around));
  return mix(side, top, top_of_head(p) * smooth(-30, 10, p.z));
}

// Longer on top, close at the sides and the nape.
float thickness(Vec p, float f, float around) {
  const float top = top_of_head(p), front = smooth(-30, 60, p.z);
  const float nape = smooth(-5, -60, p.y) * smooth(0, -40, p.z);
  const float over = smooth(kParting, kParting - 22, p.x);  // the side that is combed over
  const float body = 3.4f + top * mix(3.0f, 9.5f + 4.0f * front, over) - 2.0f * nape;
  const float fade = smooth(1.0f, mix(mix(0.80f, 0.90f, over * front), 0.60f, nape), f);
  const float groove =
      3.2f * bell(p.x - kParting, 2.8f) * smooth(-25, 5, p.z) * smooth(50, 66, p.y);
  const float rim = mix(0.35f, 1.9f, smooth(1.0f, 0.93f, f));  // thin where it meets the skin
  return mix(rim, body, fade) + locks(p, around) * (0.3f + 0.7f * top) * smooth(1.0f, 0.9f, f) -
         groove * fade;
}

}  // namespace

void add_hair(HeadMesh& mesh) {
  Point point;
  point.part = Part::kHair;
  point.p = scalp(0, 0) + Vec{0, thickness(scalp(0, 0), 0, 0), 0};
  const uint32_t crown = mesh.add(point);
  std::vector<uint32_t> previous, first;
  for (int i = 0; i <= kColumns; ++i) {
    const float around = kPi * (2 * static_cast<float>(i) / kColumns - 1);
    if (i == kColumns) {
      mesh.triangles.push_back({crown, previous[0], first[0]});
      mesh.strip(previous, first);
      break;
    }
    const float end = reach(around);
    std::vector<uint32_t> column;
    for (int k = 1; k <= kRows; ++k) {
      const float u = static_cast<float>(k) / kRows;
      const float f = 1 - std::pow(1 - u, 1.25f);  // denser at the hairline
      const Vec skin = scalp(around, f * end);
      const float off = k == kRows ? -2.0f : thickness(skin, f, around);  // ends under the skin
      point.p = skin + off * normalized(skin - Vec{0, 15, 0});
      point.s = f;
      point.t = 0.5f + 0.5f * locks(skin, around);
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
