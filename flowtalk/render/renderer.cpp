#include "flowtalk/render/renderer.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/render/backdrop.h"
#include "flowtalk/render/mesh.h"
#include "flowtalk/render/occlusion.h"
#include "flowtalk/render/painter.h"
#include "flowtalk/render/rasterizer.h"
#include "flowtalk/render/shading.h"
#include "flowtalk/render/tile_shader.h"

namespace flowtalk::render {
namespace {

constexpr int kShadowSize = 128;  // pixels of the key light's map, about 3 mm each
constexpr int kShadowReach = 2;   // pixels that a shadow's edge is softened by
// Cosine beyond which a vertex is out of sight, or out of the light however far that wraps around:
// its shadow does not matter. Triangles in sight may have corners that look away a little.
constexpr float kTurnedAway = -0.4f;
constexpr int kSmoothRounds = 2;      // of the openness, over a vertex's neighbours
constexpr float kCorneaBulge = 1.6f;  // how much rounder than the eyeball the cornea is
// Millimetres per pixel at which strands of hair are out of sight, and at which they are clear.
constexpr float kStrandsLost = 1.4f, kStrandsClear = 0.35f;
constexpr float kPoresLost = 0.55f, kPoresClear = 0.2f;  // the same of pores
constexpr float kLidShade = 0.0055f;     // metres from the upper lid to where the eye is fully lit
constexpr float kLeastEyeLight = 0.35f;  // at the lid
constexpr Vec3 kClay = {0.47f, 0.47f, 0.47f};
constexpr Rgb kWhite = {0xff, 0xff, 0xff};
constexpr float kMouthFalloff = 0.014f;  // metres behind the lips at which light falls to 1/e
constexpr float kOpenMouth = 0.25f;   // least openness of teeth of a head whose lips are not known
constexpr float kInnerLight = 0.01f;  // inside a head that has no mouth of its own
constexpr float kWideGap = 0.012f;    // lip gap in metres that lets all light in

bool is_in_mouth(face::Material material) {
  using enum face::Material;
  return material == kTeeth || material == kTongue || material == kMouthInside;
}

bool casts_shadow(face::Material material) {
  using enum face::Material;
  return material == kSkin || material == kLips || material == kHair || material == kCloth;
}

// What clay shows of a material: the iris stays darker, so that the gaze can be read, and so does
// the inside of the mouth.
Vec3 clay_of(face::Material material, const std::array<float, 3>& albedo) {
  using enum face::Material;
  const float bright = (albedo[0] + albedo[1] + albedo[2]) / 3.0f;
  float share = 1.0f;
  if (material == kEyeball) share = 0.45f + 0.65f * std::min(1.0f, bright / 0.6f);
  if (material == kTeeth) share = 1.2f;
  if (material == kMouthInside) share = 0.5f;
  return {share * kClay[0], share * kClay[1], share * kClay[2]};
}

// Each vertex takes half of the mean of its triangles' corners.
void smooth_over(std::span<const std::array<uint32_t, 3>> triangles, const Adjacency& adjacency,
                 std::vector<float>& values) {
  for (int round = 0; round < kSmoothRounds; ++round) {
    std::vector<float> next = values;
    for (size_t v = 0; v < values.size(); ++v) {
      const auto around = adjacency.triangles_of(v);
      if (around.empty()) continue;
      float sum = 0;
      for (const uint32_t t : around) {
        for (const uint32_t corner : triangles[t]) sum += values[corner];
      }
      next[v] = 0.5f * (values[v] + sum / static_cast<float>(3 * around.size()));
    }
    values.swap(next);
  }
}

// With joined vertices in the place of their own, where some are.
std::vector<std::array<uint32_t, 3>> joined_triangles(const face::Face& face) {
  if (!face.appearance.paint) return {};
  std::vector<std::array<uint32_t, 3>> triangles = face.triangles;
  for (auto& triangle : triangles) {
    for (uint32_t& v : triangle) v = face.appearance.paint->joined[v];
  }
  return triangles;
}

// z of the foremost lip point at rest.
float front_of_lips(const face::Face& face) {
  float front = -1.0f;
  for (const auto* side : {&face.lips.upper, &face.lips.lower}) {
    for (const uint32_t v : *side) {
      front = std::max(front, face.rest[3 * static_cast<int64_t>(v) + 2]);
    }
  }
  return front;
}

}  // namespace

struct Renderer::State {
  const face::Face& face;
  RenderOptions options;
  ThreadPool& pool;
  std::vector<std::array<uint32_t, 3>> joined;  // triangles of joined vertices; empty: as they are
  std::span<const std::array<uint32_t, 3>> smooth;  // what light sees as one surface
  Adjacency adjacency;                              // of those
  std::unique_ptr<Painter> painter;                 // null: no pictures
  bool has_mouth = false;                           // an inside that hides the back of the head
  std::vector<uint8_t> both_sides;                  // per triangle
  // What casts shadows that are seen: not brows, eyeballs and what the mouth holds.
  std::vector<std::array<uint32_t, 3>> casters;
  std::vector<uint8_t> caster_sides;
  std::vector<uint8_t> part;      // per triangle
  std::vector<uint8_t> in_mouth;  // per vertex
  // Per vertex, of the rest shape: how open it is, and the least key light it is given.
  std::vector<float> open, least_key;
  std::vector<Vec3> face_normals, normals;
  std::vector<ScreenVertex> screen;
  std::vector<SurfaceVertex> surface;
  DepthMap key_shadow{kShadowSize};
  TileBins bins;
  Image backdrop;

