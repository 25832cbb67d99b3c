// Eyes meet the camera from straight ahead and from a little aside.
#include "flowtalk/pipeline/eye_contact.h"

#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/face/expression_axes.h"

namespace flowtalk::pipeline {
namespace {

// Yaw of the line of sight, from the middle of an eyeball to its pupil.
float gaze(const face::Face& face, const face::FaceFrame& frame, size_t eye) {
  std::vector<float> v(static_cast<size_t>(face.rest.size()));
  face::Deformer(face).vertices(frame, v);
  const auto& cornea = face.appearance.corneas.at(eye);
  const float side = face.rest[3 * int64_t{cornea.pole}] > 0 ? 1.0f : -1.0f;
  const float x = v[3 * size_t{cornea.pole}] - side * 0.0315f,
              z = v[3 * size_t{cornea.pole} + 2] - 0.07f;
  return std::atan2(x, z);
}

TEST(EyeContact, BothEyesTurnToTheCamera) {
  const face::Face& face = face::builtin_face();
  for (const float yaw : {0.2f, -0.3f}) {
    for (size_t eye = 0; eye < 2; ++eye) {
      EyeContact contact;
      EXPECT_NEAR(gaze(face, contact.turned({}, face, yaw), eye) - gaze(face, {}, eye), yaw, 0.02f);
    }
  }
}

TEST(EyeContact, AddsToWhereTheyLook) {
  const face::Face& face = face::builtin_face();
  std::vector<float> aside(50);
  aside[face::axis("eyeLookInLeft")] = 0.4f;  // 0.2 radians to the face's right
  face::FaceFrame frame;
  frame.expression = aside;
  EyeContact contact;
  const auto turned = contact.turned(frame, face, 0.2f);
  EXPECT_NEAR(turned.expression[face::axis("eyeLookInLeft")], 0, 1e-6f);
  EXPECT_NEAR(turned.expression[face::axis("eyeLookOutLeft")], 0, 1e-6f);
}

TEST(EyeContact, LeavesFacesAloneThatAreSeenFromTheSide) {
  EyeContact contact;
  EXPECT_EQ(contact.turned({}, face::builtin_face(), 0.72f).expression.size(), 0u);
}

}  // namespace
}  // namespace flowtalk::pipeline
