// Lids, their rims and lashes, the eyeball with iris and pupil, the brow.
#include "flowtalk/face/builtin/head_mesh.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

using namespace measure;

constexpr int kAround = 40;  // points per ring of the lids

float across(float x) {  // 0 at the inner corner, 1 at the outer
  return std::clamp((x - kInnerCanthus) / (kOuterCanthus - kInnerCanthus), 0.0f, 1.0f);
}
float canthus_line(float x) { return mix(kInnerCanthusY, kOuterCanthusY, across(x)); }

// Angle around the opening -> point of the margin, front view, relative to the eye.
Vec margin(float a) {
  const float x = mix(kInnerCanthus, kOuterCanthus, 0.5f + 0.5f * std::cos(a));
  return {x, std::sin(a) >= 0 ? upper_margin(x) : lower_margin(x), 0};
}
Vec orbit(float a) { return {1.5f + 20.5f * std::cos(a), 0.5f + 14.0f * std::sin(a), 0}; }

// Depth of the fold of the upper lid at fraction f of the way from margin to orbit.
float fold(float f, float a) {
  const float up = smooth(0.15f, 0.7f, std::sin(a));
  return up * (-1.5f * bell(f - 0.40f, 0.07f) + 1.0f * bell(f - 0.60f, 0.12f));
}

}  // namespace

float upper_margin(float x) {
  const float u = across(x);
  return canthus_line(x) + (kUpperLid + 0.4f) * std::pow(4 * u * (1 - u), 0.72f);
}
float lower_margin(float x) {
  const float u = std::pow(across(x), 1.15f);
  return canthus_line(x) + (kLowerLid + 0.3f) * std::pow(4 * u * (1 - u), 0.85f);
}
float closed_margin(float x) { return mix(lower_margin(x), upper_margin(x), 0.12f); }

float lid_depth(float x, float y) {
  const float rx = x < 0 ? 16.6f : 15.9f;
  return 13.2f * std::sqrt(std::max(0.02f, 1 - x * x / (rx * rx) - y * y / 196.0f));
}

std::vector<uint32_t> add_lid_rings(HeadMesh& mesh) {
  constexpr std::array<float, 9> kFractions{0,     0.09f, 0.19f, 0.30f, 0.40f,
                                            0.50f, 0.61f, 0.76f, 0.95f};
  std::vector<std::vector<uint32_t>> rings;
  for (const float f : kFractions) {
    std::vector<uint32_t> ring;
    for (int i = 0; i < kAround; ++i) {
      const float a = 2 * kPi * static_cast<float>(i) / kAround;
      const Vec at = mix(margin(a), orbit(a), f);
      const Vec skin = skin_from_front(kEye.x + at.x, kEye.y + at.y);
      const float lid = kEye.z + lid_depth(at.x, at.y);
      Point point;
      point.p = {skin.x, skin.y, mix(lid, skin.z, smooth(0.15f, 0.75f, f)) + fold(f, a)};
      point.side = static_cast<int8_t>(i == 0 || i == kAround / 2 ? 0 : i < kAround / 2 ? 1 : -1);
      point.t = f;
      point.s = std::cos(a);
      ring.push_back(mesh.add(point));
    }
    rings.push_back(ring);
  }
  for (size_t k = 0; k + 1 < rings.size(); ++k) mesh.strip(rings[k + 1], rings[k], true);
  return rings.back();
}