  State(const face::Face& f, const RenderOptions& o, ThreadPool& p);
  // Clay has no pores and no hair.
  bool has_pores() const {
    return options.look == Look::kNatural && !face.appearance.pores.empty();
  }
  bool painted_brows() const {
    return options.look == Look::kNatural && !face.appearance.brow.empty();
  }
  uint32_t joined_to(size_t v) const {
    const auto& paint = face.appearance.paint;
    return paint ? paint->joined[v] : static_cast<uint32_t>(v);
  }
  void sort_sides();
  void see_openness();
  void bulge_corneas();
  void shade_eyes(std::span<const float> vertices);
  void sort_triangles(std::span<const float> vertices, const Camera& camera, int width, int height);
  void prepare_surface(std::span<const float> vertices, const Camera& camera);
};

Renderer::State::State(const face::Face& f, const RenderOptions& o, ThreadPool& p)
    : face(f),
      options(o),
      pool(p),
      joined(joined_triangles(f)),
      smooth(joined.empty() ? std::span<const std::array<uint32_t, 3>>(f.triangles) : joined),
      adjacency(smooth, static_cast<size_t>(f.vertex_count())),
      part(connected_parts(smooth, static_cast<size_t>(f.vertex_count()))),
      open(static_cast<size_t>(f.vertex_count()), 1.0f),
      least_key(open.size(), 1.0f),
      surface(open.size()) {
  const auto& material = face.appearance.material;
  in_mouth.resize(material.size());
  for (size_t v = 0; v < material.size(); ++v) {
    has_mouth |= material[v] == face::Material::kMouthInside;
    in_mouth[v] = !face.appearance.paint && is_in_mouth(material[v]) ? 1 : 0;
  }
  const bool grey = options.look == Look::kGrey;
  if (face.appearance.paint) painter = std::make_unique<Painter>(*face.appearance.paint, !grey);
  sort_sides();
  normals = vertex_normals(face.rest.values(), face.triangles, adjacency, pool);
  for (size_t v = 0; v < normals.size(); ++v) normals[v] = normals[joined_to(v)];
  if (options.occlusion) see_openness();
  const auto& strand = face.appearance.strand;
  const float lips_z = front_of_lips(face);
  for (size_t v = 0; v < surface.size(); ++v) {
    auto& value = surface[v].value;  // each frame changes only its normal, ambient and key light
    const auto& albedo = face.appearance.albedo[v];
    const Vec3 colour = grey ? clay_of(material[v], albedo) : albedo;
    for (size_t k = 0; k < 3; ++k) value[kRed + k] = colour[k];
    const Finish finish = grey ? clay_finish(material[v]) : finish_of(material[v]);
    if (painted_brows()) surface[v].brow = face.appearance.brow[v];
    if (has_pores()) surface[v].pores = face.appearance.pores[v];
    value[kStrand] = grey || strand.empty() ? 0.0f : strand[v];
    open[v] = std::max(finish.least_ambient, open[v]);
    if (painter && is_in_mouth(material[v])) open[v] = std::max(kOpenMouth, open[v]);
    if (in_mouth[v] && options.occlusion) {
      const float behind = std::max(0.0f, lips_z - face.rest[3 * static_cast<int64_t>(v) + 2]);
      open[v] = std::exp(-behind / kMouthFalloff);
    }
    if (options.shadows) least_key[v] = finish.least_key;
    value[kReflectance] = finish.reflectance;
    value[kRoughness] = finish.roughness;
    value[kScatter] = finish.scatter;
  }
}

// Which sides of triangles are seen, and which of them keep light from others.
void Renderer::State::sort_sides() {
  const auto& material = face.appearance.material;
  const face::Paint* paint = face.appearance.paint.get();
  for (const auto& t : face.triangles) {
    both_sides.push_back(paint != nullptr
                             ? paint->surfaces[paint->surface[t[0]]].both_sides
                             : !has_mouth || in_mouth[t[0]] || in_mouth[t[1]] || in_mouth[t[2]] ||
                                   material[t[0]] == face::Material::kHair);
    if (!casts_shadow(material[t[0]])) continue;
    if (painter && painter->alpha_of(t[0]) != face::Alpha::kOpaque) continue;
    casters.push_back(t);
    caster_sides.push_back(both_sides.back());
  }
}

// How open each vertex is to what surrounds the head. What can be seen through hides nothing.
void Renderer::State::see_openness() {
  std::vector<std::array<uint32_t, 3>> hiding;
  std::vector<uint8_t> sides;
  for (size_t i = 0; i < face.triangles.size() && painter; ++i) {
    const auto& t = face.triangles[i];
    if (painter->alpha_of(t[0]) != face::Alpha::kOpaque) continue;
    hiding.push_back(t);
    sides.push_back(both_sides[i]);
  }
  if (!painter) {
    open = ambient_openness(face.rest.values(), face.triangles, both_sides, normals, pool);
  } else if (!hiding.empty()) {
    open = ambient_openness(face.rest.values(), hiding, sides, normals, pool);
  }
  smooth_over(smooth, adjacency, open);
  for (size_t v = 0; v < open.size(); ++v) open[v] = open[joined_to(v)];
}

// The cornea is rounder than the eyeball that the mesh shows: its normals lean away from the line
// of sight, which brings the lights' reflections into the iris.
void Renderer::State::bulge_corneas() {
  for (const face::Cornea& cornea : face.appearance.corneas) {
    const Vec3 axis = normals[cornea.pole];
    for (const uint32_t v : cornea.vertices) {
      Vec3& n = normals[v];
      const float along = n[0] * axis[0] + n[1] * axis[1] + n[2] * axis[2];
      for (size_t k = 0; k < 3; ++k) {
        n[k] = along * axis[k] + kCorneaBulge * (n[k] - along * axis[k]);
      }
      const float scale = 1.0f / std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
      for (float& x : n) x *= scale;
    }
  }
}

// The upper lid and its lashes keep light from the part of the eye beneath them.
void Renderer::State::shade_eyes(std::span<const float> vertices) {
  const auto square = [&](uint32_t a, uint32_t b) {
    float sum = 0.0f;
    for (size_t k = 0; k < 3; ++k) {
      const float d = vertices[3 * size_t{a} + k] - vertices[3 * size_t{b} + k];
      sum += d * d;
    }
    return sum;
  };
  for (const face::ShadedEye& eye : face.appearance.shaded_eyes) {
    for (const uint32_t v : eye.vertices) {
      float nearest = kLidShade * kLidShade;
      for (const uint32_t m : eye.margin) nearest = std::min(nearest, square(v, m));
      const float away = std::sqrt(nearest) / kLidShade;
      const float lit =
          kLeastEyeLight + (1.0f - kLeastEyeLight) * away * away * (3.0f - 2.0f * away);
      surface[v].value[kAmbient] *= lit;
      surface[v].value[kKeyLight] *= lit;
    }
  }
}

// Towards the key light of a studio that follows this camera, world space.
static Vec3 towards_key(const Rig& rig, const Camera& camera) {
  const auto axes = camera.axes();
  const Vec3& direction = rig.key.direction;
  Vec3 key{};
  for (size_t k = 0; k < 3; ++k) {
    key[k] = direction[0] * axes[0][k] + direction[1] * axes[1][k] + direction[2] * axes[2][k];
  }
  return key;
}

// Normals, and the triangles as the camera and the key light see them, in as few steps as each
// needs the one before: threads wait for one another after each.
void Renderer::State::sort_triangles(std::span<const float> vertices, const Camera& camera,
                                     int width, int height) {
  flowtalk::render::face_normals(vertices, face.triangles, pool, face_normals);
  const Projection projection(camera, width, height);
  screen.resize(normals.size());
  bins.begin(screen, {face.triangles, both_sides, part}, width, height);
  TileBins& lit = key_shadow.bins();
  const bool shadows = options.shadows;
  if (shadows) {
    key_shadow.begin(vertices, casters, caster_sides, towards_key(studio(options.look), camera));
  }
  in_portions(pool, normals.size(), [&](size_t v) {
    normals[v] = vertex_normal(face_normals, adjacency.triangles_of(joined_to(v)));
    screen[v] = projection(&vertices[3 * v]);
    if (shadows) key_shadow.place_vertex(v);
  });
  bulge_corneas();
  const int64_t seen = bins.portions();
  pool.parallel_for(seen + (shadows ? lit.portions() : 0),
                    [&](int64_t i) { i < seen ? bins.set_up(i) : lit.set_up(i - seen); });
  if (shadows) lit.sort();
  pool.parallel_for(1 + (shadows ? lit.tiles() : 0), [&](int64_t i) {
    i == 0 ? bins.sort() : key_shadow.draw_tile(static_cast<int>(i - 1));
  });
}

void Renderer::State::prepare_surface(std::span<const float> vertices, const Camera& camera) {
  const auto axes = camera.axes();
  const Vec3 key = towards_key(studio(options.look), camera);
  const float lift = options.shadows ? key_shadow.pixel_m() : 0.0f;
  const bool has_lips = !face.lips.upper.empty();
  const float gap = has_lips ? std::max(0.0f, face::lip_gap(face, vertices)) : kWideGap;
  const float let_in = std::min(1.0f, 0.3f + 0.7f * gap / kWideGap);
  in_portions(pool, normals.size(), [&](size_t v) {
    auto& out = surface[v].value;
    const Vec3& n = normals[v];
    for (size_t k = 0; k < 3; ++k) {
      out[kNormalX + k] = n[0] * axes[k][0] + n[1] * axes[k][1] + n[2] * axes[k][2];
    }
    out[kAmbient] = open[v];
    out[kKeyLight] = least_key[v];
    if (in_mouth[v]) {
      out[kAmbient] *= let_in;
      out[kKeyLight] = out[kAmbient];
    } else if (options.shadows && out[kNormalZ] > kTurnedAway &&
               n[0] * key[0] + n[1] * key[1] + n[2] * key[2] > kTurnedAway) {
      const Vec3 point = {vertices[3 * v] + lift * n[0], vertices[3 * v + 1] + lift * n[1],
                          vertices[3 * v + 2] + lift * n[2]};
      const float least = least_key[v];
      out[kKeyLight] = least + (1.0f - least) * key_shadow.visibility(point, n, kShadowReach, lift);
    }
  });
  if (options.occlusion) shade_eyes(vertices);
}

// 0..1 for a picture whose pixels are pixel_m apart at the face.
static float pore_contrast(float pixel_m) {
  const float t = (kPoresLost - 1000.0f * pixel_m) / (kPoresLost - kPoresClear);
  return std::clamp(t, 0.0f, 1.0f);
}

// 0..1 for a picture whose pixels are pixel_m apart at the face.
static float strand_contrast(float pixel_m) {
  const float t = (kStrandsLost - 1000.0f * pixel_m) / (kStrandsLost - kStrandsClear);
  return std::clamp(t, 0.0f, 1.0f);
}

RenderOptions render_options(Look look) {
  RenderOptions options;
  options.look = look;
  if (look == Look::kGrey) options.backdrop_centre = options.backdrop_edge = kWhite;
  return options;
}

Renderer::Renderer(const face::Face& face, const RenderOptions& options, ThreadPool& pool) {
  const auto vertices = static_cast<size_t>(face.vertex_count());
  FT_CHECK(face.appearance.albedo.size() == vertices && face.appearance.material.size() == vertices,
           "{}: {} vertices, {} colours, {} materials", face.name, vertices,
           face.appearance.albedo.size(), face.appearance.material.size());
  state_ = std::make_unique<State>(face, options, pool);
}

Renderer::~Renderer() = default;

void Renderer::draw(std::span<const float> vertices, const Camera& camera, Image& out,
                    const Rect& at) {
  State& s = *state_;
  FT_CHECK(vertices.size() == 3 * static_cast<size_t>(s.face.vertex_count()),
           "{} values for {} vertices", vertices.size(), s.face.vertex_count());
  FT_CHECK(at.x >= 0 && at.y >= 0 && at.width > 0 && at.height > 0 &&
               at.x + at.width <= out.width && at.y + at.height <= out.height,
           "viewport {} x {} at {}, {} in {} x {}", at.width, at.height, at.x, at.y, out.width,
           out.height);
  if (s.backdrop.width != at.width || s.backdrop.height != at.height) {
    s.backdrop =
        make_backdrop(at.width, at.height, s.options.backdrop_centre, s.options.backdrop_edge);
  }
  s.sort_triangles(vertices, camera, at.width, at.height);
  s.prepare_surface(vertices, camera);
  const float slope = 2.0f * std::tan(0.5f * camera.field_of_view) / static_cast<float>(at.height);
  const Scene scene{&s.bins,
                    s.face.triangles,
                    s.surface,
                    &s.backdrop,
                    slope,
                    &studio(s.options.look),
                    strand_contrast(slope * camera.distance_m),
                    s.painted_brows(),
                    s.face.appearance.brow_colour,
                    s.has_pores() ? pore_contrast(slope * camera.distance_m) : 0.0f,
                    s.has_mouth || s.painter ? 1.0f : kInnerLight,
                    s.painter.get()};
  s.pool.parallel_for(s.bins.tiles(), [&](int64_t tile) {
    TileShader(scene, static_cast<int>(tile), at).draw(out);
  });
}

void Renderer::draw(std::span<const float> vertices, const Camera& camera, Image& out) {
  draw(vertices, camera, out, {0, 0, out.width, out.height});
}

}  // namespace flowtalk::render
