// Words for pictures, mouths that settle, pictures that no number of threads changes.
#include "flowtalk/pipeline/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/pipeline/film.h"
#include "flowtalk/pipeline/settle.h"
#include "flowtalk/video/writer.h"
#include "tests/scratch_folder.h"

namespace flowtalk::pipeline {
namespace {

using ::testing::HasSubstr;

template <class T>
T read(const std::string& text) {
  T value;
  from_text(text, value);
  return value;
}

template <class T>
std::string refusal(const std::string& text) {
  try {
    read<T>(text);
  } catch (const Error& e) {
    return e.what();
  }
  return "was taken";
}

TEST(PictureWords, Sizes) {
  EXPECT_EQ(read<PictureSize>("300"), (PictureSize{300, 300}));
  EXPECT_EQ(read<PictureSize>("640x480"), (PictureSize{640, 480}));
  EXPECT_EQ(text_of(PictureSize{640, 480}), "640x480");
  for (const char* text :
       {"", "63", "4097", "640x", "x480", "640x480x2", "1e3", "-64", "64 x 64"}) {
    EXPECT_THAT(refusal<PictureSize>(text), HasSubstr("512 or 640x480")) << text;
  }
}

TEST(PictureWords, ViewsAndBackgrounds) {
  EXPECT_EQ(read<View>("three-quarter"), View::kThreeQuarter);
  EXPECT_EQ(yaw_of(View::kFront), 0);
  EXPECT_THAT(refusal<View>("profil"), HasSubstr("did you mean 'profile'"));
  EXPECT_TRUE(read<Background>("transparent").transparent());
  EXPECT_EQ(read<Background>("#10ff7A").colour, (render::Rgb{16, 255, 122}));
  EXPECT_EQ(text_of(read<Background>("white")), "#ffffff");
  EXPECT_EQ(read<Background>("studio").kind, Background::Kind::kStudio);
  for (const char* text : {"#12", "#12345g", "nowhere", ""}) {
    EXPECT_THAT(refusal<Background>(text), HasSubstr("a colour such as #30343c")) << text;
  }
}

// A mouth that is open in every frame of a smile.
motion::Motion open_mouth(int64_t frames, motion::Axes axes = motion::Axes::kBuiltin) {
  auto live = tensor::Tensor::zeros({frames, motion::kLive});
  for (int64_t t = 0; t < frames; ++t) {
    float* row = live.data() + t * motion::kLive;
    row[face::axis("mouthSmileLeft")] = 0.5f;
    row[face::axis("mouthLowerDownLeft")] = 0.4f;
    row[motion::kLiveExpression] = 0.3f;
  }
  return motion::of_live(live, axes);
}

TEST(Settle, ShutsTheMouthAtBothEndsAndLeavesTheSmile) {
  const auto cut = open_mouth(50), made = settled(cut, 0.16);
  const face::Face& head = face::builtin_face();
  const face::Deformer deformer(head);
  std::vector<float> vertices(static_cast<size_t>(head.rest.size()));
  const auto gap = [&](const motion::Motion& motion, int64_t t) {
    deformer.vertices(face::frame_of(motion, t), vertices);
    return face::lip_gap(head, vertices);
  };
  EXPECT_GT(gap(cut, 0), 0.01f);
  for (const int64_t t : {0, 49}) {
    EXPECT_LT(gap(made, t), 5e-4f) << t;
    EXPECT_EQ(made.expression.at(t)[face::axis("mouthSmileLeft")], 0.5f);
    EXPECT_EQ(made.jaw.at(t)[0], 0);
  }
  for (int64_t t = 0; t < 4; ++t) EXPECT_LT(gap(made, t), gap(made, t + 1));
  for (int64_t t = 4; t < 46; ++t) EXPECT_EQ(made.jaw.at(t)[0], 0.3f);
  EXPECT_EQ(cut.jaw.at(0)[0], 0.3f) << "the motion itself was changed";
  EXPECT_EQ(settled(cut, 0).jaw.at(0)[0], 0.3f);
  EXPECT_EQ(settled(open_mouth(1), 0.16).jaw.at(0)[0], 0.3f);
  EXPECT_EQ(settled(open_mouth(3), 0.16).jaw.at(1)[0], 0.3f);
  const auto flame = settled(open_mouth(50, motion::Axes::kFlame), 0.16);
  EXPECT_EQ(flame.expression.at(0)[face::axis("mouthSmileLeft")], 0);
}

struct StageTest : ::testing::Test {
  static StageOptions small() {
    StageOptions options;
    options.size = {96, 64};
    return options;
  }
  tests::ScratchFolder folder;
};

TEST_F(StageTest, PicturesHaveTheSameBytesForAnyNumberOfThreads) {
  const auto motion = settled(open_mouth(9), 0.16);
  for (const int threads : {1, 3}) {
    StageOptions options = small();
    options.threads = threads;
    Stage stage({{"smile", motion}}, options);
    save_frames(stage, folder / std::to_string(threads), {});
  }
  for (int t = 0; t < 9; ++t) {
    const std::string name = fmt::format("{:05}.png", t);
    EXPECT_EQ(load_file(folder / "1" / name), load_file(folder / "3" / name)) << t;
  }
  EXPECT_NE(load_file(folder / "1/00000.png"), load_file(folder / "1/00004.png"));
}

TEST_F(StageTest, MotionIsTakenToTheRateOfTheFilm) {
  StageOptions options = small();
  options.fps = {60, 1};
  Stage stage({{"", open_mouth(50)}}, options);
  EXPECT_EQ(stage.frames(), 120);
  EXPECT_EQ(stage.frame_at(1.5), 90);
  options.fps = {30000, 1001};  // 4.12 s are 123.48 frames: the last is held, none is cut off
  EXPECT_EQ(Stage({{"", open_mouth(103)}}, options).frames(), 124);
  EXPECT_EQ(stage.width(), 96);
  EXPECT_EQ(stage.height(), 64);
}

TEST_F(StageTest, NamesTheTextsThatShowAsBoxes) {
  StageOptions options = small();
  options.title = "Gr\u00f6\u00dfe";
  const Stage stage({{"happy, high", open_mouth(2)}, {"\u65e5\u672c", open_mouth(2)}}, options);
  EXPECT_THAT(stage.texts_in_boxes(), ::testing::ElementsAre("Gr\u00f6\u00dfe", "\u65e5\u672c"));
  options.title = "";
  EXPECT_THAT(Stage({{"sad", open_mouth(2)}}, options).texts_in_boxes(), ::testing::IsEmpty());
}

TEST_F(StageTest, BehindATransparentFaceIsNothing) {
  StageOptions options = small();
  options.background = read<Background>("transparent");
  Stage stage({{"", open_mouth(2)}}, options);
  const render::Image clear = stage.draw(0);
  ASSERT_TRUE(clear.has_alpha());
  EXPECT_EQ(clear.alpha.front(), 0);
  EXPECT_EQ(clear.alpha[static_cast<size_t>(32 * 96 + 48)], 255);
  options.background = read<Background>("#204060");
  Stage coloured({{"", open_mouth(2)}}, options);
  const render::Image& solid = coloured.draw(0);
  EXPECT_FALSE(solid.has_alpha());
  EXPECT_THAT(std::vector(solid.rgb.begin(), solid.rgb.begin() + 3),
              ::testing::ElementsAre(0x20, 0x40, 0x60));
  // Where the face covers a pixel the colours are the same.
  const auto middle = static_cast<size_t>(3 * (32 * 96 + 48));
  for (size_t c = 0; c < 3; ++c) EXPECT_EQ(clear.rgb[middle + c], solid.rgb[middle + c]);
}

TEST_F(StageTest, FilmsThatCannotBeTransparentAreRefusedAtTheDoor) {
  const auto said = [](const char* name, bool transparent) -> std::string {
    try {
      video::check_film(name, transparent, "output");
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_THAT(said("a.mp4", true), HasSubstr("ends in .mov or .webm"));
  EXPECT_THAT(said("a.avi", false), HasSubstr("expected a name that ends in .mp4, .mov or .webm"));
  for (const char* name : {"a.mov", "a.webm"}) EXPECT_EQ(said(name, true), "") << name;
  EXPECT_EQ(said("a.mp4", false), "");
  // The size of the letters does not matter, and a film is of the kind that its name says.
  for (const char* name : {"a.MOV", "a.WebM"}) EXPECT_EQ(said(name, true), "") << name;
  EXPECT_EQ(said("a.MP4", false), "");
  EXPECT_THAT(said("a.MP4", true), HasSubstr("ends in .mov or .webm"));
}

}  // namespace
}  // namespace flowtalk::pipeline
