#include "flowtalk/render/shading.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/render/simd.h"

namespace flowtalk::render {
namespace {

constexpr Vec3 unit(Vec3 v) {
  // Newton's square root, so that the rig is a constant.
  const float square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
  float root = 1.0f;
  for (int i = 0; i < 20; ++i) root = 0.5f * (root + square / root);
  return {v[0] / root, v[1] / root, v[2] / root};
}

constexpr std::array<Light, kLightCount> kLights = {
    Light{unit({-0.52f, 0.58f, 0.70f}), {0.98f, 0.92f, 0.84f}},
    Light{unit({0.85f, 0.05f, 0.60f}), {0.17f, 0.19f, 0.22f}},
    Light{unit({0.75f, 0.30f, -0.70f}), {0.50f, 0.53f, 0.58f}},
    Light{unit({-0.80f, 0.25f, -0.65f}), {0.26f, 0.28f, 0.31f}}};
constexpr Vec3 kSky = {0.27f, 0.28f, 0.31f}, kGround = {0.12f, 0.095f, 0.085f};
constexpr Vec3 kScatterWidth = {0.32f, 0.16f, 0.10f};  // red travels furthest in skin

// One point to be lit: unit normal n, unit direction v to the eye, and its finish.
struct Point {
  float nx, ny, nz, vx, vy, vz, n_v;
  float alpha, reflectance, scatter;
};
struct Sum {
  float diffuse[3], specular[3];
};

// Wrapped Lambert plus a GGX highlight with Schlick's Fresnel and the visibility term of Karis
// (SIGGRAPH 2013 course notes). reach: share of the light that arrives.
[[gnu::always_inline]] inline void add_light(const Light& light, float reach, const Point& p,
                                             Sum& sum) {
  const float lx = light.direction[0], ly = light.direction[1], lz = light.direction[2];
  const float n_l = p.nx * lx + p.ny * ly + p.nz * lz;
  const float hx = p.vx + lx, hy = p.vy + ly, hz = p.vz + lz;
  const float h_scale = 1.0f / std::sqrt(hx * hx + hy * hy + hz * hz + 1e-6f);
  const float n_h = std::max(0.0f, (p.nx * hx + p.ny * hy + p.nz * hz) * h_scale);
  const float v_h = std::max(0.0f, (p.vx * hx + p.vy * hy + p.vz * hz) * h_scale);
  const float facing = std::max(0.0f, n_l);
  const float alpha2 = p.alpha * p.alpha;
  const float d = n_h * n_h * (alpha2 - 1.0f) + 1.0f;
  const float miss = 1.0f - v_h, miss2 = miss * miss;
  const float fresnel = p.reflectance + (1.0f - p.reflectance) * (miss2 * miss2 * miss);
  const float k = 0.5f * p.alpha;
  const float spread = 4.0f * (facing * (1.0f - k) + k) * (p.n_v * (1.0f - k) + k) * d * d;
  const float shine = reach * alpha2 * fresnel * facing / spread;
  for (size_t c = 0; c < 3; ++c) {
    const float wrap = p.scatter * kScatterWidth[c];
    sum.diffuse[c] += reach * light.colour[c] * std::max(0.0f, (n_l + wrap) / (1.0f + wrap));
    sum.specular[c] += light.colour[c] * shine;
  }
}

// Leaves 0..0.7 as it is and bends what is brighter towards 1.
[[gnu::always_inline]] inline float shoulder(float x) {
  constexpr float kKnee = 0.7f, kRange = 1.0f - kKnee;
  const float over = std::max(0.0f, x - kKnee);
  return std::min(x, kKnee) + kRange * over / (over + kRange);
}

}  // namespace

Finish finish_of(face::Material material) {
  using enum face::Material;
  switch (material) {
    case kSkin:
      return {0.026f, 0.53f, 1.0f, 0.15f, 0.0f};
    case kLips:
      return {0.040f, 0.33f, 0.8f, 0.45f, 0.0f};
    case kBrow:
      return {0.015f, 0.70f, 0.1f, 0.3f, 0.0f};
    case kEyeball:
      return {0.045f, 0.17f, 0.2f, 0.3f, 0.55f};
    case kTeeth:
      return {0.050f, 0.22f, 0.4f, 0.0f, 0.0f};
    case kTongue:
      return {0.040f, 0.35f, 0.6f, 0.0f, 0.0f};
    case kMouthInside:
      return {0.030f, 0.45f, 0.4f, 0.0f, 0.0f};
    case kHair:
      return {0.020f, 0.60f, 0.0f, 0.3f, 0.0f};
  }
  FT_CHECK(false, "material {}", static_cast<int>(material));
}

const std::array<Light, kLightCount>& studio_lights() { return kLights; }

FLOWTALK_CLONES void shade(ShadeBatch& batch) {
  const auto& a = batch.attribute;
  for (size_t i = 0; i < kBatch; ++i) {
    const float nx = a[kNormalX][i], ny = a[kNormalY][i], nz = a[kNormalZ][i];
    const float n_scale = 1.0f / std::sqrt(nx * nx + ny * ny + nz * nz + 1e-12f);
    const float sx = batch.view_x[i], sy = batch.view_y[i];
    const float v_scale = 1.0f / std::sqrt(sx * sx + sy * sy + 1.0f);
    Point p;
    p.nx = nx * n_scale;
    p.ny = ny * n_scale;
    p.nz = nz * n_scale;
    p.vx = sx * v_scale;
    p.vy = sy * v_scale;
    p.vz = v_scale;
    p.n_v = std::max(0.02f, p.nx * p.vx + p.ny * p.vy + p.nz * p.vz);
    p.alpha = a[kRoughness][i] * a[kRoughness][i] + 1e-4f;
    p.reflectance = a[kReflectance][i];
    p.scatter = a[kScatter][i];

    const float ambient = a[kAmbient][i], up = 0.5f + 0.5f * p.ny;
    Sum sum;
    for (size_t c = 0; c < 3; ++c) {
      sum.diffuse[c] = ambient * (kGround[c] + (kSky[c] - kGround[c]) * up);
      sum.specular[c] = 0.0f;
    }
    const float open = 0.12f + 0.88f * ambient;
    add_light(kLights[0], a[kKeyLight][i], p, sum);
    add_light(kLights[1], open, p, sum);
    add_light(kLights[2], open * open, p, sum);
    add_light(kLights[3], open * open, p, sum);
    for (size_t c = 0; c < 3; ++c) {
      batch.colour[c][i] = shoulder(a[kRed + c][i] * sum.diffuse[c] + sum.specular[c]);
    }
  }
}

}  // namespace flowtalk::render
