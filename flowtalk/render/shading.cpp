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

constexpr std::array<Light, 3> kLights = {
    Light{unit({-0.50f, 0.55f, 0.75f}), {0.92f, 0.86f, 0.78f}},
    Light{unit({0.80f, 0.10f, 0.60f}), {0.20f, 0.23f, 0.27f}},
    Light{unit({0.65f, 0.40f, -0.65f}), {0.70f, 0.74f, 0.80f}}};
constexpr Vec3 kSky = {0.30f, 0.31f, 0.34f}, kGround = {0.13f, 0.10f, 0.09f};
constexpr Vec3 kScatterWidth = {0.42f, 0.18f, 0.10f};  // red travels furthest in skin

struct Microfacet {
  float alpha2, reflectance;
};

// GGX highlight with Schlick's Fresnel and the visibility term of Karis (SIGGRAPH 2013 notes).
[[gnu::always_inline]] inline float highlight(const Microfacet& m, float n_l, float n_v, float n_h,
                                              float v_h) {
  const float d = n_h * n_h * (m.alpha2 - 1.0f) + 1.0f;
  const float miss = 1.0f - v_h, miss2 = miss * miss;
  const float fresnel = m.reflectance + (1.0f - m.reflectance) * miss2 * miss2 * miss;
  const float k = 0.5f * std::sqrt(m.alpha2) + 1e-4f;
  const float visibility = 1.0f / ((n_l * (1.0f - k) + k) * (n_v * (1.0f - k) + k) * 4.0f);
  return m.alpha2 / (d * d) * fresnel * visibility * n_l;
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
      return {0.028f, 0.48f, 1.0f};
    case kLips:
      return {0.040f, 0.33f, 0.8f};
    case kBrow:
      return {0.015f, 0.70f, 0.1f};
    case kEyeball:
      return {0.045f, 0.10f, 0.2f};
    case kTeeth:
      return {0.050f, 0.22f, 0.4f};
    case kTongue:
      return {0.040f, 0.35f, 0.6f};
    case kMouthInside:
      return {0.030f, 0.45f, 0.4f};
    case kHair:
      return {0.020f, 0.60f, 0.0f};
  }
  FT_CHECK(false, "material {}", static_cast<int>(material));
}

const std::array<Light, 3>& studio_lights() { return kLights; }

FLOWTALK_CLONES void shade(ShadeBatch& batch) {
  const auto& a = batch.attribute;
  for (size_t i = 0; i < kBatch; ++i) {
    float nx = a[kNormalX][i], ny = a[kNormalY][i], nz = a[kNormalZ][i];
    const float n_scale = 1.0f / std::sqrt(nx * nx + ny * ny + nz * nz + 1e-12f);
    nx *= n_scale;
    ny *= n_scale;
    nz *= n_scale;
    float vx = batch.view_x[i], vy = batch.view_y[i];
    const float vz = 1.0f / std::sqrt(vx * vx + vy * vy + 1.0f);
    vx *= vz;
    vy *= vz;
    const float n_v = std::max(0.02f, nx * vx + ny * vy + nz * vz);
    const float alpha = a[kRoughness][i] * a[kRoughness][i];
    const Microfacet facet{alpha * alpha, a[kReflectance][i]};
    const float ambient = a[kAmbient][i], scatter = a[kScatter][i];

    const float up = 0.5f + 0.5f * ny;
    float diffuse[3], specular[3];
    for (size_t c = 0; c < 3; ++c) {
      diffuse[c] = ambient * (kGround[c] + (kSky[c] - kGround[c]) * up);
      specular[c] = 0.0f;
    }
    for (size_t l = 0; l < kLights.size(); ++l) {
      const Light& light = kLights[l];
      const float reach = l == 0 ? a[kKeyLight][i] : 0.25f + 0.75f * ambient;
      const float n_l = nx * light.direction[0] + ny * light.direction[1] + nz * light.direction[2];
      float hx = vx + light.direction[0], hy = vy + light.direction[1],
            hz = vz + light.direction[2];
      const float h_scale = 1.0f / std::sqrt(hx * hx + hy * hy + hz * hz + 1e-6f);
      hx *= h_scale;
      hy *= h_scale;
      hz *= h_scale;
      const float n_h = std::max(0.0f, nx * hx + ny * hy + nz * hz);
      const float v_h = std::max(0.0f, vx * hx + vy * hy + vz * hz);
      const float shine = reach * highlight(facet, std::max(0.0f, n_l), n_v, n_h, v_h);
      for (size_t c = 0; c < 3; ++c) {
        const float wrap = scatter * kScatterWidth[c];
        const float lit = std::max(0.0f, (n_l + wrap) / (1.0f + wrap));
        diffuse[c] += reach * light.colour[c] * lit;
        specular[c] += light.colour[c] * shine;
      }
    }
    for (size_t c = 0; c < 3; ++c) {
      batch.colour[c][i] = shoulder(a[kRed + c][i] * diffuse[c] + specular[c]);
    }
  }
}

}  // namespace flowtalk::render
