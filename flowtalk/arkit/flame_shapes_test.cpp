#include "flowtalk/arkit/flame_shapes.h"

#include <gmock/gmock.h>

#include <cmath>

#include "flowtalk/arkit/scores.h"
#include "flowtalk/face/speaking_flame.h"
#include "tests/refusal.h"

namespace flowtalk::arkit {
namespace {

using face::axis;
using face::kExpressionAxes;
using testing::HasSubstr;
using tests::refusal;

constexpr int64_t kAxes = motion::kLiveExpression;
using Row = std::vector<float>;

size_t partner_of(size_t a) {
  std::string name(kExpressionAxes[a]);
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"Left", "Right"}, {"Right", "Left"}}) {
    if (!name.ends_with(from)) continue;
    name = name.substr(0, name.size() - from.size()) + to;
    break;
  }
  const auto found = std::ranges::find(kExpressionAxes, name);
  return found == kExpressionAxes.end() ? a : static_cast<size_t>(found - kExpressionAxes.begin());
}

class ArkitFlameShapes : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(face::golden() / "flame"))
      GTEST_SKIP() << "skipped: no golden data";
  }
  static const face::SpeakingFlame& flame() {
    static const face::SpeakingFlame made = face::speaking_flame();
    return made;
  }
  static const FlameShapes& shapes() {
    static const FlameShapes made(flame().face, kAxes);
    return made;
  }
  // axes: (T, 50) of the built-in head, jaw: (T) pitch; as FLAME's coefficients.
  static motion::Motion flame_motion(const std::vector<Row>& axes, const Row& jaw) {
    const auto frames = static_cast<int64_t>(axes.size());
    tensor::Tensor rows = tensor::Tensor::zeros({frames, motion::kLive});
    for (int64_t t = 0; t < frames; ++t) {
      const auto e = flame().expression_of(axes[static_cast<size_t>(t)]);
      std::ranges::copy(e, rows.data() + t * motion::kLive);
      rows[t * motion::kLive + motion::kJawAt] = jaw[static_cast<size_t>(t)];
    }
    return motion::of_live(rows, motion::Axes::kFlame);
  }
  static Row made_of(const Row& axes, float jaw) {
    FlameFit fit;
    const auto made = shapes().on_builtin(flame_motion({axes}, {jaw}), fit);
    return {made.expression.at(0).begin(), made.expression.at(0).end()};
  }
};

TEST_F(ArkitFlameShapes, OneAxisComesBackAlone) {
  EXPECT_TRUE(shapes().all_used()) << shapes().reach();
  ASSERT_EQ(shapes().axes().size(), 40u);
  for (const FlameAxis& a : shapes().axes()) {
    EXPECT_GT(a.coverage, 0.999f) << kExpressionAxes[a.axis];
    EXPECT_LT(a.missed_mm, 0.05f * a.size_mm) << kExpressionAxes[a.axis];
    const bool close = kExpressionAxes[a.axis] == "mouthClose";
    Row axes(kAxes);
    axes[a.axis] = 0.8f;
    const Row got = made_of(axes, close ? 0.3f : 0.0f);
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_NEAR(got[i], axes[i], 0.05f) << kExpressionAxes[a.axis] << ": " << kExpressionAxes[i];
    }
  }
}

// Several axes at once, as speech has them; frame t of some.
Row spoken(int t) {
  const auto wave = [&](double speed, double at) {
    return static_cast<float>(std::max(0.0, 0.35 * std::sin(speed * t + at)));
  };
  Row axes(kAxes);
  axes[axis("mouthSmileLeft")] = 0.4f;
  axes[axis("mouthSmileRight")] = 0.25f;
  axes[axis("browInnerUp")] = wave(0.1, 0);
  axes[axis("eyeBlinkLeft")] = axes[axis("eyeBlinkRight")] = t % 20 == 0 ? 1.0f : 0.0f;
  axes[axis("mouthPucker")] = wave(0.37, 1);
  axes[axis("mouthFunnel")] = wave(0.29, 4);
  axes[axis("mouthUpperUpLeft")] = axes[axis("mouthUpperUpRight")] = wave(0.5, 2);
  axes[axis("mouthRollLower")] = wave(0.41, 5);
  return axes;
}

