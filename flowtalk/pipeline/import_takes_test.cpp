#include "flowtalk/pipeline/import_takes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "flowtalk/arkit/live_link_csv.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/clip_motion.h"
#include "flowtalk/data/index.h"
#include "flowtalk/face/expression_axes.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"
#include "tests/speech_like.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::refusal;

// How loud speech_like is, and how far a mouth is open that says it.
float opening(double seconds) {
  return static_cast<float>(0.4 * std::max(0.0, std::sin(9 * seconds)));
}

class ImportTakes : public testing::Test {
 protected:
  void add_sound(const std::string& name, double seconds) {
    make_parent_folder(folder_ / name);
    audio::save_wav(folder_ / (name + ".wav"),
                    audio::Audio{.samples = tests::speech_like(seconds)});
  }
  // A take whose mouth comes so much after the sound.
  void add_face(const std::string& name, double seconds, double late_s = 0, double rate_hz = 60) {
    const auto frames = static_cast<int64_t>(seconds * rate_hz);
    arkit::Take take{tensor::Tensor::zeros({frames, int64_t{arkit::kShapes}}), {}, rate_hz, {}};
    for (int64_t t = 0; t < frames; ++t) {
      float* row = take.scores.data() + t * int64_t{arkit::kShapes};
      row[arkit::shape("jawOpen")] = opening(static_cast<double>(t) / rate_hz - late_s);
      row[arkit::shape("mouthSmileLeft")] = 0.25f;
    }
    make_parent_folder(folder_ / name);
    save_file(folder_ / (name + ".csv"), arkit::live_link_csv(take));
  }
  void add_take(const std::string& name, double seconds, double late_s = 0) {
    add_sound(name, seconds);
    add_face(name, seconds, late_s);
  }
  ImportTakesReport run() {
    options_.folders = {folder_.path().string()};
    options_.output = (out_ / "set").string();
    options_.threads = 2;
    Reporter reporter;
    reporter.warn = [&](const std::string& line) { warnings_.push_back(line); };
    return import_takes(options_, reporter);
  }

  const tests::ScratchFolder folder_, out_;
  ImportTakesOptions options_;
  std::vector<std::string> warnings_;
};

TEST_F(ImportTakes, TakesBecomeClipsAtTheModelsRate) {
  add_take("happy_1", 30);
  add_take("plain", 9);
  options_.piece_s = 6;
  options_.style = "M005";
  const auto report = run();
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_THAT(report.left_out, IsEmpty());
  ASSERT_EQ(report.takes.size(), 2u);
  EXPECT_NEAR(report.duration_s, 39, 0.1);
  EXPECT_GE(report.of_validation, 1);
  for (const TakenTake& take : report.takes) EXPECT_LT(std::abs(take.lag_ms), 40) << take.face;
  EXPECT_EQ(report.check.count(data::Severity::kError), 0);
  const auto set = data::scan_dataset(out_ / "set");
  EXPECT_EQ(std::ssize(set.clips), report.clips);
  EXPECT_GE(report.clips, 6);
  EXPECT_EQ(set.axes, motion::Axes::kBuiltin);
  double seconds = 0;
  for (const data::Clip& clip : set.clips) {
    EXPECT_EQ(set.conditions.styles[static_cast<size_t>(clip.name.style)], "M005");
    const auto motion = data::load_clip_motion(clip, motion::Axes::kBuiltin);
    const auto sound = audio::load_audio(clip.wav);
    const double lasts = static_cast<double>(motion.frames()) / flame::kFps;
    EXPECT_NEAR(lasts, sound.duration_s(), 0.041) << clip.stem;
    EXPECT_LE(lasts, 7.51) << clip.stem;
    seconds += lasts;
    for (int64_t t = 0; t < motion.frames(); ++t) {
      EXPECT_NEAR(motion.expression.at(t)[face::axis("mouthSmileLeft")], 0.25f, 1e-4f);
    }
  }
  EXPECT_NEAR(seconds, 39, 0.1);
  EXPECT_THAT(load_file(out_ / "set" / "clips.tsv"), HasSubstr("happy_1.csv\t0.00"));
}

TEST_F(ImportTakes, AMouthThatIsLateIsTold) {
  add_take("late", 20, 0.16);
  const auto report = run();
  EXPECT_NEAR(report.takes.at(0).lag_ms, 160, 30);
  EXPECT_THAT(warnings_, Contains(HasSubstr("ms after the sound")));
}

TEST_F(ImportTakes, WhatCannotBeHadIsLeftOutAndTheOthersGoOn) {
  add_take("good", 4);
  add_face("cut", 10);
  add_sound("cut", 4);
  add_face("slow", 5);
  add_sound("slow", 10);
  add_face("silent", 4);
  add_sound("1_wayne_0_200_200", 2);
  save_file(folder_ / "1_wayne_0_200_200.json", "{}");
  add_sound("other", 2);
  save_file(folder_ / "other.csv", "name,age\nx,3\n");
  const auto report = run();
  ASSERT_EQ(report.takes.size(), 1u);
  EXPECT_EQ(report.damaged(), 5);
  const auto reason = [&](const std::string& name) {
    for (const auto& l : report.left_out) {
      if (fs::path(l.file).stem() == name) return l.kind + ": " + l.reason;
    }
    return std::string();
  };
  EXPECT_THAT(reason("cut"),
              HasSubstr("its face lasts 10.0 s at 60 frames per second, its sound 4.0 s"));
  EXPECT_THAT(reason("slow"), HasSubstr("30 says its rate"));
  EXPECT_THAT(reason("silent"), HasSubstr("no sound: "));
  EXPECT_THAT(reason("1_wayne_0_200_200"), HasSubstr("unknown emotion: "));
  EXPECT_THAT(reason("other"), HasSubstr("damaged: "));
  EXPECT_THAT(load_file(out_ / "set" / "left_out.tsv"), HasSubstr("no sound\t"));
}

TEST_F(ImportTakes, AFaceAtRestIsTakenOff) {
  add_take("a", 4);
  add_face("still_neutral", 4, 100);  // smiles by 0.25 and speaks
  save_file(out_ / "rest.csv", load_file(folder_ / "still_neutral.csv"));
  fs::remove(folder_ / "still_neutral.csv");
  options_.neutral = (out_ / "rest.csv").string();
  run();
  const auto set = data::scan_dataset(out_ / "set");
  const auto motion = data::load_clip_motion(set.clips.at(0), motion::Axes::kBuiltin);
  EXPECT_NEAR(motion.expression.at(0)[face::axis("mouthSmileLeft")], 0, 1e-4f);
}

TEST_F(ImportTakes, NothingIsMadeOfNothing) {
  add_face("silent", 4);
  EXPECT_THAT(refusal([&] { run(); }), HasSubstr("no take could be had; the first: "));
  EXPECT_FALSE(fs::exists(out_ / "set"));
  options_.emotion = "furious";
  EXPECT_THAT(refusal([&] { run(); }), HasSubstr("furious"));
  options_.emotion.clear();
  fs::create_directories(out_ / "set");
  save_file(out_ / "set" / "mine.txt", "x");
  EXPECT_THAT(refusal([&] { run(); }), HasSubstr("holds 'mine.txt', which would be lost"));
  options_.folders.clear();
  EXPECT_THAT(refusal([&] { import_takes({}, {}); }), HasSubstr("which takes?"));
}

}  // namespace
}  // namespace flowtalk::pipeline
