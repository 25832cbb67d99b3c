#include "flowtalk/arkit/scores.h"

#include <gmock/gmock.h>

#include <cmath>

#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/gaze.h"
#include "tests/refusal.h"

namespace flowtalk::arkit {
namespace {

using face::axis;
using testing::ElementsAreArray;
using testing::HasSubstr;
using tests::refusal;

class ArkitScores : public testing::Test {
 protected:
  Scored score(Gain gain = Gain::kNone) {
    frame_.expression = axes_;
    return scored(frame_, gain, cut_);
  }
  float of(const char* name) { return score().scores[find_shape(name).value()]; }
  std::vector<float> posed() {
    frame_.expression = axes_;
    std::vector<float> out(static_cast<size_t>(face_.rest.size()));
    deformer_.vertices(frame_, out);
    return out;
  }
  static size_t axis_named(const std::string& name) {
    return static_cast<size_t>(std::ranges::find(face::kExpressionAxes, name) -
                               face::kExpressionAxes.begin());
  }
  float gap_mm() { return 1e3f * face::lip_gap(face_, posed()); }

  const face::Face& face_ = face::builtin_face();
  face::Deformer deformer_{face_};
  std::vector<float> axes_ = std::vector<float>(50);
  face::FaceFrame frame_;
  Cut cut_;
};

TEST_F(ArkitScores, AxesKeepTheirNamesAndTheJawItsAngle) {
  axes_[axis("mouthSmileLeft")] = 0.3f;
  axes_[axis("browInnerUp")] = 0.7f;
  axes_[axis("jawLeft")] = -0.4f;
  frame_.jaw = {0.221f, 0, 0};
  EXPECT_FLOAT_EQ(of("mouthSmileLeft"), 0.3f);
  EXPECT_FLOAT_EQ(of("mouthSmileRight"), 0);
  EXPECT_FLOAT_EQ(of("browInnerUp"), 0.7f);
  EXPECT_FLOAT_EQ(of("jawLeft"), 0);
  EXPECT_FLOAT_EQ(of("jawRight"), 0.4f);
  EXPECT_FLOAT_EQ(of("jawOpen"), 0.5f);
  EXPECT_EQ(cut_.frames, 0);
  EXPECT_EQ(cut_.text(1), "");
}

TEST_F(ArkitScores, MouthCloseOfOneClosesAnOpenJaw) {
  // What the head's axis of ARKit's mouthClose = jawOpen leaves of the gap.
  for (const auto& [jaw, most] :
       {std::pair{0.1f, 0.2f}, {0.205f, 0.2f}, {0.3f, 0.2f}, {face::kJawOpen, 1.1f}}) {
    frame_.jaw = {jaw, 0, 0};
    axes_[axis("mouthClose")] = 0;
    EXPECT_GT(gap_mm(), 7);
    Scores scores{};
    scores[shape("jawOpen")] = scores[shape("mouthClose")] = jaw / face::kJawOpen;
    const auto row = row_of(scores, Gain::kNone);
    EXPECT_FLOAT_EQ(row[motion::kJawAt], jaw);
    axes_[axis("mouthClose")] = row[axis("mouthClose")];
    EXPECT_LT(std::abs(gap_mm()), most) << jaw;
  }
}

TEST_F(ArkitScores, WhatHasNoRoomIsCutAndCounted) {
  axes_[axis("mouthPucker")] = 1.2f;
  axes_[axis("mouthDimpleLeft")] = -0.05f;
  axes_[axis("cheekPuff")] = -0.004f;  // not counted
  const Scored result = score();
  EXPECT_FLOAT_EQ(result.scores[shape("mouthPucker")], 1);
  EXPECT_FLOAT_EQ(result.scores[shape("mouthDimpleLeft")], 0);
  EXPECT_FLOAT_EQ(result.scores[shape("cheekPuff")], 0);
  axes_[axis("mouthPucker")] = 0;
  score();
  EXPECT_EQ(cut_.frames, 2);
  EXPECT_TRUE(cut_.is_seen());
  EXPECT_EQ(cut_.text(10),
            "2 of 10 frames are cut to ARKit's 0..1: mouthDimpleLeft in 2, by up to 0.05; "
            "mouthPucker in 1, by up to 0.20");
}

TEST_F(ArkitScores, LipsCloseAgainstWhatPartsThem) {
  frame_.jaw = {0.02f, 0, 0};
  for (const char* name :
       {"mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight"}) {
    axes_[axis_named(name)] = 0.15f;
  }
  axes_[axis("mouthClose")] = 0.17f;
  const float shut_mm = gap_mm();
  ASSERT_LT(std::abs(shut_mm), 0.7f);
  const Scored result = score();
  EXPECT_GT(result.scores[shape("mouthClose")], result.scores[shape("jawOpen")] + 0.04f);
  EXPECT_EQ(cut_.frames, 0);
  const auto row = row_of(result.scores, Gain::kNone);
  std::copy_n(row.begin(), 50, axes_.begin());
  frame_.jaw[0] = row[motion::kJawAt];
  EXPECT_NEAR(gap_mm(), shut_mm, 0.01f);
}

TEST_F(ArkitScores, WhatMouthClosePartsIsOpenedByTheJaw) {
  frame_.jaw = {0.1f, 0, 0};
  axes_[axis("mouthClose")] = -0.05f;
  const float parted_mm = gap_mm();
  const Scored result = score();
  EXPECT_EQ(result.scores[shape("mouthClose")], 0);
  EXPECT_EQ(cut_.frames, 0);
  const auto row = row_of(result.scores, Gain::kNone);
  std::copy_n(row.begin(), 50, axes_.begin());
  frame_.jaw[0] = row[motion::kJawAt];
  EXPECT_NEAR(gap_mm(), parted_mm, 0.1f);
}

TEST_F(ArkitScores, ATurnedJawMovesTheChinAsItsShapeDoes) {
  uint32_t chin = 0;
  const auto away = [&](uint32_t v) {
    const float* p = face_.rest.data() + 3 * v;
    return std::hypot(p[0], p[1] + 0.1f, p[2] - 0.0975f);
  };
  for (uint32_t v = 0; v < static_cast<uint32_t>(face_.vertex_count()); ++v) {
    if (face_.appearance.material[v] == face::Material::kSkin && away(v) < away(chin)) chin = v;
  }
  frame_.jaw = {0, 0.04f, 0};
  const float turned_mm = 1e3f * posed()[3 * chin];
  const float shape_of_turn = of("jawLeft");
  frame_.jaw = {};
  axes_[axis("jawLeft")] = shape_of_turn;
  EXPECT_GT(turned_mm, 3);
  EXPECT_NEAR(1e3f * posed()[3 * chin], turned_mm, 0.05f);
}

TEST_F(ArkitScores, EyesLookByAxesAndByJoints) {
  const face::Gaze gaze{{0.2f, -0.1f}, {0.15f, -0.1f}};
  face::look(axes_, gaze);
  const Scored by_axes = score();
  EXPECT_FLOAT_EQ(by_axes.scores[shape("eyeLookOutLeft")], 0.4f);
  EXPECT_FLOAT_EQ(by_axes.scores[shape("eyeLookInRight")], 0.3f);
  EXPECT_THAT(std::vector(by_axes.turns.begin() + 3, by_axes.turns.end()),
              testing::Pointwise(testing::FloatNear(1e-6f), {-0.2f, 0.1f, 0.f, -0.15f, 0.1f, 0.f}));
  std::ranges::fill(axes_, 0.0f);
  std::array<float, 6> joints{};
  face::turn_joints(joints, gaze);
  std::copy_n(joints.begin(), 3, frame_.left_eye.begin());
  std::copy_n(joints.begin() + 3, 3, frame_.right_eye.begin());
  const Scored by_joints = score();
  for (size_t i = 0; i < kShapes; ++i) {
    EXPECT_NEAR(by_joints.scores[i], by_axes.scores[i], 1e-5f) << kNames[i];
  }
}

TEST_F(ArkitScores, GainsAreTheRatiosOfPeaks) {
  for (const auto& [name, theirs_mm] : {std::pair{"mouthLeft", 18.8f},
                                        {"mouthPucker", 12.4f},
                                        {"mouthSmileRight", 15.8f},
                                        {"browDownLeft", 6.5f},
                                        {"noseSneerRight", 10.3f},
                                        {"mouthRollLower", 14.2f},
                                        {"mouthShrugUpper", 6.2f},
                                        {"cheekPuff", 14.1f},
                                        {"eyeWideLeft", 3.5f}}) {
    const size_t i = find_shape(name).value();
    std::ranges::fill(axes_, 0.0f);
    const auto at = std::ranges::find(face::kExpressionAxes, kNames[i]);
    axes_[static_cast<size_t>(at - face::kExpressionAxes.begin())] = 1;
    const auto out = posed();
    float most = 0;
    for (int64_t v = 0; v < face_.vertex_count(); ++v) {
      const auto material = face_.appearance.material[static_cast<size_t>(v)];
      if (material != face::Material::kSkin && material != face::Material::kLips) continue;
      const float* rest = face_.rest.data() + 3 * v;
      const float* now = out.data() + 3 * v;
      most = std::max(most, std::hypot(now[0] - rest[0], now[1] - rest[1], now[2] - rest[2]));
    }
    EXPECT_NEAR(gain_of(i), 1e3f * most / theirs_mm, 2e-3f) << name;
    EXPECT_NEAR(score(Gain::kArkit).scores[i], std::min(1.0f, gain_of(i)), 1e-6f);
  }
  EXPECT_EQ(gain_of(shape("jawOpen")), 1);
  EXPECT_EQ(gain_of(shape("mouthClose")), 1);
  EXPECT_EQ(gain_of(shape("eyeBlinkLeft")), 1);
  for (size_t i = 0; i < kShapes; ++i) EXPECT_EQ(gain_of(i), gain_of(kPartner[i])) << kNames[i];
  Gain gain{};
  from_text("arkit", gain);
  EXPECT_EQ(gain, Gain::kArkit);
  EXPECT_THAT(refusal([&] { from_text("high", gain); }), HasSubstr("none or arkit, got 'high'"));
}

// A motion that keeps to what ARKit can tell.
motion::Motion some_motion() {
  tensor::Tensor live({40, motion::kLive}), neck = tensor::Tensor::zeros({40, 3});
  for (int64_t t = 0; t < 40; ++t) {
    for (int64_t k = 0; k < motion::kLive; ++k) {
      const auto phase = static_cast<float>(t) * 0.2f + static_cast<float>(k);
      live[t * motion::kLive + k] = 0.35f + 0.3f * std::sin(phase);
    }
    float* row = live.data() + t * motion::kLive;
    row[axis("jawLeft")] -= 0.4f;
    row[motion::kJawAt] = 0.3f;
    row[motion::kJawAt + 1] = row[motion::kJawAt + 2] = 0;
    row[axis("mouthClose")] *= 0.5f;
    neck[3 * t] = 0.1f * std::sin(0.3f * static_cast<float>(t));
    neck[3 * t + 1] = 0.2f * std::cos(0.3f * static_cast<float>(t));
  }
  motion::Motion motion = motion::of_live(live, motion::Axes::kBuiltin);
  motion.neck = {neck, 0, 3};
  motion.rate_hz = 30;
  return motion;
}

TEST(ArkitTake, ThereAndBackAgain) {
  const motion::Motion motion = some_motion();
  for (const Gain gain : {Gain::kNone, Gain::kArkit}) {
    const Take take = take_of(motion, gain);
    ASSERT_EQ(take.scores.shape(), (tensor::Shape{40, 52}));
    EXPECT_EQ(take.rate_hz, 30);
    ASSERT_EQ(take.cut.frames, 0) << take.cut.text(40);
    const motion::Motion back = motion_of(take, gain);
    const auto want = motion::live_of(motion), got = motion::live_of(back);
    for (int64_t i = 0; i < want.size(); ++i) ASSERT_NEAR(got[i], want[i], 1e-5f) << i;
    for (int64_t t = 0; t < 40; ++t) {
      EXPECT_THAT(back.neck.at(t),
                  testing::Pointwise(testing::FloatNear(1e-5f), motion.neck.at(t)));
    }
    EXPECT_EQ(back.rate_hz, 30);
  }
}

TEST(ArkitTake, AHeadThatDoesNotTurnHasNoNeckAndFlameIsRefused) {
  motion::Motion motion = some_motion();
  motion.neck = {};
  EXPECT_TRUE(motion_of(take_of(motion, Gain::kNone), Gain::kNone).neck.empty());
  motion.axes = motion::Axes::kFlame;
  EXPECT_THAT(refusal([&] { take_of(motion, Gain::kNone); }),
              HasSubstr("only those of the built-in head can be told in ARKit's shapes"));
}

TEST(ArkitTake, AHeadTurnsTowardsThePersonsRightAndDown) {
  face::FaceFrame frame;
  frame.root = {0.05f, 0, 0};
  frame.neck = {0.05f, 0, 0};
  Cut cut;
  EXPECT_NEAR(scored(frame, Gain::kNone, cut).turns[1], 0.1f, 1e-5f);  // down
  frame = {};
  frame.neck = {0, 0.2f, 0};  // towards the face's left
  EXPECT_NEAR(scored(frame, Gain::kNone, cut).turns[0], -0.2f, 1e-5f);
  frame.neck = {0, 0, 0.3f};  // the crown towards the right
  EXPECT_NEAR(scored(frame, Gain::kNone, cut).turns[2], 0.3f, 1e-5f);
}

}  // namespace
}  // namespace flowtalk::arkit
