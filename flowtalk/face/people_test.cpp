// The people of the built-in head, and identities drawn by a seed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "flowtalk/face/face.h"
#include "flowtalk/face/identity.h"
#include "tests/refusal.h"

namespace flowtalk::face {
namespace {

using ::testing::HasSubstr;

// Root mean square distance of the skin's vertices, millimetres.
double apart(const Face& a, const Face& b) {
  double sum = 0, count = 0;
  for (size_t v = 0; v < a.appearance.material.size(); ++v) {
    if (a.appearance.material[v] != Material::kSkin) continue;
    for (size_t k = 0; k < 3; ++k) {
      const auto i = static_cast<int64_t>(3 * v + k);
      sum += std::pow(1000.0 * double{a.rest[i] - b.rest[i]}, 2);
    }
    ++count;
  }
  return std::sqrt(sum / count);
}

TEST(People, AreOfOneMeshAndDiffer) {
  const auto names = person_names();
  ASSERT_GE(names.size(), 4u);
  std::vector<Face> people;
  for (const auto& name : names) people.push_back(builtin_person(name));
  EXPECT_EQ(apart(people.front(), builtin_face()), 0);
  for (size_t i = 0; i < people.size(); ++i) {
    EXPECT_EQ(people[i].triangles, builtin_face().triangles) << names[i];
    EXPECT_EQ(people[i].regions.lips, builtin_face().regions.lips) << names[i];
    EXPECT_EQ(people[i].axes, motion::Axes::kBuiltin);
    for (size_t j = 0; j < i; ++j) {
      EXPECT_GT(apart(people[i], people[j]), 1.5) << names[i] << " " << names[j];
      EXPECT_NE(people[i].appearance.albedo, people[j].appearance.albedo);
    }
  }
}

TEST(People, LipsOfAllMeetAtRest) {
  for (const auto& name : person_names()) {
    const Face face = builtin_person(name);
    EXPECT_LT(lip_gap(face, face.rest.values()), 0.4e-3f) << name;
  }
}

TEST(People, NobodyElse) {
  EXPECT_THAT(tests::refusal([] { builtin_person("pual"); }), HasSubstr("no person \"pual\""));
}

TEST(Identity, IsTheSameForASeedAndAnotherForAnother) {
  const Face& face = builtin_face();
  EXPECT_EQ(draw_identity(face, 3), draw_identity(face, 3));
  EXPECT_NE(draw_identity(face, 3), draw_identity(face, 4));
}

TEST(Identity, IsPlausible) {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    Face face = builtin_face();
    const auto shape = draw_identity(face, seed);
    for (const float x : shape) EXPECT_LE(std::abs(x), 2);
    set_identity(face, shape);
    const double distance = apart(face, builtin_face());
    EXPECT_GT(distance, 1.5) << seed;  // another person ...
    EXPECT_LT(distance, 12) << seed;   // ... with a head
    EXPECT_LT(lip_gap(face, face.rest.values()), 1.0e-3f) << seed;
  }
}

TEST(Identity, IsAnywhereTheMotionsShape) {
  Face face = builtin_face();
  const auto shape = draw_identity(face, 7);
  set_identity(face, shape);
  std::vector<float> moved(static_cast<size_t>(face.rest.size()));
  Deformer(builtin_face(), shape).vertices({}, moved);
  for (size_t i = 0; i < moved.size(); ++i) {
    ASSERT_NEAR(moved[i], face.rest[static_cast<int64_t>(i)], 2e-6f);
  }
}

}  // namespace
}  // namespace flowtalk::face