TEST_F(ArkitFlameShapes, AMirroredFaceSwapsSides) {
  for (const int t : {3, 11, 20}) {
    Row axes = spoken(t), mirrored(kAxes);
    axes[axis("mouthLeft")] = 0.3f;
    axes[axis("noseSneerRight")] = 0.5f;
    for (size_t i = 0; i < axes.size(); ++i) mirrored[partner_of(i)] = axes[i];
    const Row one = made_of(axes, 0.1f), other = made_of(mirrored, 0.1f);
    for (size_t i = 0; i < one.size(); ++i) {
      EXPECT_NEAR(one[i], other[partner_of(i)], 0.01f) << t << " " << kExpressionAxes[i];
      EXPECT_NEAR(one[i], axes[i], 0.1f) << t << " " << kExpressionAxes[i];
    }
  }
}

TEST_F(ArkitFlameShapes, ClosedLipsStayClosed) {
  std::vector<Row> axes;
  Row jaw;
  for (int t = 0; t < 100; ++t) {
    axes.push_back(spoken(t));
    const bool shut = t % 12 < 3;
    const auto open = static_cast<float>(0.12 + 0.1 * std::sin(0.5 * t));
    jaw.push_back(shut ? 0.6f * open : open);
    Row& row = axes.back();
    if (!shut) continue;
    row[axis("mouthUpperUpLeft")] = row[axis("mouthUpperUpRight")] = row[axis("mouthFunnel")] = 0;
    row[axis("mouthClose")] = jaw.back() / face::kJawOpen / face::kClosedJaw;
  }
  FlameFit fit;
  const auto made = shapes().on_builtin(flame_motion(axes, jaw), fit);
  EXPECT_GE(fit.closures, 20);
  EXPECT_LT(fit.worst_gap_mm, 0.5) << fit.text();  // 1 mm is what can be seen
  EXPECT_LT(fit.high_mm, 0.2 * fit.moved_mm) << fit.text();
  for (int64_t t = 0; t < 100; ++t) {
    const auto got = made.expression.at(t);
    EXPECT_LE(got[axis("mouthClose")],
              jaw[static_cast<size_t>(t)] / face::kJawOpen / face::kClosedJaw + 1e-5f);
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_GE(got[i], 0);
      EXPECT_NEAR(got[i], axes[static_cast<size_t>(t)][i], 0.25f) << t << " " << kExpressionAxes[i];
    }
  }
  const Take take = take_of(made, Gain::kNone);
  EXPECT_EQ(take.cut.frames, 0) << take.cut.text(100);
}

TEST_F(ArkitFlameShapes, WhatIsOutOfReachRestsAndIsTold) {
  const face::Face invented = face::load_golden_flame("flame_numpy.pkl");
  const FlameShapes of_it(invented, kAxes);
  EXPECT_FALSE(of_it.all_used());
  EXPECT_THAT(of_it.reach(), HasSubstr("of 40 axes are within reach of the face's expressions"));
  tensor::Tensor rows({5, motion::kLive});
  for (int64_t i = 0; i < rows.size(); ++i) rows[i] = 0.3f * std::sin(static_cast<float>(i));
  FlameFit fit;
  const auto made = of_it.on_builtin(motion::of_live(rows, motion::Axes::kFlame), fit);
  for (const FlameAxis& a : of_it.axes()) {
    EXPECT_EQ(a.used, a.coverage >= kLeastCoverage);
    EXPECT_NEAR(a.missed_mm, a.size_mm * std::sqrt(1 - a.coverage * a.coverage), 1e-3f);
    const bool rests = !a.used && a.axis != axis("mouthClose");  // that shuts lips that are shut
    for (int64_t t = 0; rests && t < 5; ++t) EXPECT_EQ(made.expression.at(t)[a.axis], 0);
  }
  EXPECT_GT(fit.mean_mm, 0);
  EXPECT_LE(fit.mean_mm, 1.05 * fit.moved_mm);
}

TEST_F(ArkitFlameShapes, OtherMotionsAndFacesAreRefused) {
  FlameFit fit;
  motion::Motion motion = flame_motion({Row(kAxes)}, {0});
  motion.axes = motion::Axes::kBuiltin;
  EXPECT_THAT(refusal([&] { shapes().on_builtin(motion, fit); }), HasSubstr("expected those of"));
  face::Face mute = flame().face;
  mute.expression_basis = {};
  EXPECT_THAT(refusal([&] { FlameShapes(mute, kAxes); }), HasSubstr("has no expressions"));
  EXPECT_THAT(refusal([&] { FlameShapes(face::builtin_face(), kAxes); }),
              HasSubstr("not FLAME's topology"));
}

}  // namespace
}  // namespace flowtalk::arkit
