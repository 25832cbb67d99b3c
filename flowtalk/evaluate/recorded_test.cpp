#include "flowtalk/evaluate/recorded.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "flowtalk/base/files.h"
#include "flowtalk/data/curve_rate.h"
#include "flowtalk/evaluate/recorded_report.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::evaluate {
namespace {

namespace fs = std::filesystem;
using Curve = std::vector<double>;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::refusal;

// Something that moves as lips do, whose value is known at any time: waves of 0.4 to 4 Hz.
class Lips {
 public:
  explicit Lips(uint64_t seed) : rng_(seed) {
    for (double& phase : phases_) phase = rng_.uniform(0, 2 * std::numbers::pi);
  }
  double at(double time_s) const {
    double sum = 0;
    for (size_t k = 0; k < phases_.size(); ++k) {
      const double hz = 0.4 * static_cast<double>(k + 1);
      sum += std::sin(2 * std::numbers::pi * hz * time_s + phases_[k]);
    }
    return sum;
  }
  Curve frames(int count, double late_s = 0) const {
    Curve curve;
    for (int t = 0; t < count; ++t) curve.push_back(at(t / 25.0 - late_s));
    return curve;
  }

 private:
  Rng rng_;
  std::array<double, 10> phases_{};
};

TEST(LipFollow, FindsAKnownLag) {
  const Lips lips(1);
  const Curve person = lips.frames(250);
  for (const double late_s : {-0.1, -0.02, 0.0, 0.06, 0.25}) {
    const Followed follows = followed(lips.frames(250, late_s), person);
    EXPECT_NEAR(follows.lag_ms, 1000 * late_s, 10.1);
    EXPECT_GT(follows.best, 0.97);
    EXPECT_LE(follows.at_0, follows.best);
  }
  EXPECT_NEAR(followed(person, person).at_0, 1, 1e-12);
  EXPECT_EQ(followed(Curve(250, 3.0), person).best, 0) << "still lips follow nothing";
}

TEST(LipFollow, EventsAreTimedWithinFrames) {
  const Lips lips(2);
  for (const double late_s : {-0.018, 0.0, 0.012, 0.033}) {
    const LipEvents late =
        lateness(events_of(lips.frames(500, late_s)), events_of(lips.frames(500)));
    for (const Curve& kind : late) {
      ASSERT_GT(kind.size(), 10u);
      Curve sorted = kind;
      std::ranges::sort(sorted);
      EXPECT_NEAR(sorted[sorted.size() / 2], 1000 * late_s, 3) << late_s;
    }
  }
}

// 1, with the lips shut for three frames around each time, as far as `depth`.
Curve shut_at(std::initializer_list<int> frames, double depth = 1) {
  Curve curve(100, 1.0);
  for (int t = 0; t < 100; ++t) curve[static_cast<size_t>(t)] += 0.2 * std::sin(0.9 * t);
  for (const int frame : frames) {
    for (const int t : {frame - 1, frame, frame + 1}) {
      curve[static_cast<size_t>(t)] = 1 - depth * (t == frame ? 1 : 0.5);
    }
  }
  return curve;
}

TEST(Closures, DeepMinimaInSpeechCount) {
  EXPECT_THAT(closures_of(shut_at({20, 50, 77})), ElementsAre(0.8, 2.0, 3.08));
  EXPECT_TRUE(closures_of(Curve(50, 1.0)).empty()) << "flat";
  std::vector<bool> speech(100, true);
  speech[50] = false;
  EXPECT_THAT(closures_in(shut_at({20, 50, 77}), speech), ElementsAre(0.8, 3.08));
}

TEST(Closures, F1PairsEachOnce) {
  const Curve real{1, 2, 3, 4};
  EXPECT_EQ(closure_f1(real, real), 1);
  EXPECT_EQ(closure_f1(Curve{1.04, 1.06, 2.5}, real), 2 * 1.0 / 7) << "one hit, one is spare";
  EXPECT_EQ(closure_f1(Curve{}, real), 0);
  EXPECT_FALSE(closure_f1(Curve{}, Curve{}).has_value());
}

TEST(Closures, ChanceIsLowAndSeeded) {
  const Lips lips(3);
  const Curve person = lips.frames(500);
  const std::vector<bool> speech(500, true);
  const ByChance chance = by_chance(person, person, speech, Rng(1));
  EXPECT_NEAR(chance.at_0, 0, 0.1);
  EXPECT_GT(chance.best, chance.at_0) << "the best of 61 lags";
  EXPECT_LT(chance.best, 0.6);
  ASSERT_TRUE(chance.f1.has_value());
  EXPECT_LT(*chance.f1, 0.5);
  EXPECT_EQ(by_chance(person, person, speech, Rng(1)).best, chance.best);
  EXPECT_NE(by_chance(person, person, speech, Rng(2)).best, chance.best);
}

TEST(Loudness, AClickIsLoudestAtItsFrameAndTonesPassTheBand) {
  audio::Audio audio;
  audio.samples.assign(2 * flame::kAudioHz, 0.0f);
  audio.samples[flame::kAudioHz] = 1;  // at 1 s
  const Curve click = loudness_of(audio, 50);
  EXPECT_EQ(std::ranges::max_element(click) - click.begin(), 25);
  EXPECT_NEAR(click[24], 0, 0.05) << "50 ms reach from 0.975 s on";
  EXPECT_EQ(click[23], 0);
  const auto tone = [&](double hz) {
    for (size_t i = 0; i < audio.samples.size(); ++i) {
      audio.samples[i] = static_cast<float>(
          std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / flame::kAudioHz));
    }
    return std::pow(loudness_of(audio, 50)[30], 2) * std::sqrt(2);  // amplitude
  };
  EXPECT_NEAR(tone(1000), 1, 0.03);
  EXPECT_NEAR(tone(4000), std::sqrt(0.5), 0.03);
  EXPECT_LT(tone(30), 0.15);
  Curve steps(50, 0.01);
  for (size_t t = 20; t < 30; ++t) steps[t] = 0.5;
  const auto speech = speech_in(steps);
  EXPECT_FALSE(speech[17]);
  EXPECT_TRUE(speech[18]);
  EXPECT_TRUE(speech[31]);
  EXPECT_FALSE(speech[32]);
}

