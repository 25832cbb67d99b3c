// The outer ear: rings from the hollow of the concha over the rim to its back.
#include <array>

#include "flowtalk/face/builtin/head_mesh.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

using namespace measure;

// Outline of the ear in its own plane, mm: x backwards, y up. The curve runs through these points,
// from the back over the top to the front and under the lobe.
constexpr std::array<Vec, 13> kOutline{{{17.5f, 4, 0},
                                        {17.2f, 14, 0},
                                        {13, 25, 0},
                                        {5, 31.5f, 0},
                                        {-4, 30, 0},
                                        {-9.5f, 22, 0},
                                        {-11, 9, 0},
                                        {-10.5f, -6, 0},
                                        {-10, -20, 0},
                                        {-6.5f, -30, 0},
                                        {1.5f, -32, 0},
                                        {9, -24, 0},
                                        {14.5f, -10, 0}}};
constexpr Vec kHollow{-2.5f, -4, 0};  // where the rings close in: the concha

Vec outline(float turn, float r) {  // turn: 0..1 around; r: 1 on the rim
  const auto n = static_cast<int>(kOutline.size());
  const float at = turn * static_cast<float>(n);
  const int i = static_cast<int>(at);
  const auto knot = [&](int k) { return kOutline[static_cast<size_t>((k + n) % n)]; };
  const float t = at - static_cast<float>(i);
  const Vec p = curve(knot(i - 1), knot(i), knot(i + 1), knot(i + 2), t);
  return mix(kHollow, (kEarHeight / 64) * p, r);
}

// How far each ring stands out of the ear's plane, mm: behind and above (concha, antihelix, the
// groove, helix, its back), in front (tragus, then into the cheek), and on the lobe.
struct Ring {
  float r, behind, front, lobe;
};
constexpr std::array<Ring, 14> kRings{{{0.12f, -3.5f, -3.5f, -3},
                                       {0.28f, -3.2f, -3, -1.5f},
                                       {0.42f, -1.0f, -0.5f, 0.5f},
                                       {0.52f, 2.2f, 2.5f, 1.6f},
                                       {0.60f, 3.8f, 3.2f, 2.0f},
                                       {0.68f, 3.4f, 2.2f, 2.2f},
                                       {0.76f, 1.6f, 1.0f, 2.4f},
                                       {0.83f, 1.0f, 0.2f, 2.4f},
                                       {0.89f, 3.2f, -0.4f, 2.2f},
                                       {0.95f, 5.0f, -1.0f, 1.8f},
                                       {1.0f, 3.8f, -1.8f, 0.8f},
                                       {0.98f, 1.4f, -2.6f, -0.8f},
                                       {0.86f, -0.6f, -3.4f, -1.6f},
                                       {0.6f, -7, -7, -7}}};

float rise_of(const Ring& ring, Vec o) {
  const float front = smooth(-2, -8, o.x) * smooth(25, 13, o.y);
  const float lobe = smooth(-15, -24, o.y);
  const float tragus = ring.r > 0.4f && ring.r < 0.8f ? bell(o.y + 5, 7) : 1.0f;
  const float before = ring.front > 0 ? ring.front * tragus : ring.front;
  return mix(mix(ring.behind, before, front), ring.lobe, lobe * (1 - 0.6f * front));
}

}  // namespace

void add_ear(HeadMesh& mesh) {
  constexpr int kAround = 40;
  constexpr float kFlare = 0.36f, kLean = 0.14f;  // radians
  std::vector<uint32_t> previous;
  Point centre;
  centre.part = Part::kEar;
  for (size_t k = 0; k < kRings.size(); ++k) {
    std::vector<uint32_t> ring;
    for (int i = 0; i < kAround; ++i) {
      const Vec o = outline(static_cast<float>(i) / kAround, kRings[k].r);
      const float u = o.x * std::cos(kLean) + o.y * std::sin(kLean);
      const float out = rise_of(kRings[k], o) + (u + 11) * std::sin(kFlare);
      Point point = centre;
      point.s = kRings[k].r;
      point.t = k >= 11 ? 1.0f : 0.0f;
      point.p = kEar + Vec{out + 2.0f, o.y * std::cos(kLean), -u * std::cos(kFlare)};
      // The front edge follows the side of the head; the back hangs straight down.
      const float near = skin_on_ray({0, point.p.y, point.p.z}, {1, 0, 0}).x;
      const float straight = skin_on_ray({0, std::max(point.p.y, -22.0f), point.p.z}, {1, 0, 0}).x;
      point.p.x += 0.9f * (mix(near, straight, smooth(-11, 2, u)) - kEar.x);
      ring.push_back(mesh.add(point));
    }
    if (k == 0) {
      Vec mean;
      for (const uint32_t i : ring) mean += mesh.points[i].p;
      centre.p = (1.0f / kAround) * mean - Vec{1, 0, 0};
      centre.s = 0;
      const uint32_t hollow = mesh.add(centre);
      for (size_t i = 0; i < ring.size(); ++i) {
        mesh.triangles.push_back({hollow, ring[i], ring[(i + 1) % ring.size()]});
      }
    } else {
      mesh.strip(ring, previous, true);
    }
    previous = ring;
  }
}

}  // namespace flowtalk::face::builtin
