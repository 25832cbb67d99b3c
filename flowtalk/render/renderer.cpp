#include "flowtalk/render/renderer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/render/mesh.h"
#include "flowtalk/render/rasterizer.h"
#include "flowtalk/render/shading.h"

namespace flowtalk::render {
namespace {

constexpr size_t kSteps = 4096;  // of the table linear -> sRGB

std::array<uint8_t, kSteps> make_srgb_table() {
  std::array<uint8_t, kSteps> table;
  for (size_t i = 0; i < kSteps; ++i) {
    const float linear = static_cast<float>(i) / static_cast<float>(kSteps - 1);
    table[i] = static_cast<uint8_t>(255.0f * srgb_of_linear(linear) + 0.5f);
  }
  return table;
}

uint8_t encoded(float linear) {
  static const auto table = make_srgb_table();
  const float x = std::clamp(linear, 0.0f, 1.0f) * static_cast<float>(kSteps - 1) + 0.5f;
  return table[static_cast<size_t>(x)];
}

}  // namespace

struct Renderer::State {
  const face::Face& face;
  RenderOptions options;
  ThreadPool& pool;
  Adjacency adjacency;
  std::vector<uint8_t> both_sides;
  std::vector<Vec3> face_normals, normals;
  std::vector<ScreenVertex> screen;
  std::vector<SurfaceVertex> surface;
  TileBins bins;

  State(const face::Face& f, const RenderOptions& o, ThreadPool& p)
      : face(f),
        options(o),
        pool(p),
        adjacency(f.triangles, static_cast<size_t>(f.vertex_count())) {}

  void prepare_surface(const Camera& camera);
  void draw_tile(int tile, const Camera& camera, Image& out, const Rect& at) const;
};

namespace {

// What is left of a pixel once its surfaces are known.
struct Fragment {
  int pixel;     // inside the tile
  float weight;  // share of the pixel's samples
};

// Interpolates and shades fragments in batches and adds them to a tile.
class TileShader {
 public:
  TileShader(const TileBins& bins, const std::vector<SurfaceVertex>& surface,
             const std::vector<ScreenVertex>& screen, float slope, const Rect& at)
      : bins_(bins), surface_(surface), screen_(screen), slope_(slope), at_(at) {
    for (auto& plane : batch_.attribute) plane.fill(0.5f);
    batch_.view_x.fill(0);
    batch_.view_y.fill(0);
    for (auto& plane : colour_) plane.fill(0);
  }

  // (x, y): where in the viewport, pixels, the triangle is sampled.
  void add(uint32_t id, int pixel, float weight, float x, float y) {
    const ScreenTriangle& t = bins_.triangle(id);
    constexpr float kPixel = 1.0f / kSubpixels;
    const float dx = x - static_cast<float>(t.x[0]) * kPixel;
    const float dy = y - static_cast<float>(t.y[0]) * kPixel;
    // A neighbour's share of the pixel may put the point just outside.
    const float b1 = std::clamp(t.b1_dx * dx + t.b1_dy * dy, 0.0f, 1.0f);
    const float b2 = std::clamp(t.b2_dx * dx + t.b2_dy * dy, 0.0f, 1.0f - b1);
    const float w0 = (1.0f - b1 - b2) * screen_[t.vertex[0]].inverse_depth;
    const float w1 = b1 * screen_[t.vertex[1]].inverse_depth;
    const float w2 = b2 * screen_[t.vertex[2]].inverse_depth;
    const float scale = 1.0f / (w0 + w1 + w2);
    const auto &a = surface_[t.vertex[0]].value, &b = surface_[t.vertex[1]].value,
               &c = surface_[t.vertex[2]].value;
    std::array<float, kAttributes> v;
    for (size_t k = 0; k < kAttributes; ++k) {
      v[k] = scale * (w0 * a[k] + w1 * b[k] + w2 * c[k]);
    }
    if (t.back) {
      for (const size_t k : {kNormalX, kNormalY, kNormalZ}) v[k] = -v[k];
    }
    for (size_t k = 0; k < kAttributes; ++k) batch_.attribute[k][count_] = v[k];
    batch_.view_x[count_] = (0.5f * static_cast<float>(at_.width) - x) * slope_;
    batch_.view_y[count_] = (y - 0.5f * static_cast<float>(at_.height)) * slope_;
    fragment_[count_] = {pixel, weight};
    if (++count_ == kBatch) flush();
  }

  void flush() {
    if (count_ == 0) return;
    shade(batch_);
    for (size_t i = 0; i < count_; ++i) {
      for (size_t c = 0; c < 3; ++c) {
        colour_[c][static_cast<size_t>(fragment_[i].pixel)] +=
            fragment_[i].weight * batch_.colour[c][i];
      }
    }
    count_ = 0;
  }

  float colour(size_t channel, int pixel) const {
    return colour_[channel][static_cast<size_t>(pixel)];
  }

