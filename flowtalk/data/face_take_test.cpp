#include "flowtalk/data/face_take.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "flowtalk/base/files.h"
#include "flowtalk/data/curve_rate.h"
#include "flowtalk/data/face_points.h"
#include "flowtalk/data/lip_sensors.h"
#include "flowtalk/data/timed_labels.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::data {
namespace {

using tensor::Tensor;
using testing::HasSubstr;
using tests::refusal;

double wave(double hz, double time_s) { return std::sin(2 * std::numbers::pi * hz * time_s); }

std::vector<double> wave_at(double hz, double rate_hz, int count) {
  std::vector<double> curve;
  for (int i = 0; i < count; ++i) curve.push_back(wave(hz, i / rate_hz));
  return curve;
}

TEST(CurveRate, KeepsTimesAndTakesOffWhatIsTooFast) {
  for (const double rate : {60.0, 100.0, 30.0}) {
    const auto slow = resampled(wave_at(1, rate, static_cast<int>(4 * rate)), rate, 25);
    ASSERT_EQ(slow.size(), 100u) << rate;
    for (int t = 5; t < 95; ++t) {
      EXPECT_NEAR(slow[static_cast<size_t>(t)], wave(1, t / 25.0), 0.02) << rate;
    }
  }
  const auto fast = resampled(wave_at(22, 100, 400), 100, 25);  // would fold to 3 Hz
  for (int t = 5; t < 95; ++t) EXPECT_LT(std::abs(fast[static_cast<size_t>(t)]), 0.35);
  EXPECT_EQ(resampled({1, 2, 3}, 25, 25), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(resampled({1, 3}, 12.5, 25), (std::vector<double>{1, 2, 3, 3}));
  EXPECT_TRUE(resampled({}, 60, 25).empty());
}

TEST(LiveLinkTake, NamesRateAndFramesOfAFile) {
  std::string text = "Timecode,BlendshapeCount,JawOpen,JawRight,HeadYaw\n";
  for (int t = 0; t < 180; ++t) {
    text += fmt::format("10:00:{:02}:{:02}.5,61,{},0.25,0\n", t / 60, t % 60, t < 90 ? 0 : 0.5);
  }
  const tests::ScratchFolder folder;
  save_file(folder / "a.csv", text + "10:00:03:00.5,0\n");  // nobody was seen
  save_file(folder / "a.wav", "");
  const FaceTake take = load_face_take(folder / "a.csv");
  EXPECT_EQ(take.rate_hz, 60);
  EXPECT_EQ(take.frames(), 181);
  EXPECT_EQ(take.names, (std::vector<std::string>{"jawOpen", "jawRight", "headYaw"}));
  EXPECT_EQ(take.sound, folder / "a.wav");
  EXPECT_EQ(take.curve("jawOpen")->back(), 0.5);
  EXPECT_FALSE(take.curve("mouthClose").has_value());
  const motion::Motion motion = motion_of(take);
  EXPECT_EQ(motion.frames(), 75);
  EXPECT_FLOAT_EQ(motion.jaw.at(10)[0], 0);
  EXPECT_FLOAT_EQ(motion.jaw.at(70)[0], 0.5f * face::kJawOpen);
  EXPECT_FLOAT_EQ(motion.expression.at(70)[face::axis("jawLeft")], -0.25f);
}

TEST(LiveLinkTake, RefusesWhatIsNone) {
  const std::string head = "Timecode,BlendshapeCount,JawOpen\n";
  const auto refused = [&](const std::string& text) {
    return refusal([&] { live_link_of(text, "a.csv"); });
  };
  EXPECT_THAT(refused("Timecode,JawOpen,JawOpen\n"), HasSubstr("line 1: two columns JawOpen"));
  EXPECT_THAT(refused("Timecode\n"), HasSubstr("a.csv: line 1: no column"));
  EXPECT_THAT(refused(head + "10:00:00:00,61,1e9\n"),
              HasSubstr("line 2: JawOpen: expected a number, got '1e9'"));
  EXPECT_THAT(refused(head + "10:00:00:00,61\n"), HasSubstr("line 2: expected 3 cells"));
  EXPECT_THAT(refused(head + "10:00:00:00,61,0\n"), HasSubstr("holds 1 frames"));
  EXPECT_THAT(refusal([] {
                const std::vector<int64_t> slow{0, 1, 2, 3};
                live_link_rate(slow, "a.csv");
              }),
              HasSubstr("a.csv: 1 frames per second by its time codes; expected 5 to 240"));
}

void save_scores(const std::filesystem::path& path, int64_t columns, double fps) {
  Tensor scores({50, columns});
  for (int64_t i = 0; i < scores.size(); ++i) scores[i] = 0.01f * static_cast<float>(i % columns);
  formats::save_npz(path, {{"scores", formats::npy_of(scores)},
                           {"names", formats::npy_of_texts({"_neutral", "jawOpen"}, false)},
                           {"fps", formats::npy_of(fps)}});
}

TEST(ScoreTake, NamesStandInTheFile) {
  const tests::ScratchFolder folder;
  save_scores(folder / "a.npz", 2, 25);
  save_file(folder / "audio.wav", "");
  const FaceTake take = load_face_take(folder / "a.npz");
  EXPECT_EQ(take.frames(), 50);
  EXPECT_EQ(take.names[1], "jawOpen");
  EXPECT_FLOAT_EQ(static_cast<float>((*take.curve("jawOpen"))[7]), 0.01f);
  EXPECT_EQ(take.sound, folder / "audio.wav");
  EXPECT_TRUE(holds_scores(folder / "a.npz"));
  save_scores(folder / "a.npz", 3, 25);
  EXPECT_THAT(refusal([&] { load_score_take(folder / "a.npz"); }),
              HasSubstr("names: expected 3 texts, one per score"));
  save_scores(folder / "a.npz", 2, 0);
  EXPECT_THAT(refusal([&] { load_score_take(folder / "a.npz"); }), HasSubstr("fps: expected one"));
  formats::save_npz(folder / "a.npz", {{"scores", formats::npy_of(Tensor({2, 2}))}});
  EXPECT_THAT(refusal([&] { load_score_take(folder / "a.npz"); }),
              HasSubstr("has no array 'names'"));
  Tensor bad = Tensor::zeros({2, 2});
  bad[3] = NAN;
  formats::save_npz(folder / "a.npz", {{"scores", formats::npy_of(bad)},
                                       {"names", formats::npy_of_texts({"a", "b"}, false)},
                                       {"fps", formats::npy_of(25.0)}});
  EXPECT_THAT(refusal([&] { load_score_take(folder / "a.npz"); }),
              HasSubstr("scores: frame 1 is not finite"));
}

TEST(RigTake, ColumnsByTheirNames) {
  const std::vector<std::string> columns{"mouth_stretch_c",
                                         "mouth_funnel_dl",
                                         "mouth_funnel_dr",
                                         "mouth_funnel_ul",
                                         "mouth_funnel_ur",
                                         "mouth_pucker_l",
                                         "mouth_pucker_r",
                                         "mouth_oo_c",
                                         "mouth_suck_dl",
                                         "mouth_suck_dr",
                                         "mouth_suck_ul",
                                         "mouth_suck_ur",
                                         "mouth_chinRaise_d",
                                         "mouth_chinRaise_u",
                                         "mouth_press_l",
                                         "mouth_press_r",
                                         "mouth_lowerLipDepress_l",
                                         "mouth_lowerLipDepress_r",
                                         "mouth_upperLipRaise_l",
                                         "mouth_upperLipRaise_r",
                                         "mouth_lipStretch_l",
                                         "mouth_lipStretch_r",
                                         "mouth_lipCornerPull_l",
                                         "mouth_lipCornerPull_r",
                                         "mouth_lipCornerDepress_l",
                                         "mouth_lipCornerDepress_r",
                                         "mouth_dimple_l",
                                         "mouth_dimple_r"};
  const tests::ScratchFolder folder;
  std::string names;
  for (const std::string& name : columns) names += name + "\n";
  save_file(folder / "names.txt", names);
  Tensor rig = Tensor::zeros({60, static_cast<int64_t>(columns.size())});
  for (int64_t t = 0; t < 60; ++t) {
    float* row = rig.data() + t * rig.dim(1);
    row[0] = 0.4f;               // jaw
    row[1] = 0.8f;               // one of four
    row[5] = row[6] = 0.1f;      // pucker ...
    row[7] = t < 30 ? 0 : 0.3f;  // ... or oo, where it is more
  }
  formats::save_npy(folder / "a.npy", rig);
  EXPECT_TRUE(is_rig(folder / "a.npy"));
  const FaceTake take = load_face_take(folder / "a.npy");
  EXPECT_EQ(take.rate_hz, 30);
  EXPECT_FLOAT_EQ(static_cast<float>((*take.curve("jawOpen"))[0]), 0.4f);
  EXPECT_FLOAT_EQ(static_cast<float>((*take.curve("mouthFunnel"))[0]), 0.2f);
  EXPECT_FLOAT_EQ(static_cast<float>((*take.curve("mouthPucker"))[0]), 0.1f);
  EXPECT_FLOAT_EQ(static_cast<float>((*take.curve("mouthPucker"))[40]), 0.3f);
  EXPECT_TRUE(take.sound.empty());
  save_file(folder / "names.txt", names + "more\n");
  EXPECT_THAT(refusal([&] { load_rig_take(folder / "a.npy"); }), HasSubstr("names.txt names 29"));
  names.replace(0, 5, "mouse");
  save_file(folder / "names.txt", names);
  EXPECT_THAT(refusal([&] { load_rig_take(folder / "a.npy"); }),
              HasSubstr("no column mouth_stretch_c; expected FACEGOOD's rig"));
}

TEST(FacePoints, TheGapIsAcrossTheLineBetweenTheEyes) {
  const std::vector<float> index{33, 263, 13, 82, 312, 81, 311, 14, 87, 317, 178, 402};
  const auto count = static_cast<int64_t>(index.size());
  Tensor marks = Tensor::zeros({4, count, 3});
  for (int64_t t = 0; t < 4; ++t) {
    const double tilt = 0.3 * static_cast<double>(t);
    const auto put = [&](int64_t k, double x, double y) {
      marks[3 * (t * count + k)] = static_cast<float>(std::cos(tilt) * x - std::sin(tilt) * y);
      marks[3 * (t * count + k) + 1] = static_cast<float>(std::sin(tilt) * x + std::cos(tilt) * y);
    };
    put(0, -50, 0);
    put(1, 50, 0);
    for (int64_t k = 2; k < 7; ++k) put(k, 3.0 * static_cast<double>(k), 60);
    for (int64_t k = 7; k < 12; ++k) {
      put(k, 3.0 * static_cast<double>(k), 60 + 10 * static_cast<double>(t));
    }
  }
  const tests::ScratchFolder folder;
  formats::save_npz(folder / "a.npz", {{"landmarks", formats::npy_of(marks)},
                                       {"index", formats::npy_of(Tensor({count}, index))}});
  const FacePoints points = load_face_points(folder / "a.npz");
  EXPECT_EQ(points.rate_hz, 25);
  const auto gaps = lip_gaps(points);
  for (size_t t = 0; t < 4; ++t) EXPECT_NEAR(gaps[t], 0.1 * static_cast<double>(t), 1e-5);
}

TEST(LipSensors, GapsAreFilledAndTimesAreEven) {
  const std::string head = "t_s,lip_aperture_mm,jaw_z\n";
  const LipSensors sensors = lip_sensors_of(
      head + "0.00,0.5,1\n0.01,20,1\n0.02,0,1\n0.03,0,1\n0.04,26,1\n0.05,-3,1\n", "a.csv");
  EXPECT_NEAR(sensors.rate_hz, 100, 1e-9);
  const std::vector<double> expected{20, 20, 22, 24, 26, 26};
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(sensors.aperture_mm[i], expected[i], 1e-9);
  }
  EXPECT_EQ(sensors.first_s, 0.01);
  EXPECT_EQ(sensors.last_s, 0.04);
  const auto refused = [&](const std::string& text) {
    return refusal([&] { lip_sensors_of(text, "a.csv"); });
  };
  EXPECT_THAT(refused("time\n"), HasSubstr("a.csv: line 1: expected 't_s,lip_aperture_mm"));
  EXPECT_THAT(refused(head + "0,1\n"), HasSubstr("line 2: expected 3 cells"));
  EXPECT_THAT(refused(head + "0,1,x\n"), HasSubstr("line 2: expected a number, got 'x'"));
  EXPECT_THAT(refused(head + "0,20,0\n"), HasSubstr("holds 1 samples"));
  EXPECT_THAT(refused(head + "0,20,0\n0.01,20,0\n0.09,20,0\n"),
              HasSubstr("sample 1 is at 0.01 s, expected 0.0450"));
  EXPECT_THAT(refused(head + "1,20,0\n1.01,20,0\n"), HasSubstr("go on evenly from 0"));
  EXPECT_THAT(refused(head + "0,0,0\n0.01,0,0\n"), HasSubstr("never apart by more than 1 mm"));
}

TEST(TimedLabels, PhonesAndWords) {
  const auto phones =
      timed_labels_of("start_s,end_s,label\n0,0.3154,\n0.3154,0.3853,m\n0.5,0.5,\"a,b\"\n", "p");
  ASSERT_EQ(phones.size(), 3u);
  EXPECT_EQ(phones[0].label, "");
  EXPECT_EQ(phones[1].start_s, 0.3154);
  EXPECT_EQ(phones[2].label, "a,b");
  const auto words = grid_words_of("0 22500 sil\n22500 27500 bin\n", "w.align");
  ASSERT_EQ(words.size(), 2u);
  EXPECT_NEAR(words[1].start_s, 0.9, 1e-12);
  EXPECT_NEAR(words[1].end_s, 1.1, 1e-12);
  const auto refused = [](const std::string& text) {
    return refusal([&] { timed_labels_of(text, "p.csv"); });
  };
  EXPECT_THAT(refused(""), HasSubstr("p.csv: is empty"));
  EXPECT_THAT(refused("0,1,a\n"), HasSubstr("p.csv: line 1: expected 'start_s,end_s,label'"));
  EXPECT_THAT(refused("start_s,end_s,label\n0,1\n"), HasSubstr("line 2: expected start, end and"));
  EXPECT_THAT(refused("start_s,end_s,label\n1,0.5,a\n"), HasSubstr("line 2: expected times"));
  EXPECT_THAT(refused("start_s,end_s,label\n1,2,a\n0,1,b\n"), HasSubstr("line 3: begins before"));
  EXPECT_THAT(refusal([] { grid_words_of("0 x sil\n", "w.align"); }),
              HasSubstr("w.align: line 1: expected times"));
}

}  // namespace
}  // namespace flowtalk::data
