// What liveliness adds to predictions of the default model, and that without it they are as before.
#include "flowtalk/pipeline/performing.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "flowtalk/base/files.h"
#include "flowtalk/evaluate/lips.h"
#include "flowtalk/evaluate/liveliness.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/perform/test_voice.h"
#include "flowtalk/pipeline/motion_choice.h"
#include "flowtalk/pipeline/predict.h"
#include "flowtalk/pipeline/settle.h"
#include "flowtalk/pipeline/stage.h"
#include "flowtalk/pipeline/talk.h"
#include "tests/scratch_folder.h"

namespace flowtalk::pipeline {
namespace {

// Buzzing syllables with pauses, 4 s.
audio::Audio made_voice(double pitch_hz = 110) {
  audio::Audio voice;
  for (int i = 0; i < 4 * flame::kAudioHz; ++i) {
    const double t = i / double{flame::kAudioHz};
    const double syllable = std::pow(std::sin(2 * 3.14159 * 2.1 * t), 2);
    double buzz = 0;
    for (int k = 1; k <= 20; ++k) buzz += std::sin(2 * 3.14159 * pitch_hz * k * t) / k;
    const bool pause = t < 0.3 || (t > 1.8 && t < 2.4) || t > 3.6;
    voice.samples.push_back(pause ? 0.0f : static_cast<float>(0.15 * syllable * buzz));
  }
  return voice;
}

class Performing : public ::testing::Test {
 protected:
  Performing() { audio::save_wav(folder_ / "voice.wav", made_voice()); }
  std::string name(const std::string& file) const { return (folder_ / file).string(); }
  predict::Session session() const { return ModelOptions{}.load({}); }
  // As every prediction was made before there was a performer.
  motion::Motion plain(const std::string& emotion, const Conditions& conditions) const {
    PerformanceOptions performance;
    const auto options = performance.options(parse_mood(emotion, conditions), false, conditions);
    return session().predict(audio::load_audio(folder_ / "voice.wav"), options);
  }
  PredictOptions predicting(const std::string& emotion, const std::string& output) const {
    PredictOptions o;
    o.voices = {name("voice.wav")};
    o.emotion = {emotion};
    o.output = name(output);
    return o;
  }
  tests::ScratchFolder folder_;
};

TEST_F(Performing, WithoutLivelinessFilesAndPicturesAreByteForByteAsBefore) {
  const Conditions conditions = ModelOptions{}.conditions();
  PredictOptions o = predicting("happy", "now.npz");
  o.performance.performing.liveliness = 0;
  predict(o, {});
  const motion::Motion before = plain("happy", conditions);
  motion::save_motion(folder_ / "before.npz", before, {403, expression_names(before.axes)});
  EXPECT_EQ(load_file(folder_ / "now.npz"), load_file(folder_ / "before.npz"));

  TalkOptions film;
  film.voices = o.voices;
  film.emotion = {"happy"};
  film.output = name("now.mp4");
  film.contact_sheet = name("now.png");
  film.stage.size = {96, 96};
  film.performance.performing.liveliness = 0;
  talk(film, {});
  Stage stage({{"", settled(before, kUsualSettle)}}, film.stage);
  render::save_png(folder_ / "before.png", stage.contact_sheet(6));
  EXPECT_EQ(load_file(folder_ / "now.png"), load_file(folder_ / "before.png"));
  film.output = name("lively.mp4");
  film.contact_sheet = name("lively.png");
  film.performance.performing.liveliness.reset();
  talk(film, {});
  EXPECT_NE(load_file(folder_ / "lively.png"), load_file(folder_ / "before.png"));
}

TEST_F(Performing, LipsAndJawDoNotChangeByIt) {
  const Conditions conditions = ModelOptions{}.conditions();
  predict(predicting("angry", "lively.npz"), {});
  const motion::Motion lively = motion::load_motion(folder_ / "lively.npz", motion::Axes::kBuiltin);
  const motion::Motion before = plain("angry", conditions);
  EXPECT_EQ(lively.neck.rows(), before.frames());
  EXPECT_EQ(lively.translation.rows(), before.frames());
  for (int64_t t = 0; t < before.frames(); ++t) {
    EXPECT_TRUE(std::ranges::equal(lively.jaw.at(t), before.jaw.at(t)));
  }
  const auto gaps = evaluate::lip_gaps(lively);
  EXPECT_THAT(gaps, testing::Pointwise(testing::FloatNear(1e-6f), evaluate::lip_gaps(before)));
}

TEST_F(Performing, PanelsOfOneVoiceBlinkAndLookEachByItself) {
  const predict::Session model = session();
  const HeardVoice heard = hear(model, made_voice());
  const Conditions& conditions = model.config().conditions;
  std::vector<motion::Motion> panels;
  for (const auto& cell : sweep_cells("low,high", {"happy", "sad"}, {}, false, conditions)) {
    panels.push_back(performed_takes(model, heard, cell, {}, 1).front());
  }
  ASSERT_EQ(panels.size(), 4u);
  for (size_t a = 0; a < panels.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      bool same = true;
      for (int64_t t = 0; t < panels[a].frames(); ++t) {
        same = same && std::ranges::equal(panels[a].neck.at(t), panels[b].neck.at(t));
      }
      EXPECT_FALSE(same) << a << " " << b;
    }
  }
}

TEST_F(Performing, SamplesAreTakes) {
  PredictOptions o = predicting("neutral", "takes.npz");
  o.num_samples = 2;
  predict(o, {});
  o.num_samples = 1;
  o.performance.take = 1;
  o.output = name("one.npz");
  predict(o, {});
  EXPECT_EQ(load_file(folder_ / "takes_sample1.npz"), load_file(folder_ / "one.npz"));
  EXPECT_NE(load_file(folder_ / "takes_sample0.npz"), load_file(folder_ / "one.npz"));
}

TEST_F(Performing, WithoutChanceThereIsNoneUnlessAskedFor) {
  PredictOptions o = predicting("neutral", "still.npz");
  o.performance.sampling.deterministic = true;
  predict(o, {});
  EXPECT_TRUE(motion::load_motion(folder_ / "still.npz", motion::Axes::kBuiltin).neck.empty());
  o.performance.performing.head = 1;
  o.output = name("nods.npz");
  predict(o, {});
  EXPECT_FALSE(motion::load_motion(folder_ / "nods.npz", motion::Axes::kBuiltin).neck.empty());
}

TEST_F(Performing, RowsHaveNoPlaceForAHeadAndThatIsSaid) {
  PredictOptions o = predicting("neutral", "rows.npy");
  o.performance.performing.head = 1;
  std::vector<std::string> said;
  Reporter reporter;
  reporter.warn = [&](const std::string& text) { said.push_back(text); };
  predict(o, reporter);
  EXPECT_THAT(said, testing::Contains(testing::HasSubstr("no place for the motion of a head")));
}

// What recorded people do, least to most (docs/liveliness.md).
TEST(Liveliness, FiguresLieWithinThoseOfRecordedPeople) {
  const int64_t frames = 7500;
  const auto voice = perform::tests::test_voice(frames);
  const auto still =
      motion::of_live(tensor::Tensor::zeros({frames, motion::kLive}), motion::Axes::kBuiltin);
  const perform::Temper temper;
  const auto made = evaluate::living_face(
      "made", perform::performed(still, voice.sounds, {&temper, 1}, {1, 1, 1, 19}, {}));
  const auto figure = [&](std::string_view key) {
    for (const auto& one : evaluate::lively_figures()) {
      if (one.key == key) return one.of(made).value_or(-1);
    }
    return -1.0;
  };
  struct Range {
    const char* key;
    double least, most;
  };
  for (const Range& range : {Range{"head_pitch_sd_deg", 0.45, 1.98},
                             {"head_yaw_sd_deg", 0.26, 2.04},
                             {"head_roll_sd_deg", 0.09, 1.16},
                             {"head_pitch_range_deg", 1.90, 6.95},
                             {"head_yaw_range_deg", 1.00, 7.59},
                             {"head_roll_range_deg", 0.41, 3.30},
                             {"head_pitch_rms_deg_s", 4.45, 9.95},
                             {"head_yaw_rms_deg_s", 1.80, 5.93},
                             {"head_roll_rms_deg_s", 0.91, 2.69},
                             {"head_pitch_p99_deg_s", 10.0, 35.3},
                             {"head_yaw_p99_deg_s", 4.03, 17.4},
                             {"head_roll_p99_deg_s", 2.52, 7.61},
                             {"head_below_1_hz", 0.12, 0.80},
                             {"gaze_aside_range_deg", 1.44, 36.8},
                             {"gaze_up_range_deg", 2.27, 13.4},
                             {"gaze_on_target", 0.34, 0.99},
                             {"fixation_s", 0.44, 1.68},
                             {"saccades_per_s", 0.24, 1.33},
                             {"saccade_deg", 2.05, 5.62},
                             {"blinks_per_minute", 10.5, 32.5},
                             {"blink_width_ms", 80, 160}}) {
    EXPECT_GE(figure(range.key), range.least) << range.key;
    EXPECT_LE(figure(range.key), range.most) << range.key;
  }
}

}  // namespace
}  // namespace flowtalk::pipeline