 private:
  const TileBins& bins_;
  const std::vector<SurfaceVertex>& surface_;
  const std::vector<ScreenVertex>& screen_;
  float slope_;
  Rect at_;
  size_t count_ = 0;
  ShadeBatch batch_;
  std::array<Fragment, kBatch> fragment_;
  std::array<std::array<float, kTile * kTile>, 3> colour_;
};

// Samples whose inverse depth differs by less than this share lie on one surface (4 mm at 1 m).
constexpr float kSameSurface = 0.004f;

// Adds the surfaces of one pixel, each once; returns the share of its samples that show none.
float add_pixel(const TileSamples& samples, int pixel, int x, int y, TileShader& shader) {
  const uint32_t* id = &samples.triangle[kSamples * static_cast<size_t>(pixel)];
  const float* depth = &samples.depth[kSamples * static_cast<size_t>(pixel)];
  const auto left = static_cast<float>(x), top = static_cast<float>(y);
  if (id[0] == id[1] && id[0] == id[2] && id[0] == id[3]) {
    if (id[0] == kNothing) return 1.0f;
    shader.add(id[0], pixel, 1.0f, left + 0.5f, top + 0.5f);
    return 0.0f;
  }
  int empty = 0;
  std::array<bool, kSamples> done{};
  for (size_t s = 0; s < kSamples; ++s) {
    if (done[s]) continue;
    if (id[s] == kNothing) {
      ++empty;
      continue;
    }
    int count = 0, sum_x = 0, sum_y = 0;
    for (size_t r = s; r < kSamples; ++r) {
      if (done[r] || std::abs(depth[r] - depth[s]) > kSameSurface * depth[s]) continue;
      done[r] = true;
      ++count;
      sum_x += kSampleX[r];
      sum_y += kSampleY[r];
    }
    const float scale = 1.0f / static_cast<float>(count * kSubpixels);
    shader.add(id[s], pixel, static_cast<float>(count) / kSamples,
               left + static_cast<float>(sum_x) * scale, top + static_cast<float>(sum_y) * scale);
  }
  return static_cast<float>(empty) / kSamples;
}

}  // namespace

void Renderer::State::prepare_surface(const Camera& camera) {
  const auto axes = camera.axes();
  surface.resize(normals.size());
  for (size_t v = 0; v < normals.size(); ++v) {
    auto& out = surface[v].value;
    const Vec3& n = normals[v];
    for (size_t k = 0; k < 3; ++k) {
      out[kNormalX + k] = n[0] * axes[k][0] + n[1] * axes[k][1] + n[2] * axes[k][2];
      out[kRed + k] = face.appearance.albedo[v][k];
    }
    const Finish finish = finish_of(face.appearance.material[v]);
    out[kAmbient] = 1.0f;
    out[kKeyLight] = 1.0f;
    out[kReflectance] = finish.reflectance;
    out[kRoughness] = finish.roughness;
    out[kScatter] = finish.scatter;
  }
}

void Renderer::State::draw_tile(int tile, const Camera& camera, Image& out, const Rect& at) const {
  TileSamples samples;
  bins.rasterize(tile, samples);
  const float slope = 2.0f * std::tan(0.5f * camera.field_of_view) / static_cast<float>(at.height);
  TileShader shader(bins, surface, screen, slope, at);
  const int left = tile % bins.columns() * kTile, top = tile / bins.columns() * kTile;
  const int right = std::min(left + kTile, at.width), bottom = std::min(top + kTile, at.height);
  std::array<float, kTile * kTile> empty;
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      const int pixel = (y - top) * kTile + x - left;
      empty[static_cast<size_t>(pixel)] = add_pixel(samples, pixel, x, y, shader);
    }
  }
  shader.flush();
  for (int y = top; y < bottom; ++y) {
    const float down = (static_cast<float>(y) + 0.5f) / static_cast<float>(at.height);
    std::array<float, 3> background;
    for (size_t c = 0; c < 3; ++c) {
      const float from = linear_of_srgb(static_cast<float>(options.background_top[c]) / 255.0f);
      const float to = linear_of_srgb(static_cast<float>(options.background_bottom[c]) / 255.0f);
      background[c] = from + (to - from) * down;
    }
    for (int x = left; x < right; ++x) {
      const int pixel = (y - top) * kTile + x - left;
      uint8_t* target = out.at(at.x + x, at.y + y);
      for (size_t c = 0; c < 3; ++c) {
        target[c] =
            encoded(shader.colour(c, pixel) + empty[static_cast<size_t>(pixel)] * background[c]);
      }
    }
  }
}

Renderer::Renderer(const face::Face& face, const RenderOptions& options, ThreadPool& pool)
    : state_(std::make_unique<State>(face, options, pool)) {
  const auto vertices = static_cast<size_t>(face.vertex_count());
  FT_CHECK(face.appearance.albedo.size() == vertices && face.appearance.material.size() == vertices,
           "{}: {} vertices, {} colours, {} materials", face.name, vertices,
           face.appearance.albedo.size(), face.appearance.material.size());
  state_->both_sides.assign(face.triangles.size(), 1);
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
  vertex_normals(vertices, s.face.triangles, s.adjacency, s.pool, s.face_normals, s.normals);
  project(vertices, camera, at.width, at.height, s.screen);
  s.prepare_surface(camera);
  s.bins.build(s.screen, s.face.triangles, s.both_sides, at.width, at.height, s.pool);
  s.pool.parallel_for(s.bins.tiles(),
                      [&](int64_t tile) { s.draw_tile(static_cast<int>(tile), camera, out, at); });
}

void Renderer::draw(std::span<const float> vertices, const Camera& camera, Image& out) {
  draw(vertices, camera, out, {0, 0, out.width, out.height});
}

}  // namespace flowtalk::render
