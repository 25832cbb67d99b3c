// From the drawn head to a Face: colours, skinning weights, identity and expression bases.
#pragma once

#include <span>
#include <string_view>

#include "flowtalk/face/builtin/head_mesh.h"
#include "flowtalk/face/builtin/people.h"
#include "flowtalk/face/face.h"

namespace flowtalk::face::builtin {

inline constexpr float kMetre = 0.001f;  // of a millimetre

Appearance paint(const HeadMesh& mesh, const Person& person);
tensor::Tensor skinning_weights(const HeadMesh& mesh);                            // (V, 5)
tensor::Tensor pose_basis(const HeadMesh& mesh, const tensor::Tensor& skinning);  // (36, V*3)
tensor::Tensor joint_regressor(const HeadMesh& mesh);                             // (5, V)
tensor::Tensor shape_basis(const HeadMesh& mesh);       // (300, V*3), metres per unit
tensor::Tensor expression_basis(const HeadMesh& mesh);  // (50, V*3), metres per unit

// How much a point follows the jaw, 0..1.
float jaw_weight(const Point& point);

// What one axis does to one point, mm; points with an anchor follow it. Paired axes are written for
// the left side and mirrored.
using Displacement = Vec (*)(const Point&);
struct NamedMotion {
  std::string_view name;  // "mouthSmile" stands for the pair mouthSmileLeft and mouthSmileRight
  Displacement move;
};
std::span<const NamedMotion> eye_and_brow_motions();
std::span<const NamedMotion> mouth_motions();

// Moves along the smooth skin by (dx, dy) and out of it by `out`, mm.
Vec slide(const Point& point, float dx, float dy, float out = 0);

}  // namespace flowtalk::face::builtin
