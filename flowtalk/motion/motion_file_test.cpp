#include "flowtalk/motion/motion_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/pickle_maker.h"
#include "flowtalk/formats/safetensors.h"
#include "tests/scratch_folder.h"

namespace flowtalk::motion {
namespace {

using tensor::Tensor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MotionFiles : public ::testing::Test {
 protected:
  std::filesystem::path rows(tensor::Shape shape) const {
    Tensor t(std::move(shape));
    for (int64_t i = 0; i < t.size(); ++i) t[i] = static_cast<float>(i);
    formats::save_npy(folder_ / "p.npy", t);
    return folder_ / "p.npy";
  }
  std::filesystem::path arrays(const formats::NamedTensors& tensors) const {
    formats::save_safetensors(folder_ / "p.safetensors", tensors);
    return folder_ / "p.safetensors";
  }
  std::string refusal(const std::filesystem::path& path, const std::string& prefix = "") const {
    try {
      open_motion(path, {.axes = Axes::kFlame, .prefix = prefix});
    } catch (const Error& e) {
      return e.what();
    }
    return "was taken";
  }
  tests::ScratchFolder folder_;
};

TEST_F(MotionFiles, RowsOfTheThreeWidths) {
  for (const int64_t width : {53, 353, 403}) {
    for (const bool batched : {false, true}) {
      const tensor::Shape shape = batched ? tensor::Shape{1, 2, width} : tensor::Shape{2, width};
      const Motion p = load_motion(rows(shape), Axes::kFlame);
      ASSERT_EQ(p.frames(), 2);
      const auto begin = static_cast<float>(width);
      EXPECT_EQ(p.shape.at(1).size(), width == 53 ? 0u : 300u);
      EXPECT_EQ(p.expression.at(1).size(), static_cast<size_t>(width == 403 ? 100 : 50));
      EXPECT_EQ(p.expression.at(1)[0], begin + (width == 53 ? 0.0f : 300.0f));
      EXPECT_THAT(p.jaw.at(1), ElementsAre(2 * begin - 3, 2 * begin - 2, 2 * begin - 1));
      EXPECT_EQ(p.one_shape(), width == 53);
    }
  }
  EXPECT_THAT(refusal(rows({2, 54})), HasSubstr("(1, T, 403), (T, 353) or (T, 53), got (2, 54)"));
  EXPECT_THAT(refusal(rows({2, 3, 53})), HasSubstr("got (2, 3, 53)"));
  EXPECT_THAT(refusal(rows({53})), HasSubstr("got (53)"));
}

TEST_F(MotionFiles, NamedArraysWithAPrefix) {
  Tensor eyes = Tensor::zeros({4, 6});
  for (int64_t i = 0; i < eyes.size(); ++i) eyes[i] = static_cast<float>(i);
  const auto path = arrays({{"a.shape", Tensor::full({300}, 2)},
                            {"a.expression", Tensor::full({4, 100}, 3)},
                            {"a.eye_pose", eyes.reshape({1, 4, 6})},
                            {"a.transl", Tensor::full({1, 3}, 5)},
                            {"a.vertices", Tensor::full({4, 9}, 1)},
                            {"b.jaw_pose", Tensor::full({2, 3}, 1)}});
  const MotionFile file = open_motion(path, {.prefix = "a."});
  const Motion& p = file.motion;
  const auto& unused = file.unused;
  EXPECT_EQ(p.frames(), 4);
  EXPECT_TRUE(p.one_shape());
  EXPECT_THAT(unused, ElementsAre("a.vertices"));
  EXPECT_EQ(p.shape.at(2)[299], 2);
  EXPECT_THAT(p.eyes.at(2), ElementsAre(12, 13, 14, 15, 16, 17));
  EXPECT_THAT(p.translation.at(2), ElementsAre(5, 5, 5));
  EXPECT_TRUE(p.jaw.at(2).empty());
  EXPECT_EQ(open_motion(path, {.prefix = "b."}).motion.frames(), 2);
  EXPECT_THAT(refusal(path, "c."), HasSubstr("holds none of the arrays c.expression"));
}

TEST_F(MotionFiles, WrongArraysAreRefusedByName) {
  EXPECT_THAT(refusal(arrays({{"jaw_pose", Tensor::zeros({4, 2})}})),
              HasSubstr("'jaw_pose': expected shape (T, 3), axis-angle in radians, got (4, 2)"));
  EXPECT_THAT(refusal(arrays({{"shape", Tensor::zeros({4, 301})}})),
              HasSubstr("'shape': expected shape (T, 300) or narrower"));
  EXPECT_THAT(
      refusal(arrays({{"jaw", Tensor::zeros({4, 3})}, {"jaw_pose", Tensor::full({4, 3}, 1)}})),
      HasSubstr("under another name"));
  EXPECT_THAT(refusal(arrays({{"jaw", Tensor::zeros({4, 3})}, {"neck", Tensor::zeros({5, 3})}})),
              HasSubstr("4 frames"));
  EXPECT_THAT(refusal(arrays({{"neck", Tensor::full({4, 3}, NAN)}})),
              HasSubstr("'neck': frame 0 holds a value that is not finite"));
}

// What trackers write: a dict per frame, or a file per frame.
TEST_F(MotionFiles, FramesOneByOne) {
  namespace made = formats::made;
  const auto row = [](std::vector<float> values) {
    return made::array(made::dtype("f4"), {1, static_cast<int64_t>(values.size())},
                       made::raw(values));
  };
  std::string frames = "](";
  for (int i = 0; i < 4; ++i) {
    const auto value = static_cast<float>(i);
    const std::string frame =
        made::dict({made::text("exp"), row(std::vector<float>(50, value)), made::text("pose"),
                    row({0, value / 10, 0, 0.1f, 0, 0}), made::text("fps"), made::integer(50),
                    made::text("frame_id"), made::integer(i)});
    frames += frame;
    save_file(folder_ / "one" / fmt::format("{:05}.frame", i), made::pickle(frame));
  }
  save_file(folder_ / "all.pkl", made::pickle(frames + "e"));
  for (const char* name : {"all.pkl", "one"}) {
    const MotionFile file = open_motion(folder_ / name, {});
    EXPECT_EQ(file.motion.frames(), 4) << name;
    EXPECT_EQ(file.motion.rate_hz, 50);
    EXPECT_EQ(file.motion.expression.at(3)[49], 3);
    EXPECT_FLOAT_EQ(file.motion.root.at(2)[1], 0.2f);
    EXPECT_FLOAT_EQ(file.motion.jaw.at(2)[0], 0.1f);
    EXPECT_THAT(file.unused, ElementsAre("frame_id"));
  }
}

TEST_F(MotionFiles, EveryWidthReadsTheSame) {
  constexpr int64_t kFrames = 5;
  Tensor live({kFrames, kLive});
  for (int64_t i = 0; i < live.size(); ++i) live[i] = static_cast<float>(i);
  const auto path = folder_ / "p.npy";
  for (const int64_t width : {kWideRow, kNarrowRow, kLive}) {
    save_motion(path, of_live(live, Axes::kBuiltin), {.width = width});
    EXPECT_EQ(formats::load_npy(path).shape(), (tensor::Shape{1, kFrames, width}));
    const Tensor read = live_of(load_motion(path, Axes::kBuiltin));
    ASSERT_EQ(read.shape(), live.shape());
    EXPECT_TRUE(std::ranges::equal(read.values(), live.values()));
  }
}

TEST_F(MotionFiles, AStillFaceKeepsItsFrames) {
  Motion still;
  still.expression = {Tensor::full({1, 50}, 0.3f), 0, 50};
  still.shape = {Tensor::full({25, 3}, 0.1f), 0, 3};
  for (const char* name : {"m.npz", "m.safetensors"}) {
    save_motion(folder_ / name, still);
    const Motion read = open_motion(folder_ / name, {}).motion;
    EXPECT_EQ(read.frames(), 25) << name;
    EXPECT_EQ(read.expression.at(24)[0], 0.3f);
    EXPECT_EQ(read.shape.at(24)[2], 0.1f);
  }
}

TEST_F(MotionFiles, WhatWasWrittenIsNotGuessedAt) {
  Motion motion;
  motion.expression = {Tensor::full({3, 50}, 0.3f), 0, 50};
  Tensor eyes = Tensor::zeros({3, 6});  // each turns by 1, about axes that are across each other
  for (int64_t t = 0; t < 3; ++t) eyes[6 * t] = eyes[6 * t + 4] = 1;
  motion.eyes = {eyes, 0, 6};
  for (const char* name : {"m.npz", "m.safetensors"}) {
    save_motion(folder_ / name, motion);
    const Motion read = open_motion(folder_ / name, {}).motion;
    EXPECT_EQ(read.eyes.at(2)[4], 1) << name;
  }
  // The same from elsewhere may be six numbers of one rotation.
  EXPECT_NE(
      refusal(arrays({{"expression", Tensor::zeros({3, 50})}, {"eye_pose", eyes}})).find("6D"),
      std::string::npos);
}

TEST_F(MotionFiles, APrefixOfRowsWithoutANameChangesNothing) {
  const auto path = folder_ / "p.npy";
  formats::save_npy(path, Tensor::full({5, 53}, 0.1f));
  const auto remarks = open_motion(path, {.prefix = "gt_"}).remarks;
  ASSERT_EQ(remarks.size(), 1u);
  EXPECT_THAT(remarks[0], HasSubstr("gt_ changes nothing"));
  EXPECT_TRUE(open_motion(path, {}).remarks.empty());
}

TEST_F(MotionFiles, DamagedOnesAreRefused) {
  const auto path = folder_ / "p.npy";
  formats::save_npy(path, Tensor::full({5, 53}, NAN));
  EXPECT_THAT(refusal(path), HasSubstr("frame 0 holds a value that is not finite"));
  formats::save_npy(path, Tensor({1, 0, 53}));
  EXPECT_THAT(refusal(path), HasSubstr("holds no frames"));
}

}  // namespace
}  // namespace flowtalk::motion
