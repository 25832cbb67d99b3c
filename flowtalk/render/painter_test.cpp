// Pictures on surfaces, holes in them, and what is seen through.
#include "flowtalk/render/painter.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "flowtalk/render/renderer.h"
#include "flowtalk/render/test_shapes.h"

namespace flowtalk::render {
namespace {

using face::Alpha;

face::Texture texture(int width, int height, const std::vector<std::array<uint8_t, 4>>& pixels) {
  face::Texture made{width, height, {}};
  for (const auto& p : pixels) made.rgba.insert(made.rgba.end(), p.begin(), p.end());
  return made;
}

// Squares of 0.2 m that face the camera one behind the other, unlit, each with a surface of its
// own: 10 cm apart, the first one the farthest.
face::Face squares(std::vector<face::PaintedSurface> surfaces, std::vector<face::Texture> textures,
                   const std::vector<std::array<float, 3>>& colours) {
  std::vector<float> corners;
  std::vector<std::array<uint32_t, 3>> triangles;
  auto paint = std::make_shared<face::Paint>();
  std::vector<std::array<float, 3>> albedo;
  for (uint32_t i = 0; i < surfaces.size(); ++i) {
    surfaces[i].unlit = true;
    const float z = 0.1f * static_cast<float>(i);
    for (const auto& [x, y] :
         {std::pair{-0.1f, -0.1f}, {0.1f, -0.1f}, {0.1f, 0.1f}, {-0.1f, 0.1f}}) {
      corners.insert(corners.end(), {x, y, z});
      paint->uv.push_back({5 * x + 0.5f, 0.5f - 5 * y});
      paint->surface.push_back(i);
      paint->opacity.push_back(1);
      paint->joined.push_back(static_cast<uint32_t>(paint->joined.size()));
      albedo.push_back(colours[i]);
    }
    triangles.push_back({4 * i, 4 * i + 1, 4 * i + 2});
    triangles.push_back({4 * i, 4 * i + 2, 4 * i + 3});
  }
  paint->surfaces = std::move(surfaces);
  paint->textures = std::move(textures);
  face::Face face = make_mesh(corners, triangles);
  face.appearance.albedo = albedo;
  face.appearance.paint = paint;
  return face;
}

constexpr int kSize = 96;
Image draw(const face::Face& face, Image image = Image(kSize, kSize), float yaw = 0) {
  ThreadPool pool(1);
  Renderer renderer(face, {}, pool);
  Camera camera;
  camera.distance_m = 1.0f;
  camera.yaw = yaw;
  renderer.draw(face.rest.values(), camera, image);
  return image;
}

std::array<int, 3> pixel(const Image& image, int x, int y) {
  const uint8_t* p = image.at(x, y);
  return {p[0], p[1], p[2]};
}

// Of a linear colour, what an 8-bit picture holds.
int encoded(float linear) { return static_cast<int>(255 * srgb_of_linear(linear) + 0.5f); }

TEST(Painter, APictureLiesUprightOnItsSurface) {
  face::PaintedSurface surface;
  surface.texture = 0;
  const auto four =
      texture(2, 2, {{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}});
  auto clamped = four;
  clamped.wrap_x = clamped.wrap_y = face::Wrap::kClamp;
  const Image image = draw(squares({surface}, {clamped}, {{1, 1, 1}}));
  // The square is 0.2 m of 0.26 m: its corners are 11 pixels from those of the picture.
  EXPECT_EQ(pixel(image, 16, 16), (std::array{255, 0, 0}));
  EXPECT_EQ(pixel(image, kSize - 17, 16), (std::array{0, 255, 0}));
  EXPECT_EQ(pixel(image, 16, kSize - 17), (std::array{0, 0, 255}));
  EXPECT_EQ(pixel(image, kSize - 17, kSize - 17), (std::array{255, 255, 255}));
}

TEST(Painter, ColoursMultiplyInLinearLight) {
  face::PaintedSurface surface;
  surface.texture = 0;
  const Image image =
      draw(squares({surface}, {texture(1, 1, {{188, 188, 188, 255}})}, {{0.5f, 1, 0.25f}}));
  const float grey = linear_of_srgb(188 / 255.0f);
  const auto got = pixel(image, kSize / 2, kSize / 2);
  EXPECT_NEAR(got[0], encoded(0.5f * grey), 1);
  EXPECT_NEAR(got[1], encoded(grey), 1);
  EXPECT_NEAR(got[2], encoded(0.25f * grey), 1);
}

TEST(Painter, HolesShowWhatIsBehind) {
  face::PaintedSurface behind, before;
  before.texture = 0;
  before.alpha = Alpha::kMask;
  auto half = texture(2, 1, {{255, 255, 255, 0}, {255, 255, 255, 255}});
  half.wrap_x = half.wrap_y = face::Wrap::kClamp;
  const Image image = draw(squares({behind, before}, {half}, {{1, 0, 0}, {0, 0, 1}}));
  EXPECT_EQ(pixel(image, 24, kSize / 2), (std::array{255, 0, 0}));
  EXPECT_EQ(pixel(image, 72, kSize / 2), (std::array{0, 0, 255}));
}

TEST(Painter, WhatIsMixedLiesOverWhatIsBehindTheFarthestFirst) {
  std::vector<face::PaintedSurface> surfaces(3);
  surfaces[1].alpha = surfaces[2].alpha = Alpha::kBlend;
  surfaces[1].opacity = 0.5f;
  surfaces[2].opacity = 0.25f;
  const std::vector<std::array<float, 3>> colours{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  const Image image = draw(squares(surfaces, {}, colours));
  // 0.75 (0.5 red + 0.5 green) + 0.25 blue; the same along the diagonal that cuts the squares.
  for (int i = 20; i < kSize - 20; ++i) {
    for (const int x : {i, kSize - 1 - i, kSize / 2}) {
      const auto got = pixel(image, x, i);
      EXPECT_NEAR(got[0], encoded(0.375f), 1) << x << ' ' << i;
      EXPECT_NEAR(got[1], encoded(0.375f), 1);
      EXPECT_NEAR(got[2], encoded(0.25f), 1);
    }
  }
  // The order in the file does not matter, but that of the depths does.
  face::Face turned = squares(surfaces, {}, colours);
  std::rotate(turned.triangles.begin(), turned.triangles.begin() + 2, turned.triangles.end());
  EXPECT_EQ(draw(turned).rgb, image.rgb);
}

TEST(Painter, WhatIsHiddenIsNotMixedIn) {
  std::vector<face::PaintedSurface> surfaces(2);
  surfaces[0].alpha = Alpha::kBlend;
  surfaces[0].opacity = 0.5f;
  const Image image = draw(squares(surfaces, {}, {{0, 1, 0}, {1, 0, 0}}));
  EXPECT_EQ(pixel(image, kSize / 2, kSize / 2), (std::array{255, 0, 0}));
}

TEST(Painter, BeforeNothingItsShareIsTheAlpha) {
  std::vector<face::PaintedSurface> surfaces(1);
  surfaces[0].alpha = Alpha::kBlend;
  surfaces[0].opacity = 0.5f;
  const Image image = draw(squares(surfaces, {}, {{0, 0.5f, 0}}), Image::transparent(kSize, kSize));
  const auto middle = static_cast<size_t>(kSize / 2 * kSize + kSize / 2);
  EXPECT_NEAR(image.alpha[middle], 128, 1);
  EXPECT_NEAR(pixel(image, kSize / 2, kSize / 2)[1], encoded(0.5f), 1);
  EXPECT_EQ(image.alpha[0], 0);
}

TEST(Painter, SurfacesAreSeenFromTheSidesThatTheyHave) {
  std::vector<face::PaintedSurface> surfaces(1);
  const auto alpha_from_behind = [&](bool both) {
    surfaces[0].both_sides = both;
    constexpr float kBehind = 3.14159f;
    const Image image =
        draw(squares(surfaces, {}, {{1, 1, 1}}), Image::transparent(kSize, kSize), kBehind);
    return image.alpha[static_cast<size_t>(kSize / 2 * kSize + kSize / 2)];
  };
  EXPECT_EQ(alpha_from_behind(false), 0);
  EXPECT_EQ(alpha_from_behind(true), 255);
}

TEST(Painter, AFinePictureIsSmoothedFromFarAway) {
  face::PaintedSurface surface;
  surface.texture = 0;
  face::Texture board{256, 256, {}};
  for (int i = 0; i < 256 * 256; ++i) {
    const uint8_t c = (i + i / 256) % 2 == 0 ? 255 : 0;
    board.rgba.insert(board.rgba.end(), {c, c, c, 255});
  }
  const Image image = draw(squares({surface}, {board}, {{1, 1, 1}}));
  for (int i = 20; i < kSize - 20; ++i) EXPECT_NEAR(pixel(image, i, i)[0], encoded(0.5f), 4);
}

TEST(Painter, JoinedVerticesShowNoEdge) {
  // Two squares at a right angle with vertices of their own: as one surface the light goes over it.
  face::Face face =
      make_mesh({-0.1f, -0.1f, -0.1f, 0,    -0.1f, 0,     0,    0.1f, 0,     -0.1f, 0.1f, -0.1f,  //
                 0,     -0.1f, 0,     0.1f, -0.1f, -0.1f, 0.1f, 0.1f, -0.1f, 0,     0.1f, 0},
                {{0, 1, 2}, {0, 2, 3}, {4, 5, 6}, {4, 6, 7}});
  const auto step = [&](std::vector<uint32_t> joined) {
    auto paint = std::make_shared<face::Paint>();
    paint->surfaces.resize(1);
    paint->surface.assign(8, 0);
    paint->uv.resize(8);
    paint->opacity.assign(8, 1);
    paint->joined = std::move(joined);
    face.appearance.paint = paint;
    const Image image = draw(face);
    return std::abs(pixel(image, kSize / 2 - 2, kSize / 2)[0] -
                    pixel(image, kSize / 2 + 2, kSize / 2)[0]);
  };
  const int apart = step({0, 1, 2, 3, 4, 5, 6, 7}), joined = step({0, 1, 2, 3, 1, 5, 6, 2});
  EXPECT_GT(apart, 15);
  EXPECT_LT(joined, apart / 3);
}

}  // namespace
}  // namespace flowtalk::render
