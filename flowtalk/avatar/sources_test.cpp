#include "flowtalk/avatar/sources.h"

#include <gmock/gmock.h>

namespace flowtalk::avatar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

MeshTargets mesh_of(const std::vector<std::string>& names) {
  return {names, std::vector<float>(names.size(), 0.0f)};
}

struct Seen {
  Sources sources;
  Found found;
};
Seen seen(const std::vector<MeshTargets>& meshes, const Vrm& vrm = {}) {
  Seen seen;
  seen.sources = sources_of(meshes, vrm, seen.found);
  return seen;
}

const Source& source(const Seen& seen, const char* name) { return seen.sources[*channel_of(name)]; }

// Avatars for several programs have the same shape under several names.
TEST(AvatarSources, OneOfSeveralNamesCounts) {
  const auto [sources, found] =
      seen({mesh_of({"JawOpen", "jawOpen", "head.jawOpen", "MouthFunnel", "A30_Mouth_Funnel"}),
            mesh_of({"A25_Jaw_Open", "jawopen"})});
  EXPECT_THAT(sources[arkit::shape("jawOpen")].targets, ElementsAre(Pair(0, 1), Pair(1, 0)));
  EXPECT_THAT(sources[arkit::shape("mouthFunnel")].targets, ElementsAre(Pair(0, 3)));
  EXPECT_THAT(found.doubled, ElementsAre("A30_Mouth_Funnel", "JawOpen", "head.jawOpen", "jawopen"));
  EXPECT_THAT(found.unknown, IsEmpty());
}

TEST(AvatarSources, VowelsVisemesAndMoodsToo) {
  const Seen both = seen({mesh_of({"あ", "A", "vrc.v_aa", "viseme_aa", "Joy", "Fcl_ALL_Joy"})});
  EXPECT_THAT(source(both, "A").targets, ElementsAre(Pair(0, 0)));
  EXPECT_THAT(source(both, "viseme_aa").targets, ElementsAre(Pair(0, 2)));
  EXPECT_THAT(source(both, "Joy").targets, ElementsAre(Pair(0, 4)));
  EXPECT_THAT(both.found.doubled, ElementsAre("A", "Fcl_ALL_Joy", "viseme_aa"));
}

TEST(AvatarSources, HalvesCountWhereTheWholeIsMissing) {
  const Seen halves = seen({mesh_of({"browInnerUp_L", "browInnerUp_R", "cheekPuffLeft"})});
  EXPECT_THAT(source(halves, "browInnerUp").targets, ElementsAre(Pair(0, 0), Pair(0, 1)));
  EXPECT_THAT(source(halves, "cheekPuff").targets, ElementsAre(Pair(0, 2)));
  EXPECT_THAT(halves.found.doubled, IsEmpty());
  const Seen whole = seen({mesh_of({"browInnerUp_L", "browInnerUp_R", "BrowInnerUp"})});
  EXPECT_THAT(source(whole, "browInnerUp").targets, ElementsAre(Pair(0, 2)));
  EXPECT_THAT(whole.found.doubled, ElementsAre("browInnerUp_L", "browInnerUp_R"));
}

TEST(AvatarSources, WhatStandsInMovesMeshesWithoutTheShape) {
  const Seen lids = seen({mesh_of({"blinkLeft", "eyeBlinkLeft"}),
                          mesh_of({"blinkLeft", "Fcl_EYE_Close_L"}), mesh_of({"eyeBlink_L"})});
  EXPECT_THAT(source(lids, "eyeBlinkLeft").targets,
              ElementsAre(Pair(0, 1), Pair(1, 0), Pair(2, 0)));
  EXPECT_THAT(lids.found.doubled, ElementsAre("Fcl_EYE_Close_L"));
}

TEST(AvatarSources, ExpressionsGoBeforeTargets) {
  Vrm vrm;
  for (const char* name : {"JawOpen", "jawOpen"}) {
    Expression& expression = vrm.expressions.emplace_back();
    expression.name = name;
    expression.binds.push_back({});
  }
  const Seen both = seen({mesh_of({"jawOpen", "jaw_open"})}, vrm);
  const Source& jaw = source(both, "jawOpen");
  ASSERT_EQ(jaw.expressions.size(), 1u);
  EXPECT_EQ(jaw.expressions[0].name, "jawOpen");
  EXPECT_TRUE(jaw.any());
  EXPECT_THAT(both.found.doubled, ElementsAre("JawOpen"));
}

}  // namespace
}  // namespace flowtalk::avatar
