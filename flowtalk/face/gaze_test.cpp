#include "flowtalk/face/gaze.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>

#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/face.h"

namespace flowtalk::face {
namespace {

using Row = std::array<float, kExpressionAxes.size()>;

// Where an eyeball of the built-in head looks, from its vertices: the pupil from the joint.
EyeTurn seen(std::span<const float> row, bool left) {
  const Face& face = builtin_face();
  const Deformer deformer(face);
  std::vector<float> vertices(static_cast<size_t>(face.vertex_count() * 3));
  FaceFrame frame;
  frame.expression = row;
  deformer.vertices(frame, vertices);
  const auto joints = deformer.joints(FaceFrame{});
  const auto& eye = joints[left ? flame::kLeftEye : flame::kRightEye];
  for (const Cornea& cornea : face.appearance.corneas) {
    const size_t at = 3 * cornea.pole;
    if ((face.rest[static_cast<int64_t>(at)] > 0) != left) continue;
    const double x = vertices[at] - eye[0], y = vertices[at + 1] - eye[1],
                 z = vertices[at + 2] - eye[2];
    return {static_cast<float>(std::atan2(x, z)),
            static_cast<float>(std::asin(y / std::hypot(x, y, z)))};
  }
  ADD_FAILURE() << "no cornea";
  return {};
}

TEST(Gaze, AxesTurnTheEyeballsByAsMuch) {
  const EyeTurn rest = seen(Row{}, true), other = seen(Row{}, false);
  for (const EyeTurn turn : {EyeTurn{0.5f, 0}, EyeTurn{-0.5f, 0}, EyeTurn{0, 0.4f},
                             EyeTurn{0, -0.45f}, EyeTurn{0.2f, -0.15f}}) {
    Row row{};
    look(row, {turn, turn});
    const EyeTurn left = seen(row, true), right = seen(row, false);
    EXPECT_NEAR(left.left - rest.left, turn.left, 0.04);
    EXPECT_NEAR(left.up - rest.up, turn.up, 0.04);
    EXPECT_NEAR(right.left - other.left, turn.left, 0.04);
    EXPECT_NEAR(right.up - other.up, turn.up, 0.04);
  }
}

TEST(Gaze, ComesBackFromAxesAndFromJoints) {
  for (const EyeTurn turn : {EyeTurn{0.3f, 0.2f}, EyeTurn{-0.4f, -0.3f}, EyeTurn{}}) {
    const Gaze gaze{turn, {-turn.left, turn.up}};
    Row row{};
    row.fill(0.5f);  // what was looked at before is gone
    look(row, gaze);
    std::array<float, 6> eyes{};
    turn_joints(eyes, gaze);
    for (const Gaze& again : {gaze_of(row), gaze_of_joints(eyes)}) {
      EXPECT_NEAR(again.left_eye.left, turn.left, 1e-6);
      EXPECT_NEAR(again.left_eye.up, turn.up, 1e-6);
      EXPECT_NEAR(again.right_eye.left, -turn.left, 1e-6);
      EXPECT_NEAR(again.right_eye.up, turn.up, 1e-6);
    }
  }
}

TEST(Gaze, NoAxisGoesBeyondOne) {
  Row row{};
  look(row, {{2, 2}, {-2, -2}});
  EXPECT_EQ(row[axis("eyeLookOutLeft")], 1);
  EXPECT_EQ(row[axis("eyeLookUpLeft")], 1);
  EXPECT_EQ(row[axis("eyeLookOutRight")], 1);
  EXPECT_EQ(row[axis("eyeLookDownRight")], 1);
  EXPECT_EQ(row[axis("eyeLookInLeft")] + row[axis("eyeLookInRight")], 0);
}

}  // namespace
}  // namespace flowtalk::face
