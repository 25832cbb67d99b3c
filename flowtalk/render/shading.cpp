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

constexpr Rig kStudio = {{unit({-0.50f, 0.56f, 0.74f}), {0.96f, 0.90f, 0.83f}},
                         {unit({0.80f, 0.10f, 0.62f}), {0.215f, 0.21f, 0.22f}},
                         {Light{unit({0.80f, 0.35f, -0.45f}), {0.85f, 0.90f, 1.00f}},
                          Light{unit({-0.85f, 0.30f, -0.40f}), {0.40f, 0.42f, 0.46f}}},
                         {0.315f, 0.305f, 0.31f},
                         {0.155f, 0.125f, 0.11f},
                         {0.34f, 0.17f, 0.11f}};
constexpr Rig kWhiteStudio = {{unit({-0.42f, 0.60f, 0.72f}), {0.90f, 0.90f, 0.90f}},
                              {unit({0.80f, 0.10f, 0.62f}), {0.20f, 0.20f, 0.20f}},
                              {Light{unit({0.80f, 0.35f, -0.45f}), {0.0f, 0.0f, 0.0f}},
                               Light{unit({-0.85f, 0.30f, -0.40f}), {0.0f, 0.0f, 0.0f}}},
                              {0.36f, 0.36f, 0.36f},
                              {0.17f, 0.17f, 0.17f},
                              {0.12f, 0.12f, 0.12f}};
constexpr float kStrandShade = 0.55f;  // full contrast darkens and lightens by this share
// Of a painted brow, in its lengths: half of its height where it is highest, and how soft its edges
// are.
constexpr float kBrowHalf = 0.085f, kBrowSoft = 0.05f;
constexpr float kBleed = 0.45f;  // light that scatters into the edge of a shadow, red the furthest

// One point to be lit: unit normal n, unit direction v to the eye, and its finish.
struct Point {
  float nx, ny, nz, vx, vy, vz;
  float n_v_signed, n_v;  // n_v at least a little
  float alpha, reflectance, scatter;
  float wrap[3], wrapped[3];  // how far each colour wraps around, and 1 / (1 + that)
};
struct Sum {
  float diffuse[3], specular[3];
};

float facing(const Light& light, const Point& p) {
  return p.nx * light.direction[0] + p.ny * light.direction[1] + p.nz * light.direction[2];
}

// A GGX highlight with Schlick's Fresnel and the visibility term of Karis (SIGGRAPH 2013 course
// notes), for a white light of 1 at n_l to the normal. The half vector h = (v + l) / |v + l| is
// never made: |v + l|^2 = 2 + 2 v.l, so that v.h and n.h follow from v.l, n.v and n.l.
[[gnu::always_inline]] inline float highlight(const Light& light, float n_l, const Point& p) {
  const auto& l = light.direction;
  const float half2 = 2.0f + 2.0f * (p.vx * l[0] + p.vy * l[1] + p.vz * l[2]) + 1e-6f;
  const float v_h = 0.5f * std::sqrt(half2);
  const float n_half = std::max(0.0f, p.n_v_signed + n_l);
  const float lit = std::max(0.0f, n_l);
  const float alpha2 = p.alpha * p.alpha;
  const float d = n_half * n_half * (alpha2 - 1.0f) + half2;  // times |v + l|^2
  const float miss = 1.0f - v_h, miss2 = miss * miss;
  const float fresnel = p.reflectance + (1.0f - p.reflectance) * (miss2 * miss2 * miss);
  const float k = 0.5f * p.alpha;
  const float spread = 4.0f * (lit * (1.0f - k) + k) * (p.n_v * (1.0f - k) + k) * d * d;
  return alpha2 * fresnel * lit * half2 * half2 / spread;
}

// Wrapped Lambert, and the highlight. reach: share of the light that arrives; gloss: of the
// highlight that the surroundings let through.
[[gnu::always_inline]] inline void add_light(const Light& light, const Vec3& scatter_width,
                                             float reach, float gloss, const Point& p, Sum& sum) {
  const float n_l = facing(light, p);
  const float shine = reach * gloss * highlight(light, n_l, p);
  const float bleed = kBleed * p.scatter * reach * (1.0f - reach);
  for (size_t c = 0; c < 3; ++c) {
    const float arrives = reach + bleed * (scatter_width[c] / scatter_width[0]);
    const float lit = std::max(0.0f, (n_l + p.wrap[c]) * p.wrapped[c]);
    sum.diffuse[c] += arrives * light.colour[c] * lit;
    sum.specular[c] += light.colour[c] * shine;
  }
}

