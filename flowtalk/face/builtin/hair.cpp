// Short hair: a shell over the scalp that ends at a drawn hairline.
#include "flowtalk/face/builtin/head_mesh.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

constexpr Vec kCentre{0, 22, 0};
constexpr int kColumns = 54, kRows = 24;

struct Knot {
  float angle, y;  // degrees around the head from the front; height of the hairline
};
constexpr std::array<Knot, 12> kHairline{{{0, 70},
                                          {22, 69},
                                          {40, 62},
                                          {53, 46},
                                          {64, 30},
                                          {73, 12},
                                          {81, -4},
                                          {89, -2},
                                          {98, 8},
                                          {112, -14},
                                          {135, -48},
                                          {180, -60}}};

float hairline(float degrees) {
  size_t i = 0;
  while (i + 2 < kHairline.size() && kHairline[i + 1].angle < degrees) ++i;
  const Knot a = kHairline[i], b = kHairline[i + 1];
  return mix(
      a.y, b.y,
      smooth(a.angle, b.angle, degrees) * 0.5f + 0.5f * (degrees - a.angle) / (b.angle - a.angle));
}

Vec scalp(float around, float down) {  // both in radians, `down` from the crown
  const Vec d{std::sin(around) * std::sin(down), std::cos(down), std::cos(around) * std::sin(down)};
  return skin_on_ray(kCentre, d);
}

float reach(float around) {  // `down` of the hairline
  const float y = hairline(around * 180 / kPi);
  float low = 0.2f, high = 3.0f;
  for (int i = 0; i < 12; ++i) {
    const float mid = 0.5f * (low + high);
    (scalp(around, mid).y > y ? low : high) = mid;
  }
  return 0.5f * (low + high);
}

float thickness(Vec p, float f, float around) {
  const float top = smooth(40, 95, p.y), front = smooth(-20, 70, p.z);
  const float strands =
      0.45f * std::sin(34 * around + 5 * f) + 0.3f * std::sin(61 * around - 7 * f);
  const float body = 5.0f + 7.0f * top + 4.0f * top * front + strands * smooth(0.15f, 0.5f, f);
  const float edge = smooth(1.0f, 0.93f, f);  // rounds off at the hairline
  return mix(1.6f, body, smooth(1.0f, 0.62f, f)) * edge - 1.5f * (1 - edge);
}

}  // namespace

void add_hair(HeadMesh& mesh) {
  Point point;
  point.part = Part::kHair;
  point.p = scalp(0, 0) + Vec{0, thickness(scalp(0, 0), 0, 0), 0};
  const uint32_t crown = mesh.add(point);
  std::vector<uint32_t> previous;
  for (int i = 0; i <= kColumns; ++i) {
    const float around = kPi * static_cast<float>(i) / kColumns;
    const float end = reach(around);
    std::vector<uint32_t> column;
    for (int k = 1; k <= kRows; ++k) {
      const float u = static_cast<float>(k) / kRows;
      const float f = 1 - std::pow(1 - u, 1.25f);  // denser at the hairline
      const Vec skin = scalp(around, f * end);
      point.p = skin + thickness(skin, f, around) * normalized(skin - Vec{0, 15, 0});
      if (i == 0 || i == kColumns) point.p.x = 0;
      point.s = f;
      point.t = around;
      column.push_back(mesh.add(point));
    }
    if (!previous.empty()) {
      mesh.triangles.push_back({crown, previous[0], column[0]});
      mesh.strip(previous, column);
    }
    previous = column;
  }
}

}  // namespace flowtalk::face::builtin
