#include "flowtalk/face/face.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::face {
namespace {

using tensor::Tensor;

// Four points that belong to the root, the neck, the jaw and the left eye; the joints stand on
// them. Shape axis 0 shifts all by (0, 1, 0), expression axis 0 the last point by (0, 0, 1).
Face small_face() {
  Face face;
  face.rest = Tensor({4, 3}, std::vector<float>{0, -2, 0, 0, 0, 0, 0, 1, 1, 1, 2, 1});
  face.shape_basis = Tensor({1, 12}, std::vector<float>{0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0});
  face.expression_basis = Tensor::zeros({50, 12});
  face.expression_basis[11] = 1;
  face.joint_regressor = Tensor(
      {5, 4}, std::vector<float>{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1});
  face.skinning = Tensor(
      {4, 5}, std::vector<float>{1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0});
  return face;
}

std::vector<float> deformed(const Face& face, const FaceFrame& frame,
                            std::span<const float> shape = {}) {
  std::vector<float> out(static_cast<size_t>(face.rest.size()));
  Deformer(face, shape).vertices(frame, out);
  return out;
}

TEST(Deformer, ZeroParametersGiveTheRestShape) {
  const Face face = small_face();
  const std::vector<float> zeros(50);
  FaceFrame frame;
  frame.expression = zeros;
  const auto v = deformed(face, frame);
  EXPECT_TRUE(std::equal(v.begin(), v.end(), face.rest.values().begin()));
}

TEST(Deformer, AddsShapeAndExpression) {
  const Face face = small_face();
  const std::vector<float> shape{0.5f}, expression{2.0f};
  FaceFrame frame;
  frame.expression = expression;
  const auto v = deformed(face, frame, shape);
  EXPECT_FLOAT_EQ(v[1], -1.5f);
  EXPECT_FLOAT_EQ(v[11], 3.0f);
}

TEST(Deformer, TurnsAboutTheJointsOfTheShapedFace) {
  const Face face = small_face();
  const float quarter = std::acos(0.0f);
  const std::vector<float> shape{1};
  FaceFrame frame;
  frame.neck = {0, 0, quarter};  // x -> y, y -> -x about the neck, which stands at (0, 1, 0)
  const auto v = deformed(face, frame, shape);
  EXPECT_THAT(std::vector<float>(v.begin(), v.begin() + 3),
              testing::ElementsAre(0, -1, 0));  // the root keeps still
  EXPECT_NEAR(v[6], -1, 1e-6);                  // the jaw hangs below the neck
  EXPECT_NEAR(v[7], 1, 1e-6);
  EXPECT_NEAR(v[9], -2, 1e-6);
  EXPECT_NEAR(v[10], 2, 1e-6);
}

TEST(Deformer, TheRootTurnsEverythingAsOneBody) {
  const Face& face = builtin_face();
  FaceFrame frame;
  frame.root = {0.3f, -0.5f, 0.2f};
  const auto v = deformed(face, frame);
  const auto distance = [](std::span<const float> p, size_t a, size_t b) {
    return std::hypot(p[3 * a] - p[3 * b], p[3 * a + 1] - p[3 * b + 1],
                      p[3 * a + 2] - p[3 * b + 2]);
  };
  const auto count = static_cast<size_t>(face.vertex_count());
  for (size_t a = 0; a < count; a += 97) {
    const size_t b = (a * 31 + 5) % count;
    EXPECT_NEAR(distance(v, a, b), distance(face.rest.values(), a, b), 1e-5);
  }
}

TEST(Deformer, PoseCorrectivesFollowTheRotationMinusIdentity) {
  Face face = small_face();
  face.pose_basis = Tensor::zeros({36, 12});
  face.pose_basis[9 * 12] = 1;  // jaw, entry (0, 0): point 0 moves by cos(angle) - 1 in x
  FaceFrame frame;
  frame.jaw = {0, 0.4f, 0};
  EXPECT_NEAR(deformed(face, frame)[0], std::cos(0.4) - 1, 1e-6);
}

TEST(FrameOf, SplitsTheThreeLayouts) {
  for (const size_t width : {53u, 353u, 403u}) {
    Tensor row({1, static_cast<int64_t>(width)});
    for (size_t i = 0; i < width; ++i) row[static_cast<int64_t>(i)] = static_cast<float>(i);
    const auto motion = motion::of_rows(row, motion::Axes::kFlame);
    const FaceFrame frame = frame_of(motion, 0);
    const size_t shape = width == 53 ? 0 : 300;
    EXPECT_EQ(frame.shape.size(), shape);
    EXPECT_EQ(frame.expression.size(), width - shape - 3);
    EXPECT_EQ(frame.expression[0], static_cast<float>(shape));
    EXPECT_EQ(frame.jaw[2], static_cast<float>(width - 1));
  }
}

TEST(LipGap, IsTheMeanVerticalDistance) {
  Face face = small_face();
  face.lips.upper = {3, 2};
  face.lips.lower = {1, 1};
  EXPECT_FLOAT_EQ(lip_gap(face, face.rest.values()), 1.5f);
}

TEST(LoadFace, NamesTheBuiltInHeadOrAFile) {
  EXPECT_EQ(&load_face(""), &builtin_face());
  EXPECT_EQ(&load_face("builtin"), &builtin_face());
  try {
    load_face("buildin");
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("\"buildin\""));
    EXPECT_THAT(e.what(), testing::HasSubstr("\"builtin\" or the path of a FLAME file"));
  }
}

}  // namespace
}  // namespace flowtalk::face