[[gnu::always_inline]] inline void add_rim(const Light& light, float open, const Point& p,
                                           Sum& sum) {
  const float graze = 1.0f - p.n_v;
  const float lit = open * open * graze * graze * std::max(0.0f, facing(light, p));
  for (size_t c = 0; c < 3; ++c) sum.diffuse[c] += light.colour[c] * lit;
}

// Light that a hollow's own walls throw about, after the fit of Jimenez and others ("Practical
// real-time strategies for accurate indirect occlusion", SIGGRAPH 2016): bright walls are darkened
// less than `open` says.
[[gnu::always_inline]] inline float bounced(float open, float albedo) {
  const float a = 2.0404f * albedo - 0.3324f;
  const float b = -4.7951f * albedo + 0.6417f;
  const float c = 2.7552f * albedo + 0.6903f;
  return std::max(open, ((open * a + b) * open + c) * open);
}

// -1..1 for each whole number, 0 for 0 (multiplications and shifts of Wellons' lowbias32).
[[gnu::always_inline]] inline float scattered(int32_t i) {
  uint32_t h = static_cast<uint32_t>(i);
  h = (h ^ (h >> 16)) * 0x7feb352du;
  h = (h ^ (h >> 15)) * 0x846ca68bu;
  return static_cast<float>(static_cast<int32_t>(h ^ (h >> 16))) * 0x1p-31f;
}
// A smooth curve through those values.
[[gnu::always_inline]] inline float wander(float s) {
  const float below = std::floor(s);
  const auto i = static_cast<int32_t>(below);
  const float t = s - below, u = t * t * (3.0f - 2.0f * t);
  const float a = scattered(i);
  return a + (scattered(i + 1) - a) * u;
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
      return {0.030f, 0.50f, 1.0f, 0.15f, 0.0f};
    case kLips:
      return {0.034f, 0.38f, 0.8f, 0.45f, 0.0f};
    case kLash:
      return {0.022f, 0.55f, 0.8f, 0.3f, 0.0f};
    case kEyeball:
      return {0.045f, 0.17f, 0.2f, 0.3f, 0.55f};
    case kTear:
      return {0.060f, 0.12f, 0.5f, 0.4f, 0.4f};
    case kTeeth:
      return {0.050f, 0.22f, 0.4f, 0.0f, 0.0f};
    case kTongue:
      return {0.040f, 0.35f, 0.6f, 0.0f, 0.0f};
    case kMouthInside:
      return {0.030f, 0.45f, 0.4f, 0.0f, 0.0f};
    case kCloth:
      return {0.020f, 0.80f, 0.15f, 0.0f, 0.0f};
    case kHair:
      return {0.020f, 0.60f, 0.0f, 0.3f, 0.0f};
  }
  FT_CHECK(false, "material {}", static_cast<int>(material));
}

Finish clay_finish(face::Material material) {
  const Finish f = finish_of(material);
  return {0.02f, 0.75f, 0.3f, f.least_ambient, f.least_key};
}

std::string text_of(Look look) { return look == Look::kGrey ? "grey" : "natural"; }

std::vector<std::string> all_texts(Look) { return {text_of(Look::kNatural), text_of(Look::kGrey)}; }

void from_text(const std::string& text, Look& look) {
  for (const Look known : {Look::kNatural, Look::kGrey}) {
    if (text != text_of(known)) continue;
    look = known;
    return;
  }
  fail("expected natural or grey, got '{}'", text);
}

const Rig& studio(Look look) { return look == Look::kGrey ? kWhiteStudio : kStudio; }

