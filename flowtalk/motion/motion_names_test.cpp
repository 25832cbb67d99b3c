// The names that the field has for the parts of a motion: what is read, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/motion/names.h"
#include "tests/scratch_folder.h"

namespace flowtalk::motion {
namespace {

namespace fs = std::filesystem;
using tensor::Shape;
using tensor::Tensor;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kFrames = 25;

std::string bytes_of(const Tensor& t) {
  std::string bytes = formats::npy_header(t.shape());
  return bytes.append(reinterpret_cast<const char*>(t.data()), t.values().size_bytes());
}

// One value per column, all frames alike but for a small movement of the first column.
Tensor columns(int64_t width, std::initializer_list<std::pair<int64_t, float>> values) {
  Tensor t = Tensor::zeros({kFrames, width});
  for (int64_t i = 0; i < kFrames; ++i) {
    for (const auto& [column, value] : values) {
      t[i * width + column] = value + 0.001f * static_cast<float>(i);
    }
  }
  return t;
}

class MotionNames : public ::testing::Test {
 protected:
  MotionFile read(const std::vector<std::pair<std::string, std::string>>& files,
                  const Reading& reading = {}) const {
    formats::save_npz(path_, files);
    return open_motion(path_, reading);
  }
  MotionFile read(const std::vector<std::pair<std::string, Tensor>>& arrays,
                  const Reading& reading = {}) const {
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& [name, tensor] : arrays) files.emplace_back(name, bytes_of(tensor));
    return read(files, reading);
  }
  std::string refusal(const std::vector<std::pair<std::string, Tensor>>& arrays) const {
    try {
      read(arrays);
    } catch (const Error& e) {
      return e.what();
    }
    return "was taken";
  }
  tests::ScratchFolder folder_;
  const fs::path path_ = folder_ / "motion.npz";
};

TEST_F(MotionNames, PoseOfSixIsGlobalAndJaw) {
  for (const char* name : {"pose", "posecode", "pose_params"}) {
    const MotionFile file = read({{name, columns(6, {{1, 0.3f}, {3, 0.2f}})},
                                  {"exp", columns(50, {{0, 1}})},
                                  {"cam", columns(3, {})},
                                  {"light", columns(27, {})}});
    EXPECT_FLOAT_EQ(file.motion.root.at(0)[1], 0.3f) << name;
    EXPECT_FLOAT_EQ(file.motion.jaw.at(0)[0], 0.2f) << name;
    EXPECT_FLOAT_EQ(file.motion.expression.at(0)[0], 1);
    EXPECT_THAT(file.unused, ElementsAre("cam", "light"));
    EXPECT_TRUE(file.says_axes);
    EXPECT_EQ(file.motion.axes, Axes::kFlame);
  }
  EXPECT_THAT(refusal({{"pose", columns(3, {{0, 1}})}}), HasSubstr("(T, 6), global and jaw"));
  EXPECT_THAT(refusal({{"pose", columns(7, {{0, 1}})}}), HasSubstr("got (25, 7)"));
}

TEST_F(MotionNames, SmirkTurnsTheHeadByPoseParams) {
  const Motion m = read({{"expression_params", columns(50, {{2, 0.5f}})},
                         {"jaw_params", columns(3, {{0, 0.1f}})},
                         {"pose_params", columns(3, {{1, 0.3f}})},
                         {"shape_params", Tensor::full({300}, 1)},
                         {"eyelid_params", columns(2, {})}})
                       .motion;
  EXPECT_FLOAT_EQ(m.expression.at(0)[2], 0.5f);
  EXPECT_FLOAT_EQ(m.jaw.at(0)[0], 0.1f);
  EXPECT_FLOAT_EQ(m.root.at(0)[1], 0.3f);
  EXPECT_EQ(m.shape.at(3)[299], 1);
  for (const Shape& shape : {Shape{5, 3}, Shape{1, 5, 3}, Shape{2, 3}}) {
    const Tensor turns = Tensor::full(shape, 0.1f);
    const Motion head = read({{"pose_params", turns}}).motion;
    EXPECT_EQ(head.frames(), shape[shape.size() - 2]);
    EXPECT_EQ(head.root.width, 3);
    EXPECT_TRUE(head.jaw.empty());
  }
}

TEST_F(MotionNames, BodiesOfSmplxGiveTheirJawAndEyes) {
  std::vector<std::pair<std::string, std::string>> files = {
      {"expressions", bytes_of(columns(100, {{5, 0.7f}}))},
      {"poses", bytes_of(columns(165, {{66, 0.2f}, {70, 0.1f}, {3, 1}, {45, 0.4f}}))},
      {"betas", bytes_of(Tensor::full({300}, 1))},
      {"trans", bytes_of(columns(3, {{1, 1}}))},
      {"gender", formats::npy_of_texts({"neutral"}, true)}};
  const double rate = 30;
  files.emplace_back("mocap_frame_rate", formats::npy_header({}, "<f8").append(
                                             reinterpret_cast<const char*>(&rate), sizeof(rate)));
  const MotionFile file = read(files);
  EXPECT_FLOAT_EQ(file.motion.jaw.at(0)[0], 0.2f);
  EXPECT_FLOAT_EQ(file.motion.eyes.at(0)[1], 0.1f);
  EXPECT_FLOAT_EQ(file.motion.expression.at(0)[5], 0.7f);
  EXPECT_TRUE(file.motion.root.empty() && file.motion.shape.empty());
  EXPECT_TRUE(file.motion.translation.empty());
  EXPECT_EQ(file.motion.rate_hz, 30);
  EXPECT_THAT(file.unused, ElementsAre("betas", "trans", "gender"));
  EXPECT_THAT(file.remarks, Contains(HasSubstr("of a whole body")));
  EXPECT_THAT(refusal({{"poses", columns(156, {{3, 1}})}}), HasSubstr("got (25, 156)"));
}

TEST_F(MotionNames, VhapAndEmote) {
  const Motion m = read({{"rotation", columns(3, {{1, 0.3f}})},
                         {"neck_pose", columns(3, {{0, 0.1f}})},
                         {"jaw_pose", columns(3, {{0, 0.2f}})},
                         {"eyes_pose", columns(6, {{4, 0.05f}})},
                         {"expr", columns(100, {{0, 1}})},
                         {"translation", columns(3, {{2, 0.5f}})},
                         {"static_offset", Tensor::zeros({1, 7, 3})}})
                       .motion;
  EXPECT_FLOAT_EQ(m.root.at(0)[1], 0.3f);
  EXPECT_FLOAT_EQ(m.neck.at(0)[0], 0.1f);
  EXPECT_FLOAT_EQ(m.eyes.at(0)[4], 0.05f);
  EXPECT_FLOAT_EQ(m.translation.at(0)[2], 0.5f);
  const Tensor exp = columns(50, {{0, 1}}), jaw = columns(3, {{0, 0.2f}});
  EXPECT_FLOAT_EQ(read({{"predicted_exp", exp}, {"predicted_jaw", jaw}}).motion.jaw.at(0)[0], 0.2f);
  const std::vector<std::pair<std::string, Tensor>> both = {{"predicted_jaw", jaw},
                                                            {"gt_jaw", columns(3, {{0, 0.1f}})}};
  EXPECT_THAT(refusal(both), HasSubstr("gt_jaw': the file holds this part under another name too"));
  EXPECT_FLOAT_EQ(read(both, {.prefix = "gt_"}).motion.jaw.at(0)[0], 0.1f);
  // The same values under two names, as AMASS has them, are one part.
  EXPECT_EQ(read({{"jaw_pose", jaw}, {"pose_jaw", jaw}}).motion.jaw.rows(), kFrames);
}

TEST_F(MotionNames, OtherFormsOfRotations) {
  Tensor six = Tensor::zeros({kFrames, 6});
  for (int64_t t = 0; t < kFrames; ++t) {  // 0.01 t about x: rows (1, 0, 0), (0, cos, -sin)
    const float angle = 0.01f * static_cast<float>(t);
    six[6 * t] = 1;
    six[6 * t + 4] = std::cos(angle);
    six[6 * t + 5] = -std::sin(angle);
  }
  const MotionFile file = read({{"jaw", six}, {"exp", columns(100, {})}});
  EXPECT_NEAR(file.motion.jaw.at(10)[0], 0.1f, 1e-5);
  EXPECT_THAT(file.remarks, Contains(HasSubstr("six numbers per rotation")));
  EXPECT_THAT(refusal({{"jaw", columns(6, {{0, 0.2f}})}}), HasSubstr("may be 6D rotations"));
  EXPECT_THAT(refusal({{"pose", six}}), HasSubstr("axes of one rotation (6D)"));
  EXPECT_THAT(refusal({{"neck_pose", columns(4, {{0, 1}})}}), HasSubstr("may be quaternions"));
  Tensor matrices = Tensor::zeros({kFrames, 1, 3, 3});
  for (int64_t t = 0; t < kFrames; ++t) {
    for (const int64_t k : {0, 4, 8}) matrices[9 * t + k] = 1;
  }
  EXPECT_EQ(read({{"jaw_pose", matrices}, {"exp", columns(50, {{0, 1}})}}).motion.jaw.rows(),
            kFrames);
  EXPECT_EQ(
      read({{"jaw_pose", columns(3, {{0, 0.1f}}).reshape({kFrames, 1, 3})}}).motion.jaw.at(0)[0],
      0.1f);
}

TEST_F(MotionNames, WhatIsNamedLikeAPartAndUnknownIsAnError) {
  const Tensor exp = columns(50, {{0, 1}});
  for (const char* name : {"head_pose", "euler_jaw_pose", "expression_coeffs", "rot6d_rotation",
                           "neckRot", "eye_gaze", "quat_head"}) {
    EXPECT_THAT(refusal({{"exp", exp}, {name, columns(3, {{0, 1}})}}),
                HasSubstr("named like a part of a face's motion"))
        << name;
  }
  for (const char* name : {"camera_pose", "eyelids", "exposure", "texcode", "R", "vertices",
                           "lmk_eyes", "camera.rotation"}) {
    EXPECT_THAT(read({{"exp", exp}, {name, columns(3, {{0, 1}})}}).unused, ElementsAre(name));
  }
  EXPECT_THAT(refusal({{"shape", Tensor::full({300}, 1)}}), HasSubstr("it holds shape"));
  EXPECT_THAT(refusal({{"exp", columns(53, {{0, 1}})}}), HasSubstr("a pose behind them"));
}

TEST_F(MotionNames, OddUnitsAndOrdersAreRemarked) {
  EXPECT_THAT(read({{"jaw", columns(3, {{0, 17}})}}).remarks,
              Contains(AllOf(HasSubstr("in degrees?"), HasSubstr("where motion is read"))));
  const MotionFile file = read({{"jaw", columns(3, {{0, 18}})}}, {.jaw_unit = AngleUnit::kDegrees});
  EXPECT_NEAR(file.motion.jaw.at(0)[0], 0.314159f, 1e-5);
  EXPECT_THAT(file.remarks, IsEmpty());
  EXPECT_THAT(read({{"jaw", columns(3, {{0, 0.2f}})}}, {.jaw_unit = AngleUnit::kDegrees}).remarks,
              Contains(HasSubstr("in radians already?")));
  Tensor first = columns(53, {{3, 1.5f}, {4, -1}});
  for (int64_t t = 0; t < kFrames; ++t) first[53 * t] = 0.01f * static_cast<float>(t);
  EXPECT_THAT(read({{"rows", first}}).remarks,
              Contains(HasSubstr("columns 0 to 2 move like a jaw")));
  for (int64_t t = 0; t < kFrames; ++t) first[53 * t + 52] = -1;
  EXPECT_THAT(read({{"rows", first}}).remarks,
              Contains(HasSubstr("columns 0 to 2 move like a jaw")));
}

TEST_F(MotionNames, RatesThatNoMotionHasAreRefused) {
  for (const float rate : {0.0f, 1e-9f, -25.0f, 1e9f, NAN}) {
    EXPECT_THAT(refusal({{"jaw", columns(3, {})}, {"fps", Tensor::full({1}, rate)}}),
                HasSubstr("frames per second, 1 to 1000"))
        << rate;
  }
  EXPECT_EQ(read({{"jaw", columns(3, {})}, {"fps", Tensor::full({1}, 30)}}).motion.rate_hz, 30);
}

TEST_F(MotionNames, RowsMayHaveTheirRateAndAxesBesideThem) {
  Tensor rows = columns(53, {{0, 0.5f}});
  const MotionFile file = read({{"motion", bytes_of(rows)},
                                {"fps", bytes_of(Tensor::full({1}, 30))},
                                {"axes", formats::npy_of_texts({"flame"}, true)},
                                {"cam", bytes_of(columns(3, {}))}});
  EXPECT_EQ(file.motion.rate_hz, 30);
  EXPECT_EQ(file.motion.axes, Axes::kFlame);
  EXPECT_TRUE(file.says_rate && file.says_axes);
  EXPECT_THAT(file.unused, ElementsAre("cam"));
  EXPECT_EQ(read({{"rows", rows}}, {.unsaid_hz = 50}).motion.rate_hz, 50);
  EXPECT_EQ(
      read({{"rows", rows}, {"fps", Tensor::full({1}, 30)}}, {.unsaid_hz = 50}).motion.rate_hz, 30);
}

TEST_F(MotionNames, WhatIsSavedSaysWhatItIs) {
  Motion motion = of_live(columns(53, {{0, 1}, {50, 0.1f}}), Axes::kBuiltin);
  motion.rate_hz = 60;
  for (const char* ending : {".npz", ".safetensors"}) {
    const fs::path path = folder_ / fmt::format("saved{}", ending);
    save_motion(path, motion, {.expression_names = {"eyeBlinkLeft", "jawForward"}});
    const MotionFile file = open_motion(path, {.axes = Axes::kFlame});
    EXPECT_EQ(file.motion.axes, Axes::kBuiltin);
    EXPECT_TRUE(file.says_axes);
    EXPECT_EQ(file.motion.rate_hz, 60);
    EXPECT_TRUE(std::ranges::equal(live_of(file.motion).values(), live_of(motion).values()));
    EXPECT_THAT(file.remarks, IsEmpty());
    EXPECT_THAT(file.unused, IsEmpty());
  }
}

TEST(Names, OfAMeaning) {
  EXPECT_EQ(meaning_of("flame.exp"), Meaning::kExpression);
  EXPECT_EQ(meaning_of("gt_Exp"), Meaning::kExpression);
  EXPECT_EQ(meaning_of("jawPose"), Meaning::kJaw);
  EXPECT_EQ(meaning_of("left_hand_pose"), Meaning::kBody);
  EXPECT_EQ(written_name(Meaning::kJaw), "jaw_pose");
  EXPECT_EQ(plain_name("codedict.predicted_flame_exp"), "exp");
}

}  // namespace
}  // namespace flowtalk::motion
