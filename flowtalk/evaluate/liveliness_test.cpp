#include "flowtalk/evaluate/liveliness.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>

#include "flowtalk/base/files.h"
#include "flowtalk/evaluate/people.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::evaluate {
namespace {

using testing::HasSubstr;
using tests::refusal;

LivingFace live_link_face(const std::string& text, const std::string& where) {
  return evaluate::live_link_face(data::live_link_of(text, where), where);
}

double figure(const LivingFace& face, std::string_view key) {
  for (const LivelyFigure& one : lively_figures()) {
    if (one.key == key) return one.of(face).value_or(-1);
  }
  ADD_FAILURE() << key;
  return -1;
}

// A head that nods by +-`degrees`, `hz` times a second.
LivingFace nodding(double degrees, double hz, double rate_hz) {
  LivingFace face{"nods", rate_hz, {}, {}, {}};
  for (int t = 0; t < static_cast<int>(12 * rate_hz); ++t) {
    face.head.push_back({degrees * std::sin(2 * std::numbers::pi * hz * t / rate_hz), 0, 0});
  }
  return face;
}

TEST(Liveliness, HeadsAreMeasuredAlikeAtAnyRate) {
  for (const double rate_hz : {25.0, 60.0}) {
    const LivingFace face = nodding(4, 0.667, rate_hz);
    EXPECT_NEAR(figure(face, "head_pitch_sd_deg"), 4 / std::sqrt(2), 0.1) << rate_hz;
    EXPECT_NEAR(figure(face, "head_pitch_range_deg"), 8, 0.2);
    EXPECT_NEAR(figure(face, "head_pitch_rms_deg_s"),
                4 * 2 * std::numbers::pi * 0.667 / std::sqrt(2), 0.5);
    EXPECT_EQ(figure(face, "head_yaw_sd_deg"), 0);
    EXPECT_GT(figure(face, "head_below_1_hz"), 0.85);
    EXPECT_GT(figure(nodding(4, 2, rate_hz), "head_1_to_3_hz"), 0.9);
    EXPECT_GT(figure(nodding(4, 5, rate_hz), "head_above_3_hz"), 0.9);
  }
}

// Looks 10 degrees to the left and back, every second.
LivingFace looking(double rate_hz) {
  LivingFace face{"looks", rate_hz, {}, {}, {}};
  for (int t = 0; t < static_cast<int>(20 * rate_hz); ++t) {
    face.gaze.push_back({static_cast<int>(t / rate_hz) % 2 == 0 ? 0.0 : 10.0, 0});
  }
  return face;
}

TEST(Liveliness, SaccadesAndFixations) {
  for (const double rate_hz : {25.0, 60.0}) {
    const LivingFace face = looking(rate_hz);
    EXPECT_EQ(saccades_of(face).size(), 19u) << rate_hz;
    EXPECT_NEAR(figure(face, "fixation_s"), 1, 0.05);
    EXPECT_NEAR(figure(face, "saccade_deg"), 10, 0.1);
    EXPECT_NEAR(figure(face, "gaze_aside_range_deg"), 10, 0.1);
    EXPECT_NEAR(figure(face, "gaze_on_target"), 0.5, 0.05);
  }
  LivingFace shut = looking(25);
  shut.lids.assign(shut.gaze.size(), 1.0);
  EXPECT_TRUE(saccades_of(shut).empty()) << "behind shut lids";
}

TEST(Liveliness, BlinksByWidthAtHalfHeight) {
  for (const double rate_hz : {25.0, 60.0}) {
    LivingFace face{"blinks", rate_hz, {}, {}, {}};
    const auto lid = [](double s) {  // half a width of 120 ms, at 0.5, 1.5, ... s; and a nap
      if (s > 10) return s < 12 ? 1.0 : 0.1;
      const double away = std::abs(s - std::floor(s) - 0.5);
      return 0.1 + 0.9 * std::max(0.0, 1 - away / 0.12);
    };
    for (int t = 0; t < static_cast<int>(14 * rate_hz); ++t) face.lids.push_back(lid(t / rate_hz));
    EXPECT_EQ(blinks_of(face).size(), 10u) << rate_hz;
    EXPECT_NEAR(figure(face, "blink_width_ms"), 120, 21);  // half a frame at 25 per second
    EXPECT_NEAR(figure(face, "blinks_per_minute"), 10 * 60 / 14.0, 1);
  }
}

TEST(Liveliness, PosesComeBackFromPoints) {
  const HeadPoints head{{-45, 0, 0}, {-15, 2, 5}, {15, 2, 5}, {45, 0, 0}, {0, -35, 30}, {0, 3, 15}};
  std::vector<HeadPoints> frames;
  for (int t = -10; t <= 10; ++t) {
    const auto angle = static_cast<float>(t * std::numbers::pi / 180);
    const face::Matrix3 r = face::rotation({0, angle, 0});
    HeadPoints& points = frames.emplace_back(head);
    for (auto& p : points) {
      p = face::move({r, {100, 50, 3.0 * t}}, p);
    }
  }
  const auto poses = poses_of(frames);
  for (int t = -10; t <= 10; ++t) {
    const HeadAngles& pose = poses[static_cast<size_t>(t + 10)];
    EXPECT_NEAR(pose.yaw, t, 0.2);
    EXPECT_NEAR(pose.pitch, 0, 0.2);
    EXPECT_NEAR(pose.roll, 0, 0.2);
  }
}

std::string take(int frames, const char* extra = "") {
  std::string text =
      "Timecode,BlendshapeCount,EyeBlinkLeft,EyeBlinkRight,HeadYaw,HeadPitch,HeadRoll,LeftEyeYaw,"
      "LeftEyePitch,LeftEyeRoll,RightEyeYaw,RightEyePitch,RightEyeRoll\n";
  for (int t = 0; t < frames; ++t) {
    text += fmt::format("10:00:{:02}:{:06.3f},61,0,0,0,0,0,{:.4f},-0.1,0,{:.4f},-0.1,0\n", t / 60,
                        t % 60 + 0.5, t * 1e-3, t * 1e-3);
  }
  return text + extra;
}

TEST(LiveLink, ReadsATakeAndItsRate) {
  const LivingFace face = live_link_face(take(300), "take.csv");
  EXPECT_EQ(face.rate_hz, 60);
  EXPECT_EQ(face.gaze.size(), 300u);
  EXPECT_TRUE(face.head.empty()) << "zeros: not recorded";
  EXPECT_NEAR(face.gaze[100].left, -5.73, 0.01);
  EXPECT_NEAR(face.gaze[100].up, 5.73, 0.01);
  std::string twice;  // every line again, in the same second
  int line = 0;
  std::istringstream lines(take(300));
  for (std::string one; std::getline(lines, one); ++line) {
    twice += one + "\n";
    if (line > 0) twice += one + "\n";
  }
  EXPECT_EQ(live_link_face(twice, "twice.csv").gaze.size(), 300u);
}

TEST(LiveLink, RefusesWhatIsNoTake) {
  const auto refused = [](const std::string& text) {
    return refusal([&] { live_link_face(text, "take.csv"); });
  };
  EXPECT_THAT(refused("time,happy\n"), HasSubstr("take.csv: line 1: no column Timecode; expected"));
  EXPECT_THAT(refused(""), HasSubstr("take.csv: holds 0 frames"));
  EXPECT_THAT(refused(take(5, "10:00:01\n")), HasSubstr("line 7: expected 13 cells"));
  EXPECT_THAT(refused(take(5, "noon,61,0,0,0,0,0,0,0,0,0,0,0\n")),
              HasSubstr("line 7: expected a time code such as 18:43:58:59.723, got 'noon'"));
  EXPECT_THAT(refused(take(5, "10:00:00:09,61,x,0,0,0,0,0,0,0,0,0,0\n")),
              HasSubstr("line 7: EyeBlinkLeft: expected a number, got 'x'"));
  EXPECT_THAT(refused(take(5, "09:00:00:09,61,1,0,0,0,0,0,0,0,0,0,0\n")),
              HasSubstr("comes before that of the line above"));
}

TEST(People, FoldersOfPointsAndTheirMistakes) {
  const tests::ScratchFolder folder;
  EXPECT_THAT(refusal([&] { load_people(folder / "none"); }), HasSubstr("expected a folder"));
  EXPECT_THAT(refusal([&] { load_people(folder); }), HasSubstr("holds no recording"));
  tensor::Tensor marks = tensor::Tensor::zeros({50, 6, 3});
  for (int64_t i = 0; i < marks.size(); ++i) marks[i] = static_cast<float>((7 * i) % 18);
  const auto index = [](std::vector<int64_t> numbers) {
    std::vector<float> values(numbers.begin(), numbers.end());
    return formats::npy_of(tensor::Tensor({static_cast<int64_t>(values.size())}, values));
  };
  const auto save = [&](const std::string& numbers) {
    formats::save_npz(folder / "a.npz",
                      {{"landmarks", formats::npy_of(marks)}, {"index", numbers}});
  };
  save(index({33, 133, 362, 263, 1, 168}));
  const auto people = load_people(folder);
  ASSERT_EQ(people.size(), 1u);
  EXPECT_EQ(people[0].head.size(), 50u);
  EXPECT_EQ(people[0].name, "a.npz");
  formats::save_npz(folder / "a.npz",
                    {{"landmarks", formats::npy_of(marks)},
                     {"index", index({33, 133, 362, 263, 1, 168})},
                     {"scores", formats::npy_of(tensor::Tensor::zeros({50, 51}))}});
  EXPECT_THAT(refusal([&] { load_people(folder); }), HasSubstr("scores: expected (50, 52)"));
  save(index({33, 133, 362, 263, 1, 2}));
  EXPECT_THAT(refusal([&] { load_people(folder); }), HasSubstr("the point 168 of the face mesh"));
  save(index({33, 133}));
  EXPECT_THAT(refusal([&] { load_people(folder); }), HasSubstr("index: expected 6 numbers"));
  formats::save_npz(folder / "a.npz", {{"index", index({1})}});
  EXPECT_THAT(refusal([&] { load_people(folder); }), HasSubstr("has no array 'landmarks'"));
}

}  // namespace
}  // namespace flowtalk::evaluate