FLOWTALK_WIDE_CLONES void shade(const Rig& rig, float strand_contrast, size_t count,
                                ShadeBatch& batch) {
  const auto& a = batch.attribute;
  const size_t end = count / kShadedTogether * kShadedTogether;
  for (size_t i = 0; i < end; ++i) {
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
    p.n_v_signed = p.nx * p.vx + p.ny * p.vy + p.nz * p.vz;
    p.n_v = std::max(0.02f, p.n_v_signed);
    p.alpha = a[kRoughness][i] * a[kRoughness][i] + 1e-4f;
    p.reflectance = a[kReflectance][i];
    p.scatter = a[kScatter][i];
    for (size_t c = 0; c < 3; ++c) {
      p.wrap[c] = p.scatter * rig.scatter_width[c];
      p.wrapped[c] = 1.0f / (1.0f + p.wrap[c]);
    }

    const float s = a[kStrand][i];
    const float strand =
        1.0f + strand_contrast * kStrandShade * (0.6f * wander(s) + 0.4f * wander(0.31f * s));
    const float ambient = a[kAmbient][i], up = 0.5f + 0.5f * p.ny;
    Sum sum;
    for (size_t c = 0; c < 3; ++c) {
      const float around = rig.ground[c] + (rig.sky[c] - rig.ground[c]) * up;
      sum.diffuse[c] = bounced(ambient, a[kRed + c][i]) * around;
      sum.specular[c] = 0.0f;
    }
    const float open = 0.12f + 0.88f * ambient;
    add_light(rig.key, rig.scatter_width, a[kKeyLight][i], std::min(1.0f, 2.0f * open), p, sum);
    add_light(rig.fill, rig.scatter_width, open, 1.0f, p, sum);
    for (const Light& rim : rig.rims) add_rim(rim, open, p, sum);
    for (size_t c = 0; c < 3; ++c) {
      batch.colour[c][i] = shoulder(strand * (a[kRed + c][i] * sum.diffuse[c] + sum.specular[c]));
    }
  }
}

// Smooth noise over the plane, -1..1, and its slopes.
struct Bump {
  float value, dx, dy;
};
[[gnu::always_inline]] static inline Bump bump(float x, float y) {
  const float fx = std::floor(x), fy = std::floor(y);
  const auto i = static_cast<int32_t>(fx);
  const auto j = static_cast<int32_t>(fy) * 8191;
  const float a = scattered(i + j), b = scattered(i + 1 + j);
  const float c = scattered(i + j + 8191), d = scattered(i + 1 + j + 8191);
  const float s = x - fx, t = y - fy;
  const float u = s * s * (3.0f - 2.0f * s), v = t * t * (3.0f - 2.0f * t);
  const float lower = a + (b - a) * u, upper = c + (d - c) * u;
  const float du = 6.0f * s * (1.0f - s), dv = 6.0f * t * (1.0f - t);
  return {lower + (upper - lower) * v, du * ((b - a) + ((d - c) - (b - a)) * v),
          dv * (upper - lower)};
}

FLOWTALK_CLONES void roughen_skin(float contrast, size_t count, ShadeBatch& batch) {
  auto& a = batch.attribute;
  for (size_t i = 0; i < count; ++i) {
    const float skin = a[kScatter][i] * a[kScatter][i] * contrast;  // lips and eyes hardly
    const float x = batch.pores_x[i], y = batch.pores_y[i];
    const Bump fine = bump(1.15f * x, 1.15f * y), coarse = bump(0.42f * x + 7.0f, 0.42f * y);
    const float tilt = 0.045f * skin;
    a[kNormalX][i] -= tilt * (fine.dx + 0.6f * coarse.dx);
    a[kNormalY][i] -= tilt * (fine.dy + 0.6f * coarse.dy);
    const float tint = 1.0f + skin * (0.035f * coarse.value + 0.03f * fine.value);
    a[kRed][i] *= 0.5f + 0.5f * tint;
    a[kGreen][i] *= tint;
    a[kBlue][i] *= tint;
  }
}

// Hairs that lean outwards, dense along the middle line; the height falls off towards the outer
// end.
FLOWTALK_CLONES void paint_brows(const Vec3& brow_colour, float strand_contrast, size_t count,
                                 ShadeBatch& batch) {
  for (size_t i = 0; i < count; ++i) {
    const auto [along, across] = batch.brow[i];
    if (std::abs(across) > 2.0f * kBrowHalf || along < -0.1f || along > 1.1f) continue;
    const float inner = std::clamp(8.0f * along + 0.2f, 0.0f, 1.0f);
    const float outer = std::clamp(1.0f - along, 0.0f, 1.0f);
    const float hair = strand_contrast * wander(45.0f * along + 110.0f * across);
    const float half = kBrowHalf * inner * std::sqrt(outer) * (1.0f + 0.25f * hair);
    const float inside = std::clamp((half - std::abs(across)) / kBrowSoft + 0.5f, 0.0f, 1.0f);
    const float ends = inner * std::clamp(10.0f * outer, 0.0f, 1.0f);
    const float cover = ends * inside * inside * (3.0f - 2.0f * inside) * (0.82f + 0.12f * hair);
    for (size_t c = 0; c < 3; ++c) {
      float& colour = batch.attribute[kRed + c][i];
      colour += cover * (brow_colour[c] - colour);
    }
  }
}

}  // namespace flowtalk::render
