#include "flowtalk/render/renderer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "flowtalk/render/occlusion.h"
#include "flowtalk/render/shading.h"
#include "flowtalk/render/test_shapes.h"

namespace flowtalk::render {
namespace {

Image draw(const face::Face& face, const Camera& camera, int size, int threads,
           const RenderOptions& options = {}) {
  ThreadPool pool(threads);
  Renderer renderer(face, options, pool);
  Image image(size, size);
  renderer.draw(face.rest.values(), camera, image);
  return image;
}

Camera facing(float distance_m) {
  Camera camera;
  camera.distance_m = distance_m;
  return camera;
}

int brightness(const Image& image, int x, int y) {
  const uint8_t* p = image.at(x, y);
  return p[0] + p[1] + p[2];
}

TEST(Renderer, SamePixelsForAnyNumberOfThreads) {
  const face::Face& face = face::builtin_face();
  const Camera camera = portrait(face, 0.3f, 0.1f);
  const Image one = draw(face, camera, 300, 1);
  for (const int threads : {2, 3}) EXPECT_EQ(one.rgb, draw(face, camera, 300, threads).rgb);
}

TEST(Renderer, SameFrameAgainGivesTheSamePixels) {
  // Nothing of an earlier frame, pose or size is left in the buffers.
  const face::Face face = make_sphere(3, 0.1f);
  ThreadPool pool(2);
  Renderer renderer(face, {}, pool);
  Image first(200, 200), between(90, 120), again(200, 200);
  const Camera camera = facing(1.0f);
  renderer.draw(face.rest.values(), camera, first);
  std::vector<float> moved(face.rest.values().begin(), face.rest.values().end());
  for (size_t i = 0; i < moved.size(); i += 3) moved[i] += 0.03f;
  renderer.draw(moved, camera, between);
  renderer.draw(face.rest.values(), camera, again);
  EXPECT_EQ(first.rgb, again.rgb);
}

TEST(Renderer, DrawsOnlyInsideItsViewport) {
  const face::Face face = make_sphere(3, 0.1f);
  ThreadPool pool(1);
  Renderer renderer(face, {}, pool);
  Image alone(120, 100), canvas(300, 200, {1, 2, 3});
  renderer.draw(face.rest.values(), facing(1.0f), alone);
  renderer.draw(face.rest.values(), facing(1.0f), canvas, {70, 50, 120, 100});
  for (int y = 0; y < canvas.height; ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      const bool in = x >= 70 && x < 190 && y >= 50 && y < 150;
      const Rgb outside{1, 2, 3};
      const uint8_t* expected = in ? alone.at(x - 70, y - 50) : outside.data();
      ASSERT_TRUE(std::equal(expected, expected + 3, canvas.at(x, y))) << x << " " << y;
    }
  }
}

TEST(Renderer, SilhouetteHasTheSizeOfPerspective) {
  // A sphere of radius r at distance d shows a disc of angular radius asin(r / d).
  const face::Face face = make_sphere(5, 0.1f);
  RenderOptions options;
  options.backdrop_centre = options.backdrop_edge = {0, 0, 0};
  const Camera camera = facing(1.0f);
  const Image image = draw(face, camera, 400, 2, options);
  int covered = 0;
  for (int i = 0; i < 400; ++i) covered += brightness(image, i, 200) > 12 ? 1 : 0;
  const double focal = 200 / std::tan(0.5 * camera.field_of_view);
  EXPECT_NEAR(covered, 2 * focal * std::tan(std::asin(0.1)), 2.5);
}

TEST(Renderer, EdgesAreSmoothed) {
  // A white square, slightly turned, on black: its edges must show several steps in between.
  const float c = 0.08f, s = 0.012f;
  auto face = make_mesh({-c, -c - s, 0, c, -c + s, 0, c - s, c, 0, -c - s, c - s, 0},
                        {{0, 1, 2}, {0, 2, 3}});
  RenderOptions options;
  options.backdrop_centre = options.backdrop_edge = {0, 0, 0};
  options.shadows = options.occlusion = false;
  const Image image = draw(face, facing(1.0f), 256, 1, options);
  std::set<int> steps;
  for (int x = 0; x < 256; ++x) {
    for (int y = 128; y < 256; ++y) steps.insert(brightness(image, x, y) / 40);
  }
  EXPECT_GE(steps.size(), 5u);
}

TEST(Renderer, NearerFaceHidesTheFarther) {
  // A small red square before a large green one, drawn in either order.
  const float a = 0.03f, b = 0.08f;
  for (const bool near_first : {true, false}) {
    const float z0 = near_first ? 0.05f : -0.05f, z1 = -z0;
    const float r0 = near_first ? a : b, r1 = near_first ? b : a;
    auto face = make_mesh({-r0, -r0, z0, r0, -r0, z0, r0, r0, z0, -r0, r0, z0,  //
                           -r1, -r1, z1, r1, -r1, z1, r1, r1, z1, -r1, r1, z1},
                          {{0, 1, 2}, {0, 2, 3}, {4, 5, 6}, {4, 6, 7}});
    for (size_t v = 0; v < 8; ++v) {
      const bool is_near = (v < 4) == near_first;
      face.appearance.albedo[v] =
          is_near ? std::array{0.8f, 0.0f, 0.0f} : std::array{0.0f, 0.8f, 0.0f};
    }
    const Image image = draw(face, facing(1.0f), 128, 1);
    EXPECT_GT(image.at(64, 64)[0], image.at(64, 64)[1]) << near_first;
    EXPECT_LT(image.at(64, 34)[0], image.at(64, 34)[1]) << near_first;
  }
}

TEST(Renderer, KeyLightComesFromTheUpperLeftAndIsBlocked) {
  const face::Face ball = make_sphere(4, 0.1f);
  const Image image = draw(ball, facing(1.0f), 256, 2);
  EXPECT_GT(brightness(image, 90, 90), brightness(image, 160, 170) + 60);

  // A small plate floats between the key light and a wall: its shadow falls down to the right.
  const Vec3 key = studio(Look::kNatural).key.direction;
  std::vector<float> corners;
  std::vector<std::array<uint32_t, 3>> triangles;
  constexpr int kCells = 24;
  for (int y = 0; y <= kCells; ++y) {
    for (int x = 0; x <= kCells; ++x) {
      corners.insert(corners.end(), {0.2f * static_cast<float>(x) / kCells - 0.1f,
                                     0.2f * static_cast<float>(y) / kCells - 0.1f, 0.0f});
      if (x == kCells || y == kCells) continue;
      const auto i = static_cast<uint32_t>(y * (kCells + 1) + x);
      triangles.push_back({i, i + 1, i + kCells + 2});
      triangles.push_back({i, i + kCells + 2, i + kCells + 1});
    }
  }
  const auto plate = static_cast<uint32_t>(corners.size() / 3);
  const float away = 0.06f / key[2];
  for (const auto& [x, y] : {std::pair{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}) {
    corners.insert(corners.end(), {0.015f * static_cast<float>(x) + key[0] * away,
                                   0.015f * static_cast<float>(y) + key[1] * away, 0.06f});
  }
  triangles.push_back({plate, plate + 1, plate + 2});
  triangles.push_back({plate, plate + 2, plate + 3});
  const face::Face wall = make_mesh(corners, triangles);
  RenderOptions lit;
  lit.shadows = false;
  const Image with = draw(wall, facing(1.0f), 256, 2),
              without = draw(wall, facing(1.0f), 256, 2, lit);
  EXPECT_LT(brightness(with, 128, 128), brightness(without, 128, 128) - 60);
  EXPECT_NEAR(brightness(with, 170, 170), brightness(without, 170, 170), 6);
}

TEST(Renderer, ShellsAreDarkInside) {
  // A ball cut open towards the viewer, without a mouth of its own: no background shines through.
  face::Face ball = make_sphere(4, 0.1f);
  std::erase_if(ball.triangles, [&](const auto& t) {
    const auto z = [&](uint32_t v) { return ball.rest[3 * static_cast<int64_t>(v) + 2]; };
    return z(t[0]) > 0.08f && z(t[1]) > 0.08f && z(t[2]) > 0.08f;
  });
  const Image image = draw(ball, facing(1.0f), 256, 1);
  EXPECT_LT(brightness(image, 128, 128), 150);
  EXPECT_GT(brightness(image, 70, 70), 200);
}

TEST(Occlusion, OpenAndHiddenPlaces) {
  ThreadPool pool(2);
  // A ball inside a larger, open one: its outside sees little, a lone ball sees everything.
  const face::Face lone = make_sphere(4, 0.1f);
  const std::vector<uint8_t> sides(2 * lone.triangles.size(), 0);
  const Adjacency adjacency(lone.triangles, static_cast<size_t>(lone.vertex_count()));
  auto normals = vertex_normals(lone.rest.values(), lone.triangles, adjacency, pool);
  for (const float open :
       ambient_openness(lone.rest.values(), lone.triangles, sides, normals, pool)) {
    ASSERT_GT(open, 0.97f);
  }
  std::vector<float> corners(lone.rest.values().begin(), lone.rest.values().end());
  auto triangles = lone.triangles;
  const auto count = static_cast<uint32_t>(lone.vertex_count());
  for (uint32_t v = 0; v < count; ++v) {
    for (uint32_t k = 0; k < 3; ++k) corners.push_back(0.5f * corners[3 * v + k]);
  }
  for (const auto& t : lone.triangles) {
    triangles.push_back({t[0] + count, t[1] + count, t[2] + count});
  }
  const Adjacency both(triangles, 2 * size_t{count});
  normals = vertex_normals(corners, triangles, both, pool);
  const auto open = ambient_openness(corners, triangles, sides, normals, pool);
  EXPECT_LT(*std::max_element(open.begin() + count, open.end()), 0.02f);
}

TEST(Shading, StaysInRangeAndBrightensWithLight) {
  auto batch = std::make_unique<ShadeBatch>();
  for (auto& plane : batch->attribute) plane.fill(0.5f);
  batch->view_x.fill(0);
  batch->view_y.fill(0);
  for (size_t i = 0; i < kBatch; ++i) {
    const float share = static_cast<float>(i) / kBatch, angle = 6.28f * share;
    batch->attribute[kNormalX][i] = std::cos(angle);
    batch->attribute[kNormalY][i] = std::sin(angle);
    batch->attribute[kNormalZ][i] = 0.3f;
    batch->attribute[kRoughness][i] = share;
    batch->attribute[kKeyLight][i] = 0.0f;
  }
  shade(studio(Look::kNatural), 1.0f, kBatch, *batch);
  const auto dark = batch->colour;
  batch->attribute[kKeyLight].fill(1.0f);
  shade(studio(Look::kNatural), 1.0f, kBatch, *batch);
  for (size_t c = 0; c < 3; ++c) {
    for (size_t i = 0; i < kBatch; ++i) {
      ASSERT_GE(dark[c][i], 0.0f);
      ASSERT_LE(batch->colour[c][i], 1.0f);
      ASSERT_GE(batch->colour[c][i], dark[c][i]);
    }
  }
}

}  // namespace
}  // namespace flowtalk::render
