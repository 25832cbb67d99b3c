// Lips and the bag behind them.
#include "flowtalk/face/builtin/head_mesh.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

using namespace measure;

constexpr int kAlong = 16;  // steps from the mid-line to the corner
constexpr size_t kRings = 10;
// Rings: 0 the inner line, 1 the border of the red; beyond, 1 + distance / 9 mm.
constexpr std::array<float, kRings> kT{0,     0.07f, 0.17f, 0.32f, 0.52f,
                                       0.74f, 0.93f, 1.08f, 1.35f, 1.7f};
// How far each ring stands in front of the plain skin, at mid-line and at the corner.
constexpr std::array<float, kRings> kUpperRise{-3.9f, -1.7f, -0.2f, 0.7f, 1.1f,
                                               1.0f,  0.7f,  0.4f,  0.1f, 0};
constexpr std::array<float, kRings> kLowerRise{-3.9f, -1.4f, 0.4f, 1.8f, 2.5f,
                                               2.5f,  1.9f,  1.0f, 0.1f, -0.1f};
constexpr std::array<float, kRings> kCornerRise{-4.0f, -3.6f, -3.1f, -2.6f, -2.1f,
                                                -1.7f, -1.2f, -0.8f, -0.3f, 0};

Vec outline(float s, float t, bool upper) {  // front view of ring t at s from mid-line to corner
  const float beyond = std::max(0.0f, t - 1) * 9;
  const float reach = kMouthHalf + 1.6f * std::min(t, 1.0f) + beyond;
  const float x = s * reach;
  const float at = s * kMouthHalf;
  const float line = lip_line(at);
  const float border = upper ? upper_border(at) : lower_border(at);
  const float spread = beyond * std::sqrt(std::max(0.0f, 1 - s * s)) * (upper ? 1.0f : -1.0f);
  return {x, mix(line, border, std::min(t, 1.0f)) + spread, 0};
}

// A table over kT, linear between its places.
float at_ring(const std::array<float, kRings>& table, float t) {
  for (size_t k = 0; k + 1 < kRings; ++k) {
    if (t < kT[k + 1]) {
      return mix(table[k], table[k + 1], std::max(0.0f, t - kT[k]) / (kT[k + 1] - kT[k]));
    }
  }
  return table.back();
}

}  // namespace

float lip_line(float x) {
  return kMouthY + 1.0f * smooth(0, 9, x) - 1.0f - 0.9f * smooth(8, 22, x) -
         0.9f * smooth(17, 25.6f, x);
}
float upper_border(float x) {
  const float u = std::clamp(x / kMouthHalf, 0.0f, 1.0f);
  const float body = kUpperLip * std::pow(1 - u, 0.62f) * (1 + 0.62f * u);
  return lip_line(x) + body + 0.9f * bell(x - 5.5f, 2.6f) - 0.7f * bell(x, 2.5f);
}
float lower_border(float x) {
  const float u = std::clamp(x / kMouthHalf, 0.0f, 1.0f);
  return lip_line(x) - kLowerLip * std::pow(std::max(0.0f, 1 - u * u), 0.8f);
}

Point lip_point(float s, float t, bool upper) {
  const Vec at = outline(s, t, upper);
  Point point;
  const float rise =
      mix(at_ring(upper ? kUpperRise : kLowerRise, t), at_ring(kCornerRise, t), std::pow(s, 4.0f));
  point.p = skin_from_front(at.x, at.y) + Vec{0, 0, rise};
  point.part = t < 1 ? Part::kLips : Part::kSkin;
  point.side = upper ? 1 : -1;
  point.t = t;
  point.s = s;
  return point;
}

std::vector<uint32_t> add_lip_rings(HeadMesh& mesh) {
  std::vector<std::vector<uint32_t>> rings;
  for (size_t k = 0; k < kRings; ++k) {
    std::vector<uint32_t> ring;
    for (int i = 0; i <= 2 * kAlong; ++i) {
      const bool upper = i <= kAlong;
      const float u = static_cast<float>(upper ? i : 2 * kAlong - i) / kAlong;
      const float s = u == 1.0f ? 1.0f : std::sin(0.5f * kPi * u) * 0.6f + u * 0.4f;
      Point point = lip_point(s, kT[k], upper);
      if (k == 0 && i != kAlong) point.p.y += upper ? 0.03f : -0.03f;
      if (i == kAlong) point.side = 0;
      const uint32_t index = mesh.add(point);
      ring.push_back(index);
      if (k == 0 && i <= kAlong) mesh.lip_upper.push_back(index);
      if (k == 0 && i >= kAlong) mesh.lip_lower.insert(mesh.lip_lower.begin(), index);
    }
    rings.push_back(ring);
  }
  // The ring runs clockwise as seen from the front (mid-line top, corner, mid-line bottom).
  for (size_t k = 0; k + 1 < rings.size(); ++k) mesh.strip(rings[k], rings[k + 1]);
  return rings.back();
}

void add_mouth_bag(HeadMesh& mesh) {
  std::vector<uint32_t> previous = mesh.lip_upper;
  previous.insert(previous.end(), mesh.lip_lower.rbegin() + 1, mesh.lip_lower.rend());
  const std::vector<uint32_t> edge = previous;
  // Behind the lips, where the two sides overlap and close the lip line, in front of the gums, then
  // down the throat.
  constexpr std::array<float, 5> kBack{1.2f, 6, 14, 32, 52};
  constexpr std::array<float, 5> kTall{-0.5f, 11, 15, 17, 11};
  constexpr std::array<float, 5> kWide{1.0f, 1.04f, 1.0f, 0.9f, 0.7f};
  for (size_t k = 0; k < kBack.size(); ++k) {
    std::vector<uint32_t> ring;
    for (size_t i = 0; i < edge.size(); ++i) {
      const Point& lip = mesh.points[edge[i]];
      Point point = lip;
      const float open =
          std::sqrt(std::max(0.0f, 1 - lip.s * lip.s * 0.96f)) * static_cast<float>(lip.side);
      point.p = {lip.p.x * kWide[k], mix(lip.p.y, kMouthY, k == 0 ? 0.0f : 0.5f) + open * kTall[k],
                 lip.p.z - kBack[k]};
      point.part = Part::kMouthBag;
      point.anchor = static_cast<int>(edge[i]);
      point.fade = k == 0 ? 1.0f : k == 1 ? 0.4f : 0.0f;
      point.t = -static_cast<float>(k + 1);
      ring.push_back(mesh.add(point));
    }
    mesh.strip(ring, previous);
    previous = ring;
  }
  Point end;
  end.p = {0, kMouthY, 40};
  end.part = Part::kMouthBag;
  end.t = -9;
  const uint32_t throat = mesh.add(end);
  for (size_t i = 0; i + 1 < previous.size(); ++i) {
    mesh.triangles.push_back({throat, previous[i + 1], previous[i]});
  }
}

}  // namespace flowtalk::face::builtin