namespace {

// The thickness of the lids: from the margin (the first ring of the skin) back to the eyeball.
void add_lid_rims(HeadMesh& mesh) {
  std::vector<uint32_t> previous(kAround);
  for (uint32_t i = 0; i < kAround; ++i) previous[i] = i;
  for (const float radius : {kEyeballRadius + 0.1f, kEyeballRadius - 2.5f}) {
    std::vector<uint32_t> ring;
    for (uint32_t i = 0; i < kAround; ++i) {
      Point point = mesh.points[i];
      Vec q = point.p - kEye;
      q.z = 0;
      q = std::min(1.0f, 0.975f * radius / length(q)) * q;  // in the corners, inwards to the ball
      q.z = std::sqrt(radius * radius - dot(q, q));
      point.p = kEye + q;
      point.part = Part::kLidRim;
      point.anchor = static_cast<int>(i);
      ring.push_back(mesh.add(point));
    }
    mesh.strip(previous, ring, true);
    previous = ring;
  }
}

// Rings around the line of sight; s is the distance from it in iris radii.
void add_eyeball(HeadMesh& mesh) {
  constexpr int kSegments = 28;
  constexpr std::array<float, 14> kRings{0.19f, 0.385f, 0.43f, 0.58f, 0.73f, 0.87f,   0.97f,
                                         1.05f, 1.25f,  1.5f,  1.75f, 1.95f, 2.0333f, 0};
  Point pole;
  pole.part = Part::kEyeball;
  const auto place = [](Vec q) {  // the line of sight leans towards the nose
    const float c = std::cos(kVergence), s = std::sin(kVergence);
    return kEye + Vec{c * q.x - s * q.z, q.y, s * q.x + c * q.z};
  };
  pole.p = place({0, 0, kEyeballRadius});
  const uint32_t front = mesh.add(pole);
  std::vector<uint32_t> previous;
  for (size_t k = 0; k < kRings.size(); ++k) {
    const float r = std::min(kRings[k] * kIrisRadius, kEyeballRadius);
    const bool back = k + 1 == kRings.size();
    std::vector<uint32_t> ring;
    for (int i = 0; i < kSegments; ++i) {
      const float a = 2 * kPi * static_cast<float>(i) / kSegments;
      Point point = pole;
      point.s = back ? 3 : kRings[k];
      const float q = back ? 0.7f * kEyeballRadius : r;
      const float z = std::sqrt(kEyeballRadius * kEyeballRadius - q * q);
      point.p = place({q * std::cos(a), q * std::sin(a), back ? -z : z});
      ring.push_back(mesh.add(point));
    }
    if (k == 0) {
      for (size_t i = 0; i < ring.size(); ++i) {
        mesh.triangles.push_back({front, ring[i], ring[(i + 1) % ring.size()]});
      }
    } else {
      mesh.strip(ring, previous, true);
    }
    previous = ring;
  }
  pole.s = 3;
  pole.p = place({0, 0, -kEyeballRadius});
  const uint32_t rear = mesh.add(pole);
  for (size_t i = 0; i < previous.size(); ++i) {
    mesh.triangles.push_back({rear, previous[(i + 1) % previous.size()], previous[i]});
  }
}

}  // namespace

void add_eyes(HeadMesh& mesh) {
  add_lid_rims(mesh);
  add_eyeball(mesh);
}

void add_brow(HeadMesh& mesh) {
  // A tapering arch, slightly raised; its edges lie under the skin.
  constexpr int kColumns = 44;
  constexpr std::array<float, 5> kAcross{-1, -0.72f, 0, 0.72f, 1};
  constexpr std::array<float, 5> kHeight{-0.35f, 0.18f, 0.45f, 0.18f, -0.35f};
  std::vector<uint32_t> previous;
  for (int i = 0; i <= kColumns; ++i) {
    const float u = static_cast<float>(i) / kColumns;
    const float x = mix(10.5f, 50.0f, u);
    const float arch = 15.2f + 7.2f * std::sin(kPi * std::pow(u, 0.85f) * 0.78f) - 2.6f * u * u;
    const float half =
        0.25f + 4.1f * std::pow(1 - u, 0.55f) * smooth(-0.12f, 0.16f, u) * mix(1, 0.75f, u);
    std::vector<uint32_t> row;
    for (size_t k = 0; k < kAcross.size(); ++k) {
      Point point;
      const Vec skin = skin_from_front(x, arch + half * kAcross[k]);
      const float taper = smooth(-0.02f, 0.1f, u) * smooth(1.02f, 0.85f, u);
      point.p = skin + (kHeight[k] < 0 ? kHeight[k] : kHeight[k] * taper - 0.7f * (1 - taper)) *
                           skin_normal(skin);
      point.part = Part::kBrow;
      point.s = u;
      point.t = kAcross[k];
      row.push_back(mesh.add(point));
    }
    if (!previous.empty()) {
      for (size_t k = 0; k + 1 < row.size(); ++k)
        mesh.quad(previous[k], row[k], row[k + 1], previous[k + 1]);
    }
    previous = row;
  }
}

}  // namespace flowtalk::face::builtin
