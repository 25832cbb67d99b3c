#include "flowtalk/avatar/rig.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "flowtalk/avatar/avatar.h"
#include "flowtalk/avatar/test_avatars.h"

namespace flowtalk::avatar {
namespace {

constexpr size_t kHappy = kFirstMood, kLookLeft = kFirstTogether + 5;

// A smile of half a mood, a blink of 0.8, an open mouth, a look of 45 degrees to the left.
Moment shown_by(const Rig& rig) {
  arkit::Scored face;
  for (const char* name : {"mouthSmileLeft", "mouthSmileRight"}) {
    face.scores[*arkit::find_shape(name)] = 0.385f;
  }
  face.scores[arkit::shape("eyeBlinkLeft")] = 0.8f;
  face.scores[arkit::shape("jawOpen")] = 0.3f;
  face.turns[3] = face.turns[6] = -0.7853982f;
  return moment_of(rig, face, {});
}

// A target for each of a smile, a vowel, a blink and a look.
Rig rig_with(Overrides overrides, bool binary = false) {
  Rig rig;
  rig.targets.resize(4);
  rig.wires = {
      {kHappy, 0, 1, binary}, {kFirstVowel, 1}, {arkit::shape("eyeBlinkLeft"), 2}, {kLookLeft, 3}};
  rig.moods = {{kHappy, binary, overrides}};
  rig.looks_by_weight = true;
  rig.outer = {90, 1};
  return rig;
}

TEST(Rigs, MoodsHoldBackWhatTheyOverride) {
  const std::vector<float> free = shown_by(rig_with({})).weights;
  EXPECT_NEAR(free[0], 0.5f, 1e-6);
  EXPECT_GT(free[1], 0.1f);
  EXPECT_FLOAT_EQ(free[2], 0.8f);
  EXPECT_NEAR(free[3], 0.5f, 1e-4);
  using enum Override;
  const auto held = [&](Overrides overrides) {
    std::vector<float> shares = shown_by(rig_with(overrides)).weights;
    for (size_t i = 0; i < shares.size(); ++i) shares[i] /= free[i];
    return shares;
  };
  const auto are = [](float mouth, float blink, float look) {
    using testing::FloatNear;
    return testing::ElementsAre(1.0f, FloatNear(mouth, 1e-6f), FloatNear(blink, 1e-6f),
                                FloatNear(look, 1e-6f));
  };
  EXPECT_THAT(held({.mouth = kBlend}), are(0.5f, 1, 1));
  for (const Override how : {kBlend, kBlock}) {
    EXPECT_THAT(held({.blink = how}), are(1, 0.5f, 1));
    EXPECT_THAT(held({.look = how}), are(1, 1, 0.5f));
  }
}

TEST(Rigs, MoodsOfAllOrNothingHoldBackAllOrNothing) {
  Rig rig = rig_with({.blink = Override::kBlend}, true);
  EXPECT_FLOAT_EQ(shown_by(rig).weights[2], 0.8f);  // half a mood does not show
  for (Wire& wire : rig.wires) wire.binary = false;
  rig.moods.push_back(rig.moods[0]);
  for (Mood& mood : rig.moods) mood.binary = false;
  EXPECT_NEAR(shown_by(rig).weights[2], 0, 1e-6);  // two halves leave nothing, and no less
}

TEST(Rigs, OverridesAreReadOfVrm1) {
  gltf::Glb glb = made_glb({.kind = Made::kVrm1});
  Json& happy = glb.json["extensions"]["VRMC_vrm"]["expressions"]["preset"]["happy"];
  happy["overrideMouth"] = "blend";
  happy["overrideBlink"] = "block";
  happy["overrideLookAt"] = "none";
  const Avatar avatar(glb.bytes(), "x.vrm");
  const auto mood = std::ranges::find(avatar.rig().moods, kHappy, &Mood::channel);
  ASSERT_NE(mood, avatar.rig().moods.end());
  EXPECT_EQ(mood->overrides.mouth, Override::kBlend);
  EXPECT_EQ(mood->overrides.blink, Override::kBlock);
  EXPECT_EQ(mood->overrides.look, Override::kNone);
}

}  // namespace
}  // namespace flowtalk::avatar
