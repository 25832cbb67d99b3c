#include "flowtalk/avatar/moods.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>

#include "flowtalk/avatar/avatar.h"
#include "flowtalk/avatar/regions.h"
#include "flowtalk/avatar/test_avatars.h"
#include "flowtalk/face/expression_axes.h"

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

TEST(Moods, HoldBackWhatTheyOverride) {
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

TEST(Moods, OfAllOrNothingHoldBackAllOrNothing) {
  Rig rig = rig_with({.blink = Override::kBlend}, true);
  EXPECT_FLOAT_EQ(shown_by(rig).weights[2], 0.8f);  // half a mood does not show
  for (Wire& wire : rig.wires) wire.binary = false;
  rig.moods.push_back(rig.moods[0]);
  for (Mood& mood : rig.moods) mood.binary = false;
  EXPECT_NEAR(shown_by(rig).weights[2], 0, 1e-6);  // two halves leave nothing, and no less
}

TEST(Moods, OverridesAreReadOfVrm1) {
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

// How much of a happy mood is shown at most, by the parts of its wires; -1: no such wire.
std::array<float, kMoodParts> most_of(const MadeOptions& options) {
  const Avatar avatar(made_avatar(options), "made.vrm");
  std::array<float, kMoodParts> most{-1, -1, -1};
  for (const Wire& wire : avatar.rig().wires) {
    if (wire.channel != kHappy) continue;
    float& of_part = most[wire.part];
    EXPECT_TRUE(of_part < 0 || of_part == wire.most);  // teeth go with lips
    of_part = wire.most;
  }
  return most;
}

// A smile may be full; one that gapes and shuts the eyes may not, for lips have to meet.
TEST(Moods, LeaveMouthsAndLidsToSpeech) {
  using testing::ElementsAre;
  using testing::FloatNear;
  for (const Made kind : {Made::kVrm0, Made::kVrm1}) {
    EXPECT_THAT(most_of({.kind = kind}), ElementsAre(1, -1, -1));
    EXPECT_THAT(most_of({.kind = kind, .grins = true}),
                ElementsAre(FloatNear(0.2f, 0.05f), -1, -1));
    EXPECT_THAT(most_of({.kind = kind, .grins = true, .parts = true}),
                ElementsAre(1, FloatNear(kMostShutByMood, 0.01f), FloatNear(0.2f, 0.05f)));
    EXPECT_THAT(most_of({.kind = kind, .parts = true}), ElementsAre(1, 1, 1));
  }
}

TEST(Moods, OfAllOrNothingIsNothingWhereAllIsTooMuch) {
  for (const bool grins : {true, false}) {
    gltf::Glb glb = made_glb({.kind = Made::kVrm1, .grins = grins});
    glb.json["extensions"]["VRMC_vrm"]["expressions"]["preset"]["happy"]["isBinary"] = true;
    const Avatar avatar(glb.bytes(), "x.vrm");
    const auto wire = std::ranges::find(avatar.rig().wires, kHappy, &Wire::channel);
    ASSERT_NE(wire, avatar.rig().wires.end());
    EXPECT_EQ(wire->most, grins ? 0 : 1);
  }
}

// How far the lower lip comes down, in the avatar's own millimetres.
TEST(Moods, AGrinLeavesLipsWhereTheyMeet) {
  const Avatar avatar(made_avatar({.kind = Made::kVrm1, .grins = true}), "x.vrm");
  const auto lowest = [&](float smile, float jaw) {
    std::array<float, motion::kLiveExpression> expression{};
    for (const char* axis : {"mouthSmileLeft", "mouthSmileRight"}) {
      expression[static_cast<size_t>(std::ranges::find(face::kExpressionAxes, axis) -
                                     face::kExpressionAxes.begin())] = smile;
    }
    face::FaceFrame frame;
    frame.expression = expression;
    frame.jaw = {jaw, 0, 0};
    std::vector<float> places(static_cast<size_t>(avatar.face().rest.size()));
    avatar.vertices(frame, places);
    float least = std::numeric_limits<float>::max();
    for (const uint32_t v : avatar.face().regions.lips) {
      least = std::min(least, places[3 * size_t{v} + 1]);
    }
    return 1e3f * least;
  };
  const float rest = lowest(0, 0), open = rest - lowest(0, 0.25f);
  EXPECT_GT(open, 8);
  EXPECT_LT(rest - lowest(1, 0), 0.25f * open);  // its grin opens as far as 0.8 of a full vowel
}

TEST(Moods, PartsAreThoseOfTheSameMoodAndMesh) {
  MeshTargets mesh;
  mesh.names = {"M_F00_Fcl_ALL_Joy",
                "M_F00_Fcl_MTH_Joy",
                "M_F00_Fcl_EYE_Joy",
                "M_F00_Fcl_BRW_Joy",
                "M_F00_Fcl_ALL_Sorrow",
                "M_F00_Fcl_BRW_Sorrow",
                "Joy"};
  EXPECT_EQ(parts_of_mood(mesh, 0), (std::array<size_t, 3>{3, 2, 1}));
  EXPECT_EQ(parts_of_mood(mesh, 4), std::nullopt);
  EXPECT_EQ(parts_of_mood(mesh, 6), std::nullopt);
}

}  // namespace
}  // namespace flowtalk::avatar
