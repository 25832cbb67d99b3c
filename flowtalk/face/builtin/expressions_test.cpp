#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "flowtalk/face/builtin/vec.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/face.h"

namespace flowtalk::face {
namespace {

using builtin::length;
using builtin::Vec;
using Mix = std::map<std::string, float>;

class Expressions : public testing::Test {
 protected:
  std::vector<float> posed(const Mix& mix, float jaw = 0) const {
    std::vector<float> expression(50);
    for (const auto& [name, value] : mix) {
      const auto at = std::find(kExpressionAxes.begin(), kExpressionAxes.end(), name);
      EXPECT_NE(at, kExpressionAxes.end()) << name;
      expression[static_cast<size_t>(at - kExpressionAxes.begin())] = value;
    }
    FaceFrame frame;
    frame.expression = expression;
    frame.jaw = {jaw, 0, 0};
    std::vector<float> out(static_cast<size_t>(face_.rest.size()));
    deformer_.vertices(frame, out);
    return out;
  }
  float gap(const Mix& mix, float jaw = 0) const { return lip_gap(face_, posed(mix, jaw)); }
  Vec at(std::span<const float> v, uint32_t i) const {
    return {v[3 * i], v[3 * i + 1], v[3 * i + 2]};
  }
  Vec moved(const Mix& mix, uint32_t i) const {
    return at(posed(mix), i) - at(face_.rest.values(), i);
  }

  // The margins of the left eye: front points of the eyes' region, per column of x.
  float opening(const Mix& mix) const {
    const auto v = posed(mix);
    float upper = 1, lower = -1;  // nearest skin above and below the pupil's column
    const Vec centre{0.0315f, 0, 0.07f};
    for (const uint32_t i : face_.regions.eyes) {
      const Vec rest = at(face_.rest.values(), i) - centre, now = at(v, i) - centre;
      if (std::abs(rest.x) > 0.003f || length(now) < 0.0125f) continue;
      if (rest.y > 0) upper = std::min(upper, now.y);
      if (rest.y < 0) lower = std::max(lower, now.y);
    }
    return upper - lower;
  }

