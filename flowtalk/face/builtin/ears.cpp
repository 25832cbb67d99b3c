// The outer ear: rings from the hollow of the concha over the rim to its back.
#include "flowtalk/face/builtin/head_mesh.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

using namespace measure;

// Outline of the ear in its own plane: u backwards, v up; r = 1 on the rim.
Vec outline(float a, float r) {
  // Round on top, blunt at the lobe: a superellipse below, an ellipse above.
  const float ca = std::cos(a), sa = std::sin(a);
  const float blunt = sa < 0 ? 0.66f : 0.88f;
  const float v = sa < 0 ? -0.42f * kEarHeight * std::pow(-sa, 0.62f) : 0.5f * kEarHeight * sa;
  const float narrow = mix(0.64f, 1.06f, smooth(-0.45f * kEarHeight, 0.25f * kEarHeight, v));
  const float reach = ca > 0 ? 1.0f : 0.72f;
  const float u =
      0.5f * kEarWidth * narrow * reach * std::copysign(std::pow(std::abs(ca), blunt), ca);
  const Vec hollow{-2.5f, -3.0f, 0};  // the rings close in on the concha
  return mix(hollow, {u, v, 0}, r);
}

}  // namespace

void add_ear(HeadMesh& mesh) {
  constexpr int kAround = 30;
  constexpr std::array<float, 12> kRing{0.12f, 0.3f,  0.46f, 0.58f, 0.7f,  0.8f,
                                        0.89f, 0.96f, 1.0f,  0.97f, 0.85f, 0.6f};
  constexpr std::array<float, 12> kRise{-3.0f, -2.0f, 1.5f, 4.6f, 4.4f, 3.0f,
                                        4.4f,  6.2f,  5.0f, 3.0f, 0.5f, -6.0f};
  constexpr float kFlare = 0.30f, kLean = 0.12f;  // radians
  std::vector<uint32_t> previous;
  Point centre;
  centre.part = Part::kEar;
  uint32_t hollow = 0;
  for (size_t k = 0; k < kRing.size(); ++k) {
    std::vector<uint32_t> ring;
    for (int i = 0; i < kAround; ++i) {
      const float a = 2 * kPi * static_cast<float>(i) / kAround;
      const Vec o = outline(a, kRing[k]);
      const float front = smooth(-2.0f, -13.0f, o.x);  // towards the cheek the ear melts into it
      const float lobe = smooth(-14.0f, -24.0f, o.y);
      float rise = mix(kRise[k], std::min(kRise[k], 2.2f), lobe);
      rise = mix(rise, rise - 4.5f, front * (1 - smooth(12, 24, o.y)));
      if (k >= 3 && k <= 5) rise += 2.5f * bell(o.y + 6, 6) * front;  // tragus
      const float u = o.x * std::cos(kLean) + o.y * std::sin(kLean);
      const float out = rise + (u + 15) * std::sin(kFlare);
      Point point = centre;
      point.s = kRing[k];
      point.t = k >= 9 ? 1.0f : 0.0f;
      point.p = kEar + Vec{out, o.y * std::cos(kLean), -u * std::cos(kFlare)};
      // The front edge follows the side of the head; the back hangs straight down.
      const float near = skin_on_ray({0, point.p.y, point.p.z}, {1, 0, 0}).x;
      const float straight = skin_on_ray({0, std::max(point.p.y, -22.0f), point.p.z}, {1, 0, 0}).x;
      point.p.x += 0.85f * (mix(near, straight, smooth(-11, 2, u)) - kEar.x);
      ring.push_back(mesh.add(point));
    }
    if (k == 0) {
      Vec mean;
      for (const uint32_t i : ring) mean += mesh.points[i].p;
      centre.p = (1.0f / kAround) * mean - Vec{1, 0, 0};
      centre.s = 0;
      hollow = mesh.add(centre);
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
