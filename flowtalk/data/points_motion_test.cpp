#include "flowtalk/data/points_motion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/data/still_head.h"
#include "flowtalk/face/expression_axes.h"

namespace flowtalk::data {
namespace {

// The points that are needed, pixels, on a face as tall as a hundred of them between the eyes.
FacePoints made_face(int64_t frames) {
  const std::vector<std::array<float, 4>> places = {
      {33, 50, 100, 20},   {133, 80, 100, 10},  {263, 150, 100, 20}, {362, 120, 100, 10},
      {168, 100, 95, 0},   {1, 100, 130, -30},  {13, 100, 170, -10}, {82, 96, 170, -9},
      {312, 104, 170, -9}, {81, 92, 170, -8},   {311, 108, 170, -8}, {14, 100, 170, -10},
      {87, 96, 170, -9},   {317, 104, 170, -9}, {178, 92, 170, -8},  {402, 108, 170, -8},
      {0, 100, 160, -12},  {17, 100, 182, -12}, {61, 72, 171, 2},    {291, 128, 171, 2},
      {152, 100, 215, -5}};
  FacePoints face;
  const auto count = std::ssize(places);
  face.landmarks = tensor::Tensor({frames, count, 3});
  for (int64_t i = 0; i < count; ++i) {
    const auto& place = places[static_cast<size_t>(i)];
    face.index.push_back(static_cast<int64_t>(place[0]));
    for (int64_t t = 0; t < frames; ++t) {
      for (size_t k = 0; k < 3; ++k) {
        face.landmarks[3 * (t * count + i) + static_cast<int64_t>(k)] = place[k + 1];
      }
    }
  }
  return face;
}

void move(FacePoints& face, int64_t t, const std::vector<int64_t>& points, int64_t k, float by) {
  for (const int64_t point : points) {
    face.landmarks[3 * (t * std::ssize(face.index) + face.place_of(point, "test")) + k] += by;
  }
}

const std::vector<int64_t> kLower{14, 87, 317, 178, 402};

TEST(StillPoints, AHeadThatTurnsNearsAndNodsStaysWhereItIs) {
  FacePoints face = made_face(9);
  const int64_t count = std::ssize(face.index);
  for (int64_t t = 5; t < 9; ++t) {
    const double roll = 0.05 * static_cast<double>(t - 4), yaw = 0.03 * static_cast<double>(t - 4);
    for (int64_t i = 0; i < count; ++i) {
      float* p = face.landmarks.data() + 3 * (t * count + i);
      const double x = p[0], y = p[1], z = p[2];
      const double u = std::cos(yaw) * x + std::sin(yaw) * z;
      p[2] = static_cast<float>(1.1 * (std::cos(yaw) * z - std::sin(yaw) * x));
      p[0] = static_cast<float>(1.1 * (std::cos(roll) * u - std::sin(roll) * y) + 7);
      p[1] = static_cast<float>(1.1 * (std::sin(roll) * u + std::cos(roll) * y) - 3);
    }
  }
  const tensor::Tensor still = still_points(face);
  for (int64_t i = 0; i < 3 * count; ++i) {
    EXPECT_NEAR(still[i], still[3 * count * 8 + i], 0.02) << i;
  }
}

TEST(PointsMotion, OpensAsFarAsTheLipsAndRestsAtRest) {
  FacePoints face = made_face(4);
  move(face, 2, kLower, 1, 8);
  move(face, 2, {17}, 1, 8);
  move(face, 2, {152}, 1, 7);
  const PointsMotion made = motion_of_points(face, {true, true, false, true});
  EXPECT_NEAR(made.gap_mm[2], 8 * 0.902, 0.05);
  EXPECT_NEAR(made.fitted_mm[2], made.gap_mm[2], 0.3);
  EXPECT_NEAR(made.fitted_mm[0], 0, 0.01);
  EXPECT_GT(made.motion.jaw.at(2)[0], 0.05f);
  EXPECT_NEAR(made.motion.jaw.at(0)[0], 0, 1e-4);
}

TEST(PointsMotion, AJawThatIsKnownIsKeptAndTheLipsMakeUpTheGap) {
  FacePoints face = made_face(4);
  move(face, 2, kLower, 1, 8);
  const PointsMotion made = motion_of_points(face, {true, true, false, true}, {0, 0.2, 0.2, 0});
  EXPECT_NEAR(made.motion.jaw.at(2)[0], 0.2, 0.03);
  EXPECT_NEAR(made.fitted_mm[2], made.gap_mm[2], 0.7);
  EXPECT_NEAR(made.motion.jaw.at(1)[0], 0.2, 0.05) << "open behind shut lips";
  EXPECT_LT(made.fitted_mm[1], 1.5);
}

TEST(PointsMotion, ANarrowMouthIsPuckered) {
  FacePoints face = made_face(3);
  move(face, 1, {61}, 0, 5);
  move(face, 1, {291}, 0, -5);
  move(face, 1, {0, 17}, 2, -4);
  const PointsMotion made = motion_of_points(face, {true, false, true});
  EXPECT_GT(made.motion.expression.at(1)[face::axis("mouthPucker")], 0.3f);
  EXPECT_NEAR(made.fitted_mm[1], 0, 0.3);
}

}  // namespace
}  // namespace flowtalk::data
