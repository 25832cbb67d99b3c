#include "flowtalk/face/builtin_on_flame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/face/speaking_flame.h"
#include "tests/refusal.h"

namespace flowtalk::face {
namespace {

using testing::HasSubstr;
using tests::refusal;

class BuiltinOnFlame : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(golden() / "flame")) {
      GTEST_SKIP() << "skipped: no golden data at " << golden() / "flame";
    }
  }
  static const Face& flame() {
    static const Face face = speaking_flame().moved_by_axes;
    return face;
  }
  // What 1 of an axis moves a vertex by, millimetres.
  static std::array<float, 3> moved(const Face& face, size_t axis, int64_t v) {
    const float* d =
        face.expression_basis.data() + static_cast<int64_t>(axis) * face.rest.size() + 3 * v;
    return {1e3f * d[0], 1e3f * d[1], 1e3f * d[2]};
  }
  static float peak(const Face& face, size_t axis) {
    float most = 0;
    for (int64_t v = 0; v < face.vertex_count(); ++v) {
      const auto material = face.appearance.material[static_cast<size_t>(v)];
      if (material != Material::kSkin && material != Material::kLips) continue;
      const auto d = moved(face, axis, v);
      most = std::max(most, std::hypot(d[0], d[1], d[2]));
    }
    return most;
  }
  static size_t axis_named(std::string_view name) {
    return static_cast<size_t>(std::ranges::find(kExpressionAxes, name) - kExpressionAxes.begin());
  }
};

TEST_F(BuiltinOnFlame, AxesMoveAsFarAsOnTheBuiltinHead) {
  for (size_t k = 0; k < kExpressionAxes.size(); ++k) {
    const float there = peak(builtin_face(), k), here = peak(flame(), k);
    if (there == 0 || k == axis("mouthClose")) continue;  // that is fitted to the jaw
    EXPECT_GT(here, 0.75f * there) << kExpressionAxes[k];
    EXPECT_LT(here, 1.2f * there) << kExpressionAxes[k];
  }
}

TEST_F(BuiltinOnFlame, SidesAreNotSwapped) {
  for (const std::string_view name : kExpressionAxes) {
    const bool left = name.ends_with("Left");
    if ((!left && !name.ends_with("Right")) || name.starts_with("eyeLook")) continue;
    const size_t k = axis_named(name);
    double on_left = 0, on_right = 0, aside = 0;
    for (int64_t v = 0; v < FlameRings::kSkinEnd; ++v) {
      const auto d = moved(flame(), k, v);
      (flame().rest[3 * v] > 0 ? on_left : on_right) += double{std::hypot(d[0], d[1], d[2])};
      aside += double{d[0]};
    }
    if (name.starts_with("mouthLeft") || name.starts_with("mouthRight") || name == "jawLeft") {
      EXPECT_GT(left ? aside : -aside, 0) << name;  // towards the face's own left
    } else {
      EXPECT_GT(left ? on_left : on_right, 3 * (left ? on_right : on_left)) << name;
    }
  }
}

TEST_F(BuiltinOnFlame, LipsAreNotSwapped) {
  const auto& lips = flame().lips;
  for (size_t i = 0; i < lips.upper.size(); ++i) {
    const float x = flame().rest[3 * int64_t{lips.upper[i]}];
    const std::string side = x > 0 ? "Left" : "Right";
    if (std::abs(x) < 5e-3f) continue;
    const size_t down = axis_named("mouthLowerDown" + side), up = axis_named("mouthUpperUp" + side);
    EXPECT_LT(moved(flame(), down, lips.lower[i])[1], -3) << i;
    EXPECT_GT(moved(flame(), down, lips.upper[i])[1], -0.5f) << i;
    EXPECT_GT(moved(flame(), up, lips.upper[i])[1], 3) << i;
    EXPECT_LT(moved(flame(), up, lips.lower[i])[1], 0.5f) << i;
  }
}

TEST_F(BuiltinOnFlame, LidsMeetInABlink) {
  const auto rings = *flame_rings(flame());
  for (const bool left : {true, false}) {
    const auto& pocket = rings.pocket[left ? 0 : 1];
    const size_t k = axis_named(left ? "eyeBlinkLeft" : "eyeBlinkRight");
    float high = -1, low = 1, high_shut = -1, low_shut = 1;
    for (int64_t v = 0; v < FlameRings::kSkinEnd; ++v) {
      if (pocket[static_cast<size_t>(v)] != FlameRings::kMargin) continue;
      const float y = flame().rest[3 * v + 1], shut = y + 1e-3f * moved(flame(), k, v)[1];
      high = std::max(high, y), low = std::min(low, y);
      high_shut = std::max(high_shut, shut), low_shut = std::min(low_shut, shut);
    }
    EXPECT_GT(high - low, 8e-3f);
    EXPECT_LT(high_shut - low_shut, 0.4f * (high - low));  // what is left is the lids' slant
  }
}

TEST_F(BuiltinOnFlame, MouthCloseClosesTheJawOfThisFace) {
  const Deformer deformer(flame());
  std::vector<float> vertices(static_cast<size_t>(flame().rest.size()));
  std::vector<float> expression(kExpressionAxes.size());
  FaceFrame frame;
  frame.expression = expression;
  const auto gap_mm = [&](float jaw, float close) {
    frame.jaw = {jaw, 0, 0};
    expression[axis("mouthClose")] = close;
    deformer.vertices(frame, vertices);
    return 1e3f * lip_gap(flame(), vertices);
  };
  const float rest = gap_mm(0, 0);
  for (const float jaw : {0.08f, 0.15f, 0.25f}) {
    EXPECT_GT(gap_mm(jaw, 0) - rest, 60 * jaw);
    EXPECT_NEAR(gap_mm(jaw, jaw / kJawOpen / kClosedJaw), rest, 0.5f) << jaw;
  }
}

TEST_F(BuiltinOnFlame, FacesOfOtherTopologyAreRefused) {
  Face face = builtin_face();
  EXPECT_THAT(refusal([&] { with_builtin_axes(face); }), HasSubstr("not FLAME's topology of 5023"));
}

}  // namespace
}  // namespace flowtalk::face
