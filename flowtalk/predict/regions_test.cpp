// Regions of the built-in head in its expression basis.
#include "flowtalk/predict/regions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "flowtalk/base/error.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/predict/predict_options.h"

namespace flowtalk::predict {
namespace {

using face::axis;

constexpr auto kLips = static_cast<size_t>(MotionRegion::kLips);

// One frame in which `a` is 1 in all regions but the lips.
tensor::Tensor beyond_the_lips(size_t a) {
  std::array<tensor::Tensor, kMotionRegions> motions;
  for (size_t r = 0; r < kMotionRegions; ++r) {
    motions[r] = tensor::Tensor::zeros({1, motion::kLive});
    if (r != kLips) motions[r][static_cast<int64_t>(a)] = 1;
  }
  return builtin_shares().join(motions);
}

// Largest displacement of a vertex of the lips, metres, by an expression.
double lip_motion(const tensor::Tensor& row) {
  const auto& face = face::builtin_face();
  const int64_t width = face.expression_basis.dim(1);
  double largest = 0;
  for (const uint32_t v : face.regions.lips) {
    double square = 0;
    for (int64_t k = 3 * int64_t{v}; k < 3 * int64_t{v} + 3; ++k) {
      double moved = 0;
      for (int64_t a = 0; a < motion::kLiveExpression; ++a) {
        moved += static_cast<double>(row[a]) * face.expression_basis[a * width + k];
      }
      square += moved * moved;
    }
    largest = std::max(largest, std::sqrt(square));
  }
  return largest;
}

TEST(Regions, EveryRegionOfTheBuiltInHeadHasVertices) {
  const auto regions = region_of_vertices(face::builtin_face());
  std::array<int, kMotionRegions> counts{};
  for (const MotionRegion r : regions) ++counts[static_cast<size_t>(r)];
  for (size_t r = 0; r < kMotionRegions; ++r) EXPECT_GT(counts[r], 50) << kMotionRegionNames[r];
  for (const uint32_t v : face::builtin_face().regions.lips) {
    EXPECT_EQ(regions[v], MotionRegion::kLips);
  }
}

TEST(Regions, AxesFarFromTheLipsAreFreeAndThoseOfTheLipsStandStill) {
  for (const size_t free : {axis("browInnerUp"), axis("browOuterUpLeft"), axis("browDownRight"),
                            axis("eyeBlinkLeft"), axis("eyeWideRight"), axis("eyeLookUpLeft")}) {
    EXPECT_NEAR(beyond_the_lips(free)[static_cast<int64_t>(free)], 1, 0.01)
        << face::kExpressionAxes[free];
  }
  for (size_t a = axis("jawForward"); a <= axis("mouthUpperUpRight"); ++a) {
    tensor::Tensor alone = tensor::Tensor::zeros({1, motion::kLive});
    alone[static_cast<int64_t>(a)] = 1;
    EXPECT_LT(lip_motion(beyond_the_lips(a)), 0.05 * lip_motion(alone)) << face::kExpressionAxes[a];
  }
}

TEST(Regions, SharesSumToTheWhole) {
  // The lips hold still and all others move: with the lips' own motion added, the whole axis.
  for (size_t a = 0; a < face::kExpressionAxes.size(); ++a) {
    std::array<tensor::Tensor, kMotionRegions> motions;
    tensor::Tensor sum = tensor::Tensor::zeros({1, motion::kLive});
    for (size_t moving = 0; moving < kMotionRegions; ++moving) {
      for (size_t r = 0; r < kMotionRegions; ++r) {
        motions[r] = tensor::Tensor::zeros({1, motion::kLive});
        if (r == moving) motions[r][static_cast<int64_t>(a)] = 1;
      }
      const auto part = builtin_shares().join(motions);
      for (int64_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
    }
    for (int64_t i = 0; i < sum.size(); ++i) {
      EXPECT_NEAR(sum[i], i == static_cast<int64_t>(a) ? 1 : 0, 1e-4) << a << " " << i;
    }
  }
}

TEST(Regions, TheTableInTheProgramIsThatOfTheHead) {
  const RegionShares fresh(face::builtin_face());
  EXPECT_EQ(fresh.axes(), builtin_shares().axes());
  EXPECT_EQ(fresh.table(), builtin_shares().table());
}

TEST(Regions, OneMotionForAllComesBackAsItIs) {
  tensor::Tensor motion = tensor::Tensor::zeros({3, motion::kLive});
  for (int64_t i = 0; i < motion.size(); ++i) motion[i] = 0.01f * static_cast<float>(i % 37);
  const auto joined = builtin_shares().join({motion, motion, motion, motion});
  EXPECT_EQ(std::memcmp(joined.data(), motion.data(), static_cast<size_t>(motion.size()) * 4), 0);
}

TEST(Regions, TheJawIsTheLips) {
  std::array<tensor::Tensor, kMotionRegions> motions;
  for (size_t r = 0; r < kMotionRegions; ++r) {
    motions[r] = tensor::Tensor::full({1, motion::kLive}, r == kLips ? 0.1f : 0.2f);
  }
  const auto joined = builtin_shares().join(motions);
  for (int64_t i = motion::kJawAt; i < motion::kLive; ++i) EXPECT_EQ(joined[i], 0.1f);
}

TEST(Regions, AFaceWithoutListsIsRefusedByName) {
  face::Face bare;
  bare.name = "bare.pkl";
  bare.rest = tensor::Tensor::zeros({4, 3});
  try {
    const RegionShares shares(bare);
    FAIL() << "taken";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("bare.pkl"), std::string::npos) << e.what();
  }
}

TEST(Blinks, AreOfFacesWithLidsWhereSomethingIsLeftToChance) {
  PredictOptions o;
  model::ModelConfig builtin, flame, certain;
  flame.axes = motion::Axes::kFlame;
  certain.generator.kind = generate::Kind::kRegression;
  EXPECT_EQ(blinks_of(o, certain), 0);
  EXPECT_EQ(blinks_of(o, builtin), kUsualBlinks);
  EXPECT_EQ(blinks_of(o, flame), 0);
  o.region_temperature = {0.3f, 0, 0.3f, 0.3f};
  EXPECT_EQ(blinks_of(o, builtin), 0);
  o.deterministic = true;
  o.blinks_per_minute = 12;
  EXPECT_EQ(blinks_of(o, builtin), 12);
  EXPECT_THROW(blinks_of(o, flame), Error);
  o.blinks_per_minute = 0;
  EXPECT_EQ(blinks_of(o, flame), 0);
}

}  // namespace
}  // namespace flowtalk::predict