TEST(PhoneGapsTest, ClosedBilabialsAndOpenVowels) {
  Curve lips(100, 1.0);
  for (size_t t = 18; t < 27; ++t) lips[t] = 0;
  for (size_t t = 0; t < 15; ++t) lips[t] = 0.5;
  const std::vector<data::TimedLabel> phones{
      {0.2, 0.4, "s"}, {0.84, 0.96, "p"}, {1.2, 1.6, "A"}, {2.0, 2.1, "m"}, {3.0, 3.2, "V"}};
  PhoneGaps gaps = phone_gaps(lips, phones, false);
  ASSERT_EQ(gaps.least.size(), 2u);
  EXPECT_NEAR(gaps.least[0], 0, 1e-9);
  EXPECT_NEAR(gaps.least[1], 1, 1e-9);
  EXPECT_EQ(closed_share(gaps), 0.5);
  EXPECT_EQ(gaps.open.size(), 11u);
  EXPECT_EQ(phone_gaps(lips, phones, true).open.size(), 17u);
  const size_t shut = gaps.shut.size();
  EXPECT_NEAR(*closed_area(gaps), (4 + 0.5 * 3) / 7, 1e-9) << shut;
  gaps.add(gaps);
  EXPECT_EQ(gaps.least.size(), 4u);
  EXPECT_FALSE(closed_share(PhoneGaps()).has_value());
  EXPECT_FALSE(closed_area(PhoneGaps()).has_value());
}

