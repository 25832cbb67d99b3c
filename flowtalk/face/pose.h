// How the five joints turn a head: rotations, the kinematic chain, what pose correctives see. In
// double precision: it is a few hundred operations per frame.
#pragma once

#include <array>

#include "flowtalk/face/face.h"

namespace flowtalk::face {

using Vector3 = std::array<double, 3>;
using Matrix3 = std::array<double, 9>;  // row-major
using Rotations = std::array<Matrix3, flame::kJoints>;
using Joints = std::array<Vector3, flame::kJoints>;

// Axis-angle to a matrix by Rodrigues' formula, with the detail of the FLAME layer: the angle is
// the length of the vector after 1e-8 was added to each component, so that it is never zero.
Matrix3 rotation(const std::array<float, 3>& axis_angle);

// Of root, neck, jaw, left eye, right eye.
Rotations rotations(const FaceFrame& frame);

// x -> r x + t
struct Rigid {
  Matrix3 r{1, 0, 0, 0, 1, 0, 0, 0, 1};
  Vector3 t{};
};

// What each joint does to the points that hang on it: it turns about its rest position and follows
// its parents. joints: positions at rest.
std::array<Rigid, flame::kJoints> chain(const std::array<int, flame::kJoints>& parents,
                                        const Joints& joints, const Rotations& rotations);

// R - I of joints 1..4, row by row: the 36 coefficients of the pose correctives.
std::array<float, 36> pose_feature(const Rotations& rotations);

// r p + t
Vector3 move(const Rigid& rigid, const Vector3& p);

}  // namespace flowtalk::face