  const Face& face_ = builtin_face();
  Deformer deformer_{face_};
};

TEST_F(Expressions, EveryAxisMovesSomethingByMillimetres) {
  for (size_t axis = 0; axis < kExpressionAxes.size(); ++axis) {
    float largest = 0;
    for (int64_t i = 0; i < face_.rest.size(); ++i) {
      largest = std::max(
          largest,
          std::abs(face_.expression_basis[static_cast<int64_t>(axis) * face_.rest.size() + i]));
    }
    EXPECT_GT(largest, 1e-3f) << kExpressionAxes[axis];
    EXPECT_LT(largest, 3.5e-2f) << kExpressionAxes[axis];
  }
}

TEST_F(Expressions, RestLipsTouchAndTheJawPartsThem) {
  EXPECT_GE(gap({}), 0);
  EXPECT_LT(gap({}), 3e-4f);
  float last = gap({});
  for (float jaw = 0.05f; jaw < 0.4f; jaw += 0.05f) {
    EXPECT_GT(gap({}, jaw), last + 1e-3f);
    last = gap({}, jaw);
  }
  EXPECT_GT(last, 0.02f);
}

TEST_F(Expressions, TheChinGoesWithTheJawAndWithTheHead) {
  uint32_t chin = 0;  // the skin nearest to its foremost point
  for (uint32_t i = 0; i < static_cast<uint32_t>(face_.vertex_count()); ++i) {
    const Vec foremost{0, -0.1f, 0.0975f};
    const auto distance = [&](uint32_t v) { return length(at(face_.rest.values(), v) - foremost); };
    if (face_.appearance.material[i] == Material::kSkin && distance(i) < distance(chin)) chin = i;
  }
  const uint32_t lip = face_.lips.lower.front(), brow = face_.regions.upper_face.front();
  const auto open = posed({}, 0.3f);
  const auto fall = [&](uint32_t i) { return at(face_.rest.values(), i).y - at(open, i).y; };
  EXPECT_GT(fall(chin), 0.8f * fall(lip));
  FaceFrame frame;
  const std::vector<float> calm(50);
  frame.expression = calm;
  frame.neck = {0, 0.5f, 0};
  std::vector<float> turned(static_cast<size_t>(face_.rest.size()));
  deformer_.vertices(frame, turned);
  const auto apart = [&](std::span<const float> v) { return length(at(v, chin) - at(v, brow)); };
  EXPECT_NEAR(apart(turned), apart(face_.rest.values()), 1e-3f);
}

TEST_F(Expressions, MouthCloseBringsTheLipsOfAnOpenJawTogether) {
  EXPECT_LT(gap({{"mouthClose", 1}}, 0.3f), 0.4f * gap({}, 0.3f));
  EXPECT_LT(std::abs(gap({{"mouthClose", 0.6f}}, 0.15f)), 0.2f * gap({}, 0.15f));
}

TEST_F(Expressions, LipsStayClosedInShapesOfAClosedMouth) {
  for (const char* name :
       {"mouthPressLeft", "mouthPressRight", "mouthRollLower", "mouthRollUpper", "mouthSmileLeft",
        "mouthFrownRight", "mouthStretchLeft", "mouthPucker", "mouthShrugLower", "mouthLeft",
        "mouthDimpleLeft", "cheekPuff", "browDownLeft"}) {
    EXPECT_NEAR(gap({{name, 1}}), gap({}), 3e-4f) << name;
  }
}

TEST_F(Expressions, OpeningShapesPartTheLips) {
  for (const char* name : {"mouthFunnel", "mouthUpperUpLeft", "mouthLowerDownRight"}) {
    EXPECT_GT(gap({{name, 1}}), 1e-3f) << name;
  }
}

TEST_F(Expressions, BlinkClosesTheEyeAndWideOpensIt) {
  const float open = opening({});
  EXPECT_GT(open, 0.008f);
  EXPECT_LT(std::abs(opening({{"eyeBlinkLeft", 1}})), 0.1f * open);
  EXPECT_NEAR(opening({{"eyeBlinkRight", 1}}), open, 1e-5);
  EXPECT_GT(opening({{"eyeWideLeft", 1}}), open + 1e-3f);
  EXPECT_LT(opening({{"eyeSquintLeft", 1}}), open - 1e-3f);
}

TEST_F(Expressions, NoLidCutsIntoTheEyeball) {
  const Vec centre{0.0315f, 0, 0.07f};
  const std::vector<Mix> mixes{{},
                               {{"eyeBlinkLeft", 0.25f}},
                               {{"eyeBlinkLeft", 0.5f}},
                               {{"eyeBlinkLeft", 0.75f}},
                               {{"eyeBlinkLeft", 1}},
                               {{"eyeWideLeft", 1}, {"browInnerUp", 1}},
                               {{"eyeSquintLeft", 1}, {"browDownLeft", 1}, {"cheekSquintLeft", 1}},
                               {{"eyeLookDownLeft", 1}}};
  for (const Mix& mix : mixes) {
    const auto v = posed(mix);
    for (const auto& f : face_.triangles) {
      const Vec a = at(v, f[0]), b = at(v, f[1]), c = at(v, f[2]);
      const Vec m = (1.0f / 3) * (a + b + c) - centre;
      // Outer skin of the lids: whatever of the skin lies in front of the eyeball.
      bool lid = length(m) < 0.03f && m.z > 0 && std::hypot(m.x, m.y) < 0.011f;
      for (const uint32_t i : f) {
        lid = lid && face_.appearance.material[i] == Material::kSkin &&
              length(at(face_.rest.values(), i) - centre) > 0.0123f;
      }
      if (!lid) continue;
      EXPECT_GT(length(m), 0.012f) << (mix.empty() ? "rest" : mix.begin()->first);
    }
  }
}

TEST_F(Expressions, SmileLiftsTheCornerOfItsOwnSide) {
  const Vec left = moved({{"mouthSmileLeft", 1}}, face_.lips.left_corner);
  const Vec right = moved({{"mouthSmileLeft", 1}}, face_.lips.right_corner);
  EXPECT_GT(left.x, 4e-3f);
  EXPECT_GT(left.y, 4e-3f);
  EXPECT_LT(length(right), 3e-4f);
  EXPECT_LT(moved({{"mouthFrownLeft", 1}}, face_.lips.left_corner).y, -3e-3f);
}

TEST_F(Expressions, PairedAxesMirrorEachOther) {
  for (const char* name :
       {"mouthSmile", "browDown", "eyeBlink", "noseSneer", "eyeLookOut", "mouthUpperUp"}) {
    const std::string pair = name;
    const auto l = posed({{pair + "Left", 1}}), r = posed({{pair + "Right", 1}});
    double left = 0, right = 0,
           cross = 0;  // movement of the left half, of the right, of the wrong one
    for (int64_t i = 0; i < face_.vertex_count(); ++i) {
      const auto v = static_cast<uint32_t>(i);
      const Vec rest = at(face_.rest.values(), v);
      const double a = length(at(l, v) - rest), b = length(at(r, v) - rest);
      (rest.x > 0 ? left : cross) += rest.x == 0 ? 0 : a;
      (rest.x < 0 ? right : cross) += rest.x == 0 ? 0 : b;
    }
    EXPECT_NEAR(left / right, 1, 1e-3) << name;
    EXPECT_LT(cross, 0.25 * (left + right)) << name;
  }
}

TEST_F(Expressions, BrowsGoWhereTheirNamesSay) {
  // Mean rise of the left brow near x.
  const auto rise = [&](const char* axis, float x) {
    const auto now = posed({{axis, 1}});
    float sum = 0, n = 0;
    for (uint32_t v = 0; v < face_.vertex_count(); ++v) {
      const Vec rest = at(face_.rest.values(), v);
      const bool brow = std::abs(face_.appearance.brow[v].across) < 0.1f;
      if (!brow || rest.x < 0 || std::abs(rest.x - x) > 0.004f) continue;
      sum += at(now, v).y - rest.y;
      ++n;
    }
    return sum / n;
  };
  EXPECT_LT(rise("browDownLeft", 0.015f), -2e-3f);
  EXPECT_GT(rise("browInnerUp", 0.014f), rise("browInnerUp", 0.045f) + 3e-3f);
  EXPECT_GT(rise("browOuterUpLeft", 0.044f), rise("browOuterUpLeft", 0.014f) + 3e-3f);
}

TEST_F(Expressions, AFullyOpenJawPartsTheLipsAsPeoplesDo) {
  // ICT-FaceKit's jawOpen at 1 parts them by 33 mm.
  EXPECT_NEAR(gap({}, kJawOpen), 33e-3f, 4e-3f);
}

TEST_F(Expressions, TheJawMovesTheLipsAndNotTheUpperFace) {
  const auto open = posed({}, 0.35f);
  const auto mean = [&](const std::vector<uint32_t>& region) {
    float sum = 0;
    for (const uint32_t i : region) sum += length(at(open, i) - at(face_.rest.values(), i));
    return sum / static_cast<float>(region.size());
  };
  EXPECT_GT(mean(face_.regions.lips), 5e-3f);
  EXPECT_LT(mean(face_.regions.upper_face), 2e-4f);
  EXPECT_LT(mean(face_.regions.eyes), 1e-6f);
}

TEST_F(Expressions, GazeTurnsTheEyeballInPlace) {
  for (const char* axis : {"eyeLookUpLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft"}) {
    const auto now = posed({{axis, 1}});
    for (int64_t i = 0; i < face_.vertex_count(); ++i) {
      const auto v = static_cast<uint32_t>(i);
      const Vec rest = at(face_.rest.values(), v);
      if (face_.appearance.material[v] != Material::kEyeball || rest.x < 0) continue;
      EXPECT_NEAR(length(at(now, v) - Vec{0.0315f, 0, 0.07f}), 0.012f, 1e-5f);
    }
  }
  const auto pupil = [&](const char* axis) {  // mean movement of the black of the left eye
    const auto now = posed({{axis, 1}});
    Vec sum;
    float count = 0;
    for (uint32_t v = 0; v < face_.vertex_count(); ++v) {
      const Vec rest = at(face_.rest.values(), v);
      const bool eyeball = face_.appearance.material[v] == Material::kEyeball;
      if (!eyeball || rest.x < 0 || face_.appearance.albedo[v][0] > 0.01f) continue;
      sum += at(now, v) - rest;
      ++count;
    }
    return (1 / count) * sum;
  };
  EXPECT_GT(pupil("eyeLookUpLeft").y, 3e-3f);
  EXPECT_LT(pupil("eyeLookDownLeft").y, -3e-3f);
  EXPECT_GT(pupil("eyeLookOutLeft").x, 3e-3f);
  EXPECT_LT(pupil("eyeLookInLeft").x, -3e-3f);
}

}  // namespace
}  // namespace flowtalk::face