// A folder with recordings of every kind; the person of points shuts the lips at 1 and 2 s.
class RecordedFolder : public testing::Test {
 protected:
  void SetUp() override {
    audio::Audio voice;
    Rng rng(5);
    for (int i = 0; i < 3 * flame::kAudioHz; ++i) {
      voice.samples.push_back(static_cast<float>(0.1 * rng.normal()));
    }
    voice_ = voice;
    for (const char* name : {"sensors", "phones"}) fs::create_directory(folder_ / name);
    put_points("film/a.npz");
    sound("film/a.wav");
    put_points("film/silent.npz");
    std::string csv = "t_s,lip_aperture_mm\n";
    for (int i = 0; i < 300; ++i) csv += fmt::format("{:.2f},{}\n", i * 0.01, 20 + gap(i * 0.01));
    save_file(folder_ / "sensors/b.csv", csv);
    save_file(folder_ / "sensors/b.phones.csv", "start_s,end_s,label\n0.98,1.04,p\n1.6,1.8,A\n");
    sound("sensors/b.wav");
    save_file(folder_ / "phones/c.phones.csv", "start_s,end_s,label\n0.98,1.04,m\n1.6,1.8,V\n");
    save_file(folder_ / "phones/d.phones.csv", "start_s,end_s,label\n0,1,V\n");
    sound("phones/c.wav");
    sound("phones/d.wav");
    save_file(folder_ / "phones/hand_labelled.txt", "c\n");
    save_file(folder_ / "phones/v_is_open", "");
    put_points("film_more/z.npz");
    sound("film_more/z.wav");
  }
  static double gap(double time_s) {
    double gap = 3 + 0.3 * std::sin(2 * std::numbers::pi * 1.3 * time_s);
    for (const double shut : {1.0, 2.0}) gap -= 3 * std::exp(-std::pow((time_s - shut) / 0.08, 2));
    return gap;
  }
  void sound(const std::string& name) const {
    fs::create_directories((folder_ / name).parent_path());
    audio::save_wav(folder_ / name, voice_);
  }
  void put_points(const std::string& name) const {
    const std::vector<float> index{33, 263, 13, 82, 312, 81, 311, 14, 87, 317, 178, 402};
    const auto count = static_cast<int64_t>(index.size());
    tensor::Tensor marks = tensor::Tensor::zeros({75, count, 3});
    for (int64_t t = 0; t < 75; ++t) {
      float* row = marks.data() + 3 * t * count;
      row[3] = 100;
      for (int64_t k = 7; k < 12; ++k) {
        row[3 * k + 1] = static_cast<float>(gap(static_cast<double>(t) / 25));
      }
    }
    fs::create_directories((folder_ / name).parent_path());
    formats::save_npz(folder_ / name, {{"landmarks", formats::npy_of(marks)},
                                       {"index", formats::npy_of(tensor::Tensor({count}, index))}});
  }
  // A face whose lips do what the person's do, `late_s` later.
  static Recording made(double late_s) {
    Recording face;
    for (int t = 0; t < 75; ++t) face.lips.push_back(gap(t / 25.0 - late_s));
    for (int t = 0; t < 75; ++t) face.jaw.push_back(0.1 * gap(t / 25.0 - late_s));
    return face;
  }
  RecordedClip measure(const RecordingFile& file, double late_s) const {
    return measure_recorded(file, load_recording(file), {made(late_s), made(late_s)}, voice_);
  }

  tests::ScratchFolder folder_;
  audio::Audio voice_;
};

TEST_F(RecordedFolder, KindsAreToldByTheirForm) {
  const auto found = find_recordings({folder_.path().string()});
  ASSERT_EQ(found.size(), 3u) << "no sound: left out; _more: left out; d: not by hand";
  EXPECT_EQ(found[0].source, Source::kPoints);
  EXPECT_EQ(found[1].source, Source::kPhones);
  EXPECT_TRUE(found[1].v_is_open);
  EXPECT_EQ(found[2].source, Source::kSensors);
  EXPECT_EQ(found[2].phones, folder_ / "sensors/b.phones.csv");
  EXPECT_EQ(find_recordings({(folder_ / "film_more").string()}).size(), 1u);
  EXPECT_THAT(refusal([&] { find_recordings({(folder_ / "none").string()}); }),
              HasSubstr("none: expected a folder of recordings"));
  fs::create_directory(folder_ / "empty");
  EXPECT_THAT(refusal([&] { find_recordings({(folder_ / "empty").string()}); }),
              HasSubstr("empty: holds no recording with its sound"));
}

