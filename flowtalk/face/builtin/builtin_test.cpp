#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "flowtalk/face/builtin/vec.h"
#include "flowtalk/face/face.h"

namespace flowtalk::face {
namespace {

using builtin::cross;
using builtin::dot;
using builtin::length;
using builtin::Vec;

Vec at(std::span<const float> v, uint32_t i) { return {v[3 * i], v[3 * i + 1], v[3 * i + 2]}; }

TEST(BuiltinFace, HasFlamesLayout) {
  const Face& face = builtin_face();
  const int64_t count = face.vertex_count();
  EXPECT_GE(count, 3000);
  EXPECT_EQ(face.shape_basis.shape(), (tensor::Shape{300, count * 3}));
  EXPECT_EQ(face.expression_basis.shape(), (tensor::Shape{50, count * 3}));
  EXPECT_EQ(face.skinning.shape(), (tensor::Shape{count, 5}));
  EXPECT_EQ(face.joint_regressor.shape(), (tensor::Shape{5, count}));
  EXPECT_EQ(static_cast<int64_t>(face.appearance.albedo.size()), count);
  EXPECT_EQ(static_cast<int64_t>(face.appearance.material.size()), count);
}

TEST(BuiltinFace, EveryNumberIsFinite) {
  const Face& face = builtin_face();
  for (const tensor::Tensor* t : {&face.rest, &face.shape_basis, &face.expression_basis,
                                  &face.skinning, &face.joint_regressor}) {
    for (const float x : t->values()) ASSERT_TRUE(std::isfinite(x));
  }
}

TEST(BuiltinFace, TrianglesAreValidAndHaveAnArea) {
  const Face& face = builtin_face();
  for (const auto& f : face.triangles) {
    for (const uint32_t i : f) ASSERT_LT(i, face.vertex_count());
    const Vec a = at(face.rest.values(), f[0]), b = at(face.rest.values(), f[1]),
              c = at(face.rest.values(), f[2]);
    ASSERT_GT(length(cross(b - a, c - a)), 1e-10f) << f[0] << " " << f[1] << " " << f[2];
  }
}

TEST(BuiltinFace, NeighboursAgreeOnTheirOutside) {
  // Each directed edge belongs to one triangle at most: neighbours run opposite ways.
  std::set<std::pair<uint32_t, uint32_t>> edges;
  for (const auto& f : builtin_face().triangles) {
    for (size_t k = 0; k < 3; ++k) {
      ASSERT_TRUE(edges.insert({f[k], f[(k + 1) % 3]}).second) << f[k] << " " << f[(k + 1) % 3];
    }
  }
}

// Share of the triangles of a material on the left half that face away from `inside`.
double outward_share(Material material, Vec inside) {
  const Face& face = builtin_face();
  double outward = 0, all = 0;
  for (const auto& f : face.triangles) {
    const Vec a = at(face.rest.values(), f[0]), b = at(face.rest.values(), f[1]),
              c = at(face.rest.values(), f[2]);
    if (face.appearance.material[f[0]] != material || a.x < 0) continue;
    ++all;
    if (dot(cross(b - a, c - a), a - inside) > 0) ++outward;
  }
  return outward / all;
}

TEST(BuiltinFace, PartsLookOutwards) {
  EXPECT_GT(outward_share(Material::kSkin, {0, -0.02f, 0}), 0.9);
  EXPECT_GT(outward_share(Material::kHair, {0, 0, 0}), 0.99);
  EXPECT_GT(outward_share(Material::kLash, {0.03f, 0, 0.06f}), 0.85);
  EXPECT_GT(outward_share(Material::kCloth, {0, -0.24f, -0.02f}), 0.85);
  EXPECT_EQ(outward_share(Material::kEyeball, {0.0315f, 0, 0.07f}), 1);
  EXPECT_GT(outward_share(Material::kTongue, {0, -0.079f, 0.065f}), 0.95);
  EXPECT_GT(outward_share(Material::kTeeth, {0, -0.066f, 0.05f}), 0.7);
  EXPECT_GT(outward_share(Material::kLips, {0, -0.066f, 0.05f}), 0.9);
  // The bag is seen from within.
  EXPECT_LT(outward_share(Material::kMouthInside, {0, -0.066f, 0.08f}), 0.5);
}

TEST(BuiltinFace, TheSheetOfSkinHasNoHoles) {
  // The skin ends nowhere: its edges are shared by two triangles, also at lids, lips and neck.
  std::map<std::pair<uint32_t, uint32_t>, int> count;
  const Face& face = builtin_face();
  for (const auto& f : face.triangles) {
    for (size_t k = 0; k < 3; ++k) ++count[std::minmax(f[k], f[(k + 1) % 3])];
  }
  for (const auto& [edge, n] : count) {
    if (n == 2) continue;
    const Vec p = at(face.rest.values(), edge.first);
    const Material m = face.appearance.material[edge.first];
    // Ends that lie inside: the eye's rim, brows, hair, teeth, ears' roots, the tongue's root.
    const bool inside = m != Material::kSkin || std::abs(p.x) > 0.05f ||
                        (std::abs(p.x) > 0.01f && std::abs(p.y) < 0.03f);
    EXPECT_TRUE(inside) << p.x << " " << p.y << " " << p.z;
  }
}

TEST(BuiltinFace, SkinningWeightsSumToOne) {
  const Face& face = builtin_face();
  for (int64_t v = 0; v < face.vertex_count(); ++v) {
    float sum = 0;
    for (int64_t j = 0; j < 5; ++j) {
      EXPECT_GE(face.skinning[5 * v + j], 0);
      sum += face.skinning[5 * v + j];
    }
    ASSERT_NEAR(sum, 1, 1e-5);
  }
}

TEST(BuiltinFace, JointsAreWhereTheyBelong) {
  const Face& face = builtin_face();
  std::array<Vec, 5> joints;
  for (uint32_t v = 0; v < static_cast<uint32_t>(face.vertex_count()); ++v) {
    for (int64_t j = 0; j < 5; ++j) {
      joints[static_cast<size_t>(j)] +=
          face.joint_regressor[j * face.vertex_count() + v] * at(face.rest.values(), v);
    }
  }
  EXPECT_NEAR(joints[flame::kLeftEye].x, 0.0315, 1e-4);
  EXPECT_NEAR(joints[flame::kRightEye].x, -0.0315, 1e-4);
  EXPECT_NEAR(joints[flame::kJawJoint].x, 0, 1e-4);
  EXPECT_LT(joints[flame::kJawJoint].y, joints[flame::kLeftEye].y);
  EXPECT_LT(joints[flame::kNeck].y, joints[flame::kJawJoint].y);
  EXPECT_LT(joints[flame::kRoot].y, joints[flame::kNeck].y);
}

TEST(BuiltinFace, RegionsAreFilledAndApart) {
  const Regions& r = builtin_face().regions;
  EXPECT_GT(r.lips.size(), 100u);
  EXPECT_GT(r.upper_face.size(), 100u);
  EXPECT_GT(r.eyes.size(), 100u);
  std::set<uint32_t> all;
  for (const auto* list : {&r.lips, &r.upper_face, &r.eyes}) {
    for (const uint32_t i : *list) EXPECT_TRUE(all.insert(i).second) << i;
  }
}

TEST(BuiltinFace, IdentitiesKeepAFace) {
  // One standard deviation moves a point by millimetres, never by centimetres.
  const Face& face = builtin_face();
  for (int64_t axis = 0; axis < 300; ++axis) {
    float largest = 0;
    for (int64_t i = 0; i < face.vertex_count() * 3; ++i) {
      largest = std::max(largest, std::abs(face.shape_basis[axis * face.vertex_count() * 3 + i]));
    }
    EXPECT_GT(largest, 2e-5f) << axis;
    EXPECT_LT(largest, 7e-3f) << axis;
  }
}

}  // namespace
}  // namespace flowtalk::face
