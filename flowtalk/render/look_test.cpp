// What must be seen of a face, and what must not.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string_view>
#include <vector>

#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/face.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/render/renderer.h"
#include "flowtalk/render/test_shapes.h"

namespace flowtalk::render {
namespace {

using face::Material;

struct Mix {
  std::vector<std::pair<std::string_view, float>> axes;  // "eyeBlink" stands for both sides
  float jaw = 0;
};

std::vector<float> posed(const face::Face& face, const Mix& mix) {
  std::vector<float> expression(motion::kLiveExpression, 0.0f);
  for (const auto& [name, value] : mix.axes) {
    for (size_t i = 0; i < expression.size(); ++i) {
      if (face::kExpressionAxes[i].starts_with(name)) expression[i] = value;
    }
  }
  face::FaceFrame frame;
  frame.expression = expression;
  frame.jaw[0] = mix.jaw;
  std::vector<float> vertices(static_cast<size_t>(face.rest.size()));
  face::Deformer(face).vertices(frame, vertices);
  return vertices;
}

// From `height_m` of the world around `target`, in 300 x 300 pixels.
Image close_up(const face::Face& face, const Mix& mix, Vec3 target, float height_m, float yaw,
               const RenderOptions& options = {}, int threads = 2) {
  Camera camera;
  camera.target = target;
  camera.yaw = yaw;
  camera.field_of_view = 2 * std::atan(0.5f * height_m / camera.distance_m);
  ThreadPool pool(threads);
  Renderer renderer(face, options, pool);
  Image image(300, 300);
  renderer.draw(posed(face, mix), camera, image);
  return image;
}

int count(const Image& image, const std::function<bool(const uint8_t*)>& is) {
  int n = 0;
  for (size_t i = 0; i < image.rgb.size(); i += 3) n += is(&image.rgb[i]) ? 1 : 0;
  return n;
}

// The built-in head in red, with one material in blue.
face::Face marked(const std::vector<Material>& materials) {
  face::Face face = face::builtin_face();
  for (size_t v = 0; v < face.appearance.albedo.size(); ++v) {
    const bool mark = std::find(materials.begin(), materials.end(), face.appearance.material[v]) !=
                      materials.end();
    face.appearance.albedo[v] = mark ? std::array{0.0f, 0.0f, 0.9f} : std::array{0.9f, 0.0f, 0.0f};
  }
  return face;
}
bool is_blue(const uint8_t* p) { return p[2] > p[0] + 20; }

constexpr Vec3 kLeftEye = {0.0315f, 0, 0.07f};
constexpr Vec3 kMouth = {0, -0.067f, 0.1f};

TEST(Look, LidsCoverTheEyeballInABlink) {
  const face::Face face = marked({Material::kEyeball});
  for (const float yaw : {-0.6f, -0.2f, 0.0f, 0.2f, 0.6f, 1.0f}) {
    EXPECT_GT(count(close_up(face, {}, kLeftEye, 0.04f, yaw), is_blue), 3000) << yaw;
    EXPECT_EQ(count(close_up(face, {{{"eyeBlink", 1}}}, kLeftEye, 0.04f, yaw), is_blue), 0) << yaw;
  }
  int last = 90000;
  for (const float blink : {0.0f, 0.25f, 0.5f, 0.75f}) {
    const int seen = count(close_up(face, {{{"eyeBlink", blink}}}, kLeftEye, 0.04f, 0), is_blue);
    EXPECT_LT(seen, last) << blink;
    last = seen;
  }
}

TEST(Look, NothingShinesThroughClosedLips) {
  const face::Face inside = marked({Material::kTeeth, Material::kTongue});
  RenderOptions lit;
  lit.occlusion = lit.shadows = false;
  lit.backdrop_centre = lit.backdrop_edge = {0, 0xff, 0};
  const std::vector<Mix> closed{{},
                                {{{"mouthSmile", 1}}},
                                {{{"mouthFrown", 1}}},
                                {{{"mouthPress", 1}}},
                                {{{"mouthRoll", 1}}},
                                {{{"mouthPucker", 1}}},
                                {{{"mouthStretch", 1}}},
                                {{{"mouthDimple", 1}}},
                                {{{"mouthClose", 0.6f}}, 0.15f}};
  for (const Mix& mix : closed) {
    for (const float yaw : {-0.4f, 0.0f, 0.4f}) {
      const Image image = close_up(inside, mix, kMouth, 0.04f, yaw, lit);
      const char* name = mix.axes.empty() ? "rest" : mix.axes[0].first.data();
      EXPECT_EQ(count(image, is_blue), 0) << name << " " << yaw;
      EXPECT_EQ(count(image, [](const uint8_t* p) { return p[1] > p[0]; }), 0) << name << yaw;
    }
  }
  EXPECT_GT(count(close_up(inside, {{}, 0.2f}, kMouth, 0.04f, 0, lit), is_blue), 1000);
}

TEST(Look, TheBackOfTheMouthHidesTheGround) {
  // Half and wide open: whatever is seen between the lips, it is not what lies behind the head.
  RenderOptions options;
  options.backdrop_centre = options.backdrop_edge = {0, 0xff, 0};
  for (const float jaw : {0.05f, 0.12f, 0.2f, 0.3f}) {
    for (const float yaw : {-0.3f, 0.0f, 0.3f}) {
      const Image image =
          close_up(face::builtin_face(), {{}, jaw}, {0, -0.075f, 0.09f}, 0.05f, yaw, options);
      EXPECT_EQ(count(image, [](const uint8_t* p) { return p[1] > p[0] + 40; }), 0) << jaw << yaw;
    }
  }
}

TEST(Look, EyesCatchTheLight) {
  // On a black iris and pupil the reflection of the key light is a small white spot.
  face::Face face = face::builtin_face();
  for (const face::Cornea& cornea : face.appearance.corneas) {
    for (const uint32_t v : cornea.vertices) face.appearance.albedo[v] = {0, 0, 0};
  }
  ASSERT_EQ(face.appearance.corneas.size(), 2u);
  for (const float side : {1.0f, -1.0f}) {
    for (const float yaw : {-0.2f, 0.0f, 0.2f}) {
      const Vec3 eye = {side * kLeftEye[0], kLeftEye[1], kLeftEye[2]};
      const Image image = close_up(face, {}, eye, 0.011f, yaw);  // as wide as the iris
      const int bright = count(image, [](const uint8_t* p) { return p[1] > 200; });
      EXPECT_GT(bright, 300) << side << " " << yaw;
      EXPECT_LT(bright, 30000) << side << " " << yaw;
    }
  }
}

TEST(Look, TheEyeDarkensTowardsTheUpperLid) {
  // The same white eyeballs among black skin, with and without the shadow of the lids.
  face::Face with = marked({Material::kEyeball});
  for (auto& colour : with.appearance.albedo) {
    colour = colour[2] > 0 ? std::array{0.5f, 0.5f, 0.5f} : std::array{0.0f, 0.0f, 0.0f};
  }
  with.appearance.corneas.clear();
  ASSERT_EQ(with.appearance.shaded_eyes.size(), 2u);
  face::Face without = with;
  without.appearance.shaded_eyes.clear();
  const auto row_means = [](const face::Face& face) {
    const Image image = close_up(face, {}, kLeftEye, 0.012f, 0);  // 25 pixels are a millimetre
    std::vector<double> means;
    for (int y = 0; y < 300; ++y) {
      double sum = 0;
      for (int x = 140; x < 160; ++x) sum += image.at(x, y)[1];
      means.push_back(sum / 20);
    }
    return means;
  };
  const auto shaded = row_means(with), lit = row_means(without);
  const auto first = static_cast<size_t>(
      std::ranges::find_if(lit, [](double mean) { return mean > 60; }) - lit.begin());
  ASSERT_LT(first, 150u);  // the lid's margin
  EXPECT_LT(shaded[first + 10], 0.8 * lit[first + 10]);
  EXPECT_LT(shaded[first + 50], 0.95 * lit[first + 50]);
  EXPECT_GT(shaded[first + 50] / lit[first + 50], shaded[first + 10] / lit[first + 10]);
  for (size_t y = first + 150; y < 290; ++y) EXPECT_NEAR(shaded[y], lit[y], 2) << y;
}

TEST(Look, ATearLineRunsAlongTheLowerLidAndABlinkHidesMostOfIt) {
  const face::Face wet = marked({Material::kTear});
  const int open = count(close_up(wet, {}, kLeftEye, 0.04f, 0), is_blue);
  EXPECT_GT(open, 100);
  EXPECT_LT(open, 2000);
  EXPECT_LT(count(close_up(wet, {{{"eyeBlink", 1}}}, kLeftEye, 0.04f, 0), is_blue), open / 3);
}

TEST(Look, PoresAreSeenFromNearAndGoWhereAPixelIsLarger) {
  face::Face wall = make_mesh({-0.1f, -0.1f, 0, 0.1f, -0.1f, 0, 0.1f, 0.1f, 0, -0.1f, 0.1f, 0},
                              {{0, 1, 2}, {0, 2, 3}});
  face::Face skin = wall;
  for (size_t v = 0; v < 4; ++v) {
    skin.appearance.pores.push_back(
        {1000 * wall.rest.data()[3 * v], 1000 * wall.rest.data()[3 * v + 1]});
  }
  const auto draw = [](const face::Face& face, float height_m) {
    Camera camera;
    camera.field_of_view = 2 * std::atan(0.5f * height_m / camera.distance_m);
    ThreadPool pool(1);
    Renderer renderer(face, {}, pool);
    Image image(300, 300);
    renderer.draw(face.rest.values(), camera, image);
    return image;
  };
  // The largest difference that pores make, and how many values have one; pictures of 300 pixels.
  const auto roughness = [&](float height_m) {
    const Image smooth = draw(wall, height_m), rough = draw(skin, height_m);
    std::pair<int, int> most{0, 0};
    for (size_t i = 0; i < smooth.rgb.size(); ++i) {
      const int difference = std::abs(int{smooth.rgb[i]} - int{rough.rgb[i]});
      most.first = std::max(most.first, difference);
      most.second += difference > 0 ? 1 : 0;
    }
    return most;
  };
  const auto [near, near_count] = roughness(0.03f);  // 0.1 mm a pixel
  EXPECT_GT(near, 3);
  EXPECT_LT(near, 40);
  EXPECT_GT(near_count, 30000);
  const auto [middle, middle_count] = roughness(0.12f);  // 0.4 mm
  EXPECT_LT(middle, near);
  EXPECT_GT(middle, 0);
  EXPECT_EQ(roughness(0.18f), (std::pair{0, 0}));  // 0.6 mm
}

TEST(Look, PaintedBrowsAreSharperThanTheirMesh) {
  // Two triangles that carry a brow from x = -3 cm to 3 cm, which is their only detail.
  face::Face wall = make_mesh({-0.1f, -0.1f, 0, 0.1f, -0.1f, 0, 0.1f, 0.1f, 0, -0.1f, 0.1f, 0},
                              {{0, 1, 2}, {0, 2, 3}});
  for (size_t v = 0; v < 4; ++v) {
    const float x = wall.rest.data()[3 * v], y = wall.rest.data()[3 * v + 1];
    wall.appearance.brow.push_back({(x + 0.03f) / 0.06f, y / 0.06f});
  }
  const auto draw = [&](Look look) {
    Camera camera;
    camera.field_of_view = 2 * std::atan(0.05f / camera.distance_m);  // 300 pixels are 10 cm
    RenderOptions options = render_options(look);
    options.shadows = options.occlusion = false;
    ThreadPool pool(1);
    Renderer renderer(wall, options, pool);
    Image image(300, 300);
    renderer.draw(wall.rest.values(), camera, image);
    return image;
  };
  const Image natural = draw(Look::kNatural), grey = draw(Look::kGrey);
  EXPECT_LT(natural.at(120, 150)[0], natural.at(120, 110)[0] - 80);
  for (const auto& [x, y] : {std::pair{120, 190}, {40, 150}, {260, 150}}) {
    EXPECT_NEAR(natural.at(x, y)[0], natural.at(120, 110)[0], 12) << x << " " << y;
  }
  EXPECT_NEAR(grey.at(120, 150)[0], grey.at(120, 110)[0], 12);
}

TEST(Look, GreyIsGrey) {
  const RenderOptions grey = render_options(Look::kGrey);
  const Image image = close_up(face::builtin_face(), {{}, 0.15f}, {0, 0, 0}, 0.35f, 0.3f, grey);
  int shades[256] = {};
  for (size_t i = 0; i < image.rgb.size(); i += 3) {
    ASSERT_EQ(image.rgb[i], image.rgb[i + 1]);
    ASSERT_EQ(image.rgb[i], image.rgb[i + 2]);
    ++shades[image.rgb[i]];
  }
  EXPECT_GT(shades[255], 9000);                                                     // the ground
  EXPECT_GT(std::count_if(shades, shades + 255, [](int n) { return n > 0; }), 60);  // the head
  // Hair and skin are one clay: the forehead and the hair above it look alike.
  const auto mean = [&](int y0, int y1) {
    int sum = 0;
    for (int y = y0; y < y1; ++y) sum += image.at(130, y)[0];
    return sum / (y1 - y0);
  };
  EXPECT_NEAR(mean(60, 75), mean(100, 115), 45);
}

TEST(Look, GreyPicturesAreTheSameForAnyNumberOfThreads) {
  const RenderOptions grey = render_options(Look::kGrey);
  const auto draw = [&](int threads) {
    return close_up(face::builtin_face(), {}, {0, 0, 0}, 0.35f, 0.3f, grey, threads).rgb;
  };
  EXPECT_EQ(draw(1), draw(2));
}

}  // namespace
}  // namespace flowtalk::render