TEST_F(RecordedFolder, AFaceThatIsLateIsFoundOut) {
  for (const RecordingFile& file : find_recordings({folder_.path().string()})) {
    const RecordedClip clip = measure(file, 0.04);
    const SideFigures& model = clip.sides[static_cast<size_t>(Side::kModel)];
    if (file.source != Source::kPoints) {
      EXPECT_EQ(closed_share(model.phones), 1) << clip.name;
      EXPECT_EQ(closed_area(model.phones), 1) << clip.name;
    }
    if (file.source == Source::kPhones) {
      EXPECT_FALSE(model.r.has_value());
      continue;
    }
    EXPECT_NEAR(*model.lag_ms, 40, 10) << clip.name;
    EXPECT_GT(*model.best_r, 0.98);
    EXPECT_EQ(model.closures, 2);
    EXPECT_EQ(model.closure_f1, 1);
    EXPECT_LT(*clip.sides[static_cast<size_t>(Side::kLoudness)].best_r, 0.7);
    for (const Curve& kind : model.late) {
      for (const double late : kind) EXPECT_NEAR(late, 40, 6) << clip.name;
    }
  }
}

TEST_F(RecordedFolder, ReportsHoldEverySource) {
  RecordedReport report{"flowtalk evaluate recorded", {{"model", "<mine>"}}, {}};
  for (const RecordingFile& file : find_recordings({folder_.path().string()})) {
    report.clips.push_back(measure(file, 0));
  }
  const std::string text = recorded_table(report);
  for (const char* words : {"points on a face (.npz), 1", "sensors (.csv), 1", "phone times alone",
                            "r at lag 0", "loudness", "chance", "openings"}) {
    EXPECT_THAT(text, HasSubstr(words));
  }
  const Json json = recorded_json(report);
  EXPECT_EQ(json["sources"]["points"]["clips"], 1);
  EXPECT_NEAR(json["sources"]["points"]["figures"]["lips_r"]["model"].get<double>(), 1, 1e-3);
  EXPECT_EQ(json["sources"]["sensors"]["figures"]["bilabials_closed"]["people"], 1);
  EXPECT_TRUE(json["sources"]["phones"]["figures"]["lips_r"]["model"].is_null());
  EXPECT_TRUE(json["sources"]["points"]["files"].contains("film/a.npz"));
  const std::string card = recorded_card(report);
  EXPECT_THAT(card, HasSubstr("&lt;mine&gt;"));
  EXPECT_THAT(card, HasSubstr("<svg"));
  EXPECT_THAT(card, HasSubstr("</html>"));
}

TEST_F(RecordedFolder, TooShortToCompare) {
  const RecordingFile file = find_recordings({(folder_ / "film").string()}).front();
  Recording brief = made(0);
  brief.lips.resize(5);
  EXPECT_THAT(refusal([&] {
                measure_recorded(file, load_recording(file), {brief, brief}, voice_);
              }),
              HasSubstr("a.npz: 5 frames of lips and sound together; expected half a second"));
}

TEST(RecordingOf, AMotionsJawBrowAndLids) {
  tensor::Tensor live = tensor::Tensor::zeros({30, motion::kLive});
  for (int64_t t = 0; t < 30; ++t) {
    float* row = live.data() + t * motion::kLive;
    row[motion::kJawAt] = t < 15 ? 0 : 0.5f * face::kJawOpen;
    row[face::axis("browInnerUp")] = 0.25f;
    row[face::axis("eyeBlinkLeft")] = row[face::axis("eyeBlinkRight")] = 0.75f;
  }
  const Recording face =
      recording_of(motion::of_live(live, motion::Axes::kBuiltin), face::builtin_face());
  EXPECT_NEAR(face.jaw[20], 0.5, 1e-6);
  EXPECT_NEAR(face.brow[3], 0.25, 1e-6);
  EXPECT_NEAR(face.lids.lids[3], 0.75, 1e-6);
  EXPECT_GT(face.lips[20], face.lips[5] + 5e-3);
}

}  // namespace
}  // namespace flowtalk::evaluate
