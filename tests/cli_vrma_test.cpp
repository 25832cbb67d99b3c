// flowtalk export vrma: what an animation for VRM avatars says is the motion.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "flowtalk/arkit/presets.h"
#include "flowtalk/arkit/scores.h"
#include "flowtalk/face/head_angles.h"
#include "flowtalk/motion/motion_file.h"
#include "tests/glb_scene.h"
#include "tests/said_motion.h"

namespace flowtalk::tests {
namespace {

class CliVrma : public SaidMotion {};

TEST_F(CliVrma, AnAvatarsExpressionsAreNodes) {
  for (const std::string names : {"presets", "arkit"}) {
    ASSERT_EQ(run({"export", "vrma", "said.npz", "--names", names, "-o", "said.vrma", "-q"}).code,
              0);
    const Scene scene(file("said.vrma"));
    const Json& extension = scene.json()["extensions"]["VRMC_vrm_animation"];
    EXPECT_EQ(extension["specVersion"], "1.0");
    const Json& expressions = extension["expressions"];
    const motion::Motion at_30 = motion::resample(motion_, 30);
    const arkit::Take take = arkit::take_of(at_30, arkit::Gain::kNone);
    const bool presets = names == "presets";
    EXPECT_EQ(expressions[presets ? "preset" : "custom"].size(),
              presets ? arkit::kPresetNames.size() : 2 * (arkit::kShapes - 8));
    for (size_t t = 0; t < 60; t += 13) {
      arkit::Scores scores{};
      std::copy_n(take.scores.data() + t * arkit::kShapes, arkit::kShapes, scores.begin());
      const arkit::Presets want = arkit::presets_of(scores);
      const auto weight = [&](const char* kind, std::string_view name) {
        const size_t node = expressions[kind][std::string(name)]["node"];
        return static_cast<float>(scene.animated(node, "translation", t, 3, {})[0]);
      };
      if (presets) {
        for (size_t i = 0; i < want.size(); ++i) {
          EXPECT_EQ(weight("preset", arkit::kPresetNames[i]), want[i]) << arkit::kPresetNames[i];
        }
      } else {
        EXPECT_EQ(weight("custom", "jawOpen"), scores[arkit::shape("jawOpen")]);
        EXPECT_EQ(weight("custom", "JawOpen"), scores[arkit::shape("jawOpen")]);
        EXPECT_EQ(weight("custom", "tongueOut"), scores[arkit::shape("tongueOut")]);
      }
      // The gaze turns what looks ahead to where the eyes look.
      const auto q = scene.animated(extension["lookAt"]["node"], "rotation", t, 4, {});
      const double x = 2 * (q[0] * q[2] + q[3] * q[1]), y = 2 * (q[1] * q[2] - q[3] * q[0]),
                   z = 1 - 2 * (q[0] * q[0] + q[1] * q[1]);
      const float* turns = take.turns.data() + static_cast<int64_t>(t) * take.turns.dim(1);
      EXPECT_NEAR(std::atan2(x, z), -0.5 * (turns[3] + turns[6]), 1e-5);
      EXPECT_NEAR(std::asin(y), -0.5 * (turns[4] + turns[7]), 1e-5);
    }
  }
}

TEST_F(CliVrma, MoodsAreShownAsFarAsAsked) {
  const auto happy_at = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"export", "vrma", "said.npz", "-o", "said.vrma", "-q"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(run(words).code, 0);
    const Scene scene(file("said.vrma"));
    const Json& expressions = scene.json()["extensions"]["VRMC_vrm_animation"]["expressions"];
    const size_t node = expressions["preset"]["happy"]["node"];
    return scene.animated(node, "translation", 30, 3, {})[0];
  };
  const double all = happy_at({});
  EXPECT_GT(all, 0.2);
  EXPECT_NEAR(happy_at({"--moods", "0.25"}), 0.25 * all, 1e-6);
  EXPECT_TRUE(failed_with(
      run({"export", "vrma", "said.npz", "--names", "arkit", "--moods", "0.5", "-o", "said.vrma"}),
      2, {"--moods is of presets", "--names arkit"}));
}

TEST_F(CliVrma, AnAvatarsHeadTurnsInItsNeckAndHead) {
  ASSERT_EQ(run({"export", "vrma", "said.npz", "-o", "said.vrma", "-q"}).code, 0);
  EXPECT_FALSE(
      Scene(file("said.vrma")).json()["extensions"]["VRMC_vrm_animation"].contains("humanoid"));
  tensor::Tensor neck = motion_.neck.table.clone();
  for (int64_t t = 0; t < motion_.frames(); ++t) {
    neck[3 * t + 2] += 0.3f * std::sin(0.1f * static_cast<float>(t));
  }
  motion_.neck.table = neck;
  motion::save_motion(file("turned.npz"), motion_);
  ASSERT_EQ(
      run({"export", "vrma", "turned.npz", "--head", "--fps", "25", "-o", "said.vrma", "-q"}).code,
      0);
  const Scene scene(file("said.vrma"));
  const Json& bones = scene.json()["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"];
  EXPECT_EQ(bones.size(), 16u);  // the 15 that VRM asks for, and the neck
  EXPECT_EQ(scene.json()["nodes"][bones["hips"]["node"].get<size_t>()]["translation"][1], 1);
  double most = 0;
  for (int64_t t = 0; t < motion_.frames(); t += 9) {
    const auto turn_of = [&](const char* bone) {
      const auto q = scene.animated(bones[bone]["node"], "rotation", static_cast<size_t>(t), 4, {});
      const double half = std::acos(std::min(1.0, q[3])),
                   s = half > 0 ? 2 * half / std::sin(half) : 0;
      return face::rotation({static_cast<float>(s * q[0]), static_cast<float>(s * q[1]),
                             static_cast<float>(s * q[2])});
    };
    const auto got = face::product(turn_of("neck"), turn_of("head"));
    const face::FaceFrame frame = face::frame_of(motion_, t);
    const auto want = face::product(face::rotation(frame.root), face::rotation(frame.neck));
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_NEAR(got[i], want[i], 1e-5);
      most = std::max(most, std::abs(double{want[i]} - (i % 4 == 0 ? 1 : 0)));
    }
  }
  EXPECT_GT(most, 0.2);
}

}  // namespace
}  // namespace flowtalk::tests
