// Lids, their rims and lashes, the eyeball with iris and pupil.
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
  return up * (-1.2f * bell(f - 0.38f, 0.06f) + 2.6f * bell(f - 0.62f, 0.15f));
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

Vec lid_outline(float angle, float f) { return mix(margin(angle), orbit(angle), f); }

Point lid_point(float angle, float f) {
  const Vec at = lid_outline(angle, f);
  const Vec skin = skin_from_front(kEye.x + at.x, kEye.y + at.y);
  const float lid = kEye.z + lid_depth(at.x, at.y);
  Point point;
  point.p = {skin.x, skin.y, mix(lid, skin.z, smooth(0.15f, 0.75f, f)) + fold(f, angle)};
  point.side = std::sin(angle) >= 0 ? 1 : -1;
  point.t = f;
  point.s = std::cos(angle);
  return point;
}

std::vector<uint32_t> add_lid_rings(HeadMesh& mesh) {
  constexpr std::array<float, 9> kFractions{0,     0.09f, 0.19f, 0.30f, 0.40f,
                                            0.50f, 0.61f, 0.76f, 0.95f};
  std::vector<std::vector<uint32_t>> rings;
  for (const float f : kFractions) {
    std::vector<uint32_t> ring;
    for (int i = 0; i < kAround; ++i) {
      const float a = 2 * kPi * static_cast<float>(i) / kAround;
      Point point = lid_point(a, f);
      point.side = static_cast<int8_t>(i == 0 || i == kAround / 2 ? 0 : i < kAround / 2 ? 1 : -1);
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
      point.t = radius > kEyeballRadius ? -1.0f : 0.0f;  // where the lid meets the ball
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

// Single hairs, thin triangles: they stand on the margin (the first ring of the
// skin) and move with it.
void add_lashes(HeadMesh& mesh) {
  struct Row {
    bool upper;
    int count;
    float length, first, last;  // mm; angles around the opening, degrees
  };
  for (const Row& row : {Row{true, 46, 8.0f, 16, 160}, Row{false, 26, 4.0f, 205, 335}}) {
    for (int i = 0; i < row.count; ++i) {
      const float u = static_cast<float>(i) / static_cast<float>(row.count - 1);
      const float jitter = std::sin(12.9898f * static_cast<float>(i + 1)) * 0.5f;
      const float degrees = mix(row.first, row.last, u) + 2.2f * jitter;
      const float place = degrees / 360 * kAround;
      const auto below = static_cast<uint32_t>(place);
      const uint32_t anchor = static_cast<uint32_t>(place + 0.5f) % kAround;
      const Vec root = mix(mesh.points[below].p, mesh.points[(below + 1) % kAround].p,
                           place - static_cast<float>(below)) +
                       Vec{0, 0, -0.1f};
      const float x = (root.x - kEye.x) / 15;
      const float length =
          row.length * (0.85f + 0.25f * jitter) * (0.75f + 0.25f * x) * (1 - 0.25f * x * x);
      const float up = row.upper ? 1.0f : -1.0f;
      const Vec out =
          normalized({0.6f * x + 0.2f * jitter, (row.upper ? 0.55f : 0.4f) * up, 0.75f});
      Point point;
      point.part = Part::kLash;
      point.anchor = static_cast<int>(anchor);
      std::array<uint32_t, 3> v;
      constexpr Vec kHalf{0.26f, 0, 0};
      const std::array<Vec, 3> corners{root - up * kHalf, root + up * kHalf, root + length * out};
      for (size_t k = 0; k < v.size(); ++k) {
        point.p = corners[k];
        v[k] = mesh.add(point);
      }
      mesh.triangles.push_back(v);  // seen from the front
    }
  }
}

}  // namespace

void add_eyes(HeadMesh& mesh) {
  add_lid_rims(mesh);
  add_eyeball(mesh);
  add_lashes(mesh);
}

}  // namespace flowtalk::face::builtin
