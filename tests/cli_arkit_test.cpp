// Motion in ARKit's shapes: what flowtalk export writes, and what flowtalk import makes of it.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <sstream>

#include "flowtalk/base/files.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/face.h"
#include "flowtalk/motion/motion_file.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

using face::axis;
using tensor::Tensor;
using ::testing::HasSubstr;

class CliArkit : public CommandLine {
 protected:
  // A mouth that opens and smiles, and a head that turns, for two seconds.
  void SetUp() override {
    CommandLine::SetUp();
    Tensor live = Tensor::zeros({50, motion::kLive}), neck = Tensor::zeros({50, 3});
    for (int64_t t = 0; t < 50; ++t) {
      float* row = live.data() + t * motion::kLive;
      const auto time = static_cast<float>(t) / 25;
      row[motion::kJawAt] = 0.1f - 0.1f * std::cos(12 * time);
      row[axis("mouthSmileLeft")] = 0.4f;
      row[axis("mouthPucker")] = 0.5f + 0.3f * std::sin(9 * time);
      neck[3 * t + 1] = 0.2f * std::sin(3 * time);
    }
    motion_ = motion::of_live(live, motion::Axes::kBuiltin);
    motion_.neck = {neck, 0, 3};
    motion::save_motion(file("take.npz"), motion_);
  }
  std::vector<std::vector<std::string>> cells(const std::string& name) const {
    std::vector<std::vector<std::string>> rows;
    std::istringstream text(load_file(file(name)));
    for (std::string line; std::getline(text, line);) {
      rows.emplace_back();
      std::istringstream stream(line);
      for (std::string cell; std::getline(stream, cell, ',');) rows.back().push_back(cell);
    }
    return rows;
  }
  motion::Motion load(const char* name) const { return motion::open_motion(file(name), {}).motion; }
  static size_t column(const std::vector<std::vector<std::string>>& rows, const char* name) {
    return static_cast<size_t>(std::ranges::find(rows[0], name) - rows[0].begin());
  }

  motion::Motion motion_;
};

TEST_F(CliArkit, ATakeHasSixtyLinesASecondAndItsSoundBesideIt) {
  const Outcome outcome =
      run({"export", "arkit", "take.npz", "--audio", "voice.wav", "-o", "out/take.csv"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("120 frames, 60 per second"));
  EXPECT_THAT(outcome.out, HasSubstr("take.wav: its sound"));
  EXPECT_EQ(load_file(file("out/take.wav")), load_file(file("voice.wav")));
  const auto rows = cells("out/take.csv");
  ASSERT_EQ(rows.size(), 121u);
  for (const auto& row : rows) EXPECT_EQ(row.size(), 63u);
  EXPECT_EQ(rows[61][0], "00:00:01:00.000");
  // Every twelfth line is a frame of the motion.
  const size_t jaw = column(rows, "JawOpen"), smile = column(rows, "MouthSmileLeft"),
               yaw = column(rows, "HeadYaw");
  for (size_t t = 0; t < 50; t += 5) {
    const auto& row = rows[1 + t / 5 * 12];
    EXPECT_NEAR(std::stof(row[jaw]), motion_.jaw.at(static_cast<int64_t>(t))[0] / face::kJawOpen,
                1e-5f);
    EXPECT_NEAR(std::stof(row[smile]), 0.4f, 1e-5f);
    EXPECT_EQ(std::stof(row[yaw]), 0);
  }
}

TEST_F(CliArkit, RateHeadAndGainAreChosen) {
  ASSERT_EQ(run({"export", "arkit", "take.npz", "--fps", "25", "--head", "--gain", "arkit", "-o",
                 "take.csv", "-q"})
                .code,
            0);
  const auto rows = cells("take.csv");
  ASSERT_EQ(rows.size(), 51u);
  EXPECT_EQ(rows[2][0], "00:00:00:02.400");
  EXPECT_NEAR(std::stof(rows[11][column(rows, "HeadYaw")]), -motion_.neck.at(10)[1], 1e-5f);
  EXPECT_NEAR(std::stof(rows[11][column(rows, "MouthPucker")]),
              motion_.expression.at(10)[axis("mouthPucker")] * 7.46f / 12.4f, 1e-3f);
}

TEST_F(CliArkit, WhatIsCutIsSaidWhereItIsSeen) {
  Tensor live = Tensor::zeros({25, motion::kLive});
  for (int64_t t = 0; t < 25; ++t) {
    live[t * motion::kLive + int64_t{axis("mouthPucker")}] = t < 10 ? 1.3f : 0.5f;
    live[t * motion::kLive + int64_t{axis("browInnerUp")}] = 1.02f;
  }
  motion::save_motion(file("far.npz"), motion::of_live(live, motion::Axes::kBuiltin));
  Outcome outcome = run({"export", "arkit", "far.npz", "--fps", "25", "-o", "far.csv", "-q"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("warning: 25 of 25 frames are cut to ARKit's 0..1: "
                                     "browInnerUp in 25, by up to 0.02; mouthPucker in 10, by up "
                                     "to 0.30"));
  outcome = run({"export", "arkit", "take.npz", "-o", "take.csv"});
  EXPECT_THAT(outcome.err, Not(HasSubstr("cut")));
}

TEST_F(CliArkit, WhatItCannotTellIsRefused) {
  const auto refused = [&](std::vector<std::string> args, int code,
                           const std::vector<std::string>& words) {
    args.insert(args.begin(), {"export", "arkit"});
    args.insert(args.end(), {"-o", "new.csv"});
    EXPECT_TRUE(failed_with(run(args), code, words));
    EXPECT_FALSE(std::filesystem::exists(file("new.csv")));
  };
  motion::Motion flame = motion_;
  flame.axes = motion::Axes::kFlame;
  motion::save_motion(file("flame.npz"), flame);
  refused({"flame.npz"}, 1, {"FLAME's expressions", "--face"});
  refused({"take.npz", "--report", "reach.tsv"}, 2, {"--report", "--face"});
  refused({"take.npz", "--person", "nora"}, 2, {"--person"});
  refused({"take.npz", "--gain", "high"}, 2, {"--gain", "none or arkit"});
  refused({"take.npz", "--audio", "none.wav"}, 1, {"none.wav"});
  refused({"take.npz", "--audio", "take.npz"}, 1, {"take.npz"});
  write("new.wav", "another sound");
  refused({"take.npz", "--audio", "voice.wav"}, 2, {"new.wav: is there already", "-o"});
  EXPECT_EQ(load_file(file("new.wav")), "another sound");
  EXPECT_TRUE(
      failed_with(run({"export", "vertices", "take.npz", "--audio", "voice.wav", "-o", "x.npy"}), 2,
                  {"--audio"}));
}

TEST_F(CliArkit, FoldersOfTakesBecomeADataSet) {
  for (const std::string name : {"happy_1", "plain"}) {
    const auto made = run({"export", "arkit", "take.npz", "--audio", "voice.wav", "-o",
                           "takes/" + name + ".csv", "-q"});
    ASSERT_EQ(made.code, 0) << made.err;
  }
  Outcome outcome = run({"data", "import-arkit", "takes", "--style", "M005", "-o", "set"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("set: 2 clips of 2 takes"));
  EXPECT_THAT(outcome.err, HasSubstr("no clip is for validation"));
  for (const char* name : {"set/param/M005_001_1_1.npy", "set/wav/M005_001_0_0.wav"}) {
    EXPECT_TRUE(std::filesystem::exists(file(name))) << name;
  }
  std::filesystem::remove(file("takes/plain.wav"));
  outcome = run({"data", "import-arkit", "takes", "-o", "other"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err,
              HasSubstr("1 takes could not be imported, listed in other/left_out.tsv"));
  EXPECT_THAT(outcome.out, HasSubstr("other: 1 clips of 1 takes"));
}

// The largest difference of lip gaps between two motions of one rate, mm.
float most_apart_mm(const motion::Motion& a, const motion::Motion& b) {
  const face::Face& face = face::builtin_face();
  const face::Deformer deformer(face);
  std::vector<float> vertices(static_cast<size_t>(face.rest.size()));
  const auto gap = [&](const motion::Motion& motion, int64_t t) {
    face::FaceFrame frame = face::frame_of(motion, t);
    frame.root = frame.neck = frame.translation = {};
    deformer.vertices(frame, vertices);
    return 1e3f * face::lip_gap(face, vertices);
  };
  EXPECT_EQ(a.frames(), b.frames());
  float most = 0;
  for (int64_t t = 0; t < a.frames(); ++t) most = std::max(most, std::abs(gap(a, t) - gap(b, t)));
  return most;
}

TEST_F(CliArkit, AnImportedTakeIsTheMotionAgain) {
  ASSERT_EQ(run({"export", "arkit", "take.npz", "--head", "-o", "take.csv", "-q"}).code, 0);
  const Outcome outcome = run({"import", "arkit", "take.csv", "-o", "back.npz"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("120 frames, 60 per second"));
  EXPECT_THAT(outcome.out, HasSubstr("a take of Live Link Face, 52 of ARKit's 52 shapes"));
  const motion::Motion back = load("back.npz");
  EXPECT_EQ(back.rate_hz, 60);
  const motion::Motion want = motion::resample(motion_, 60);
  EXPECT_LT(most_apart_mm(back, want), 0.01f);
  for (int64_t t = 0; t < want.frames(); ++t) {
    EXPECT_NEAR(back.neck.at(t)[1], want.neck.at(t)[1], 1e-5f);
  }
}

TEST_F(CliArkit, AVoiceKeepsItsLipsThroughAnExport) {
  write_voice("speech.wav", 6);
  for (const char* emotion : {"angry", "happy", "surprised"}) {
    ASSERT_EQ(run({"predict", "speech.wav", "--emotion", emotion, "--intensity", "high", "-o",
                   "said.npz", "-q"})
                  .code,
              0);
    for (const std::vector<std::string>& gain : {std::vector<std::string>{}, {"--gain", "arkit"}}) {
      std::vector<std::string> out{"export", "arkit", "said.npz", "-o", "said.csv", "-q"},
          in{"import", "arkit", "said.csv", "-o", "back.npz", "-q"};
      out.insert(out.end(), gain.begin(), gain.end());
      in.insert(in.end(), gain.begin(), gain.end());
      const Outcome exported = run(out);
      ASSERT_EQ(exported.code, 0) << exported.err;
      ASSERT_EQ(run(in).code, 0);
      const float most = most_apart_mm(load("back.npz"), motion::resample(load("said.npz"), 60));
      RecordProperty(fmt::format("{}_{}_most_mm", emotion, gain.size()), fmt::format("{}", most));
      EXPECT_LT(most, 0.5f) << emotion << ": " << exported.err;
    }
  }
}

TEST_F(CliArkit, AudioToFaceGoesThereAndBack) {
  const Outcome outcome =
      run({"export", "a2f", "take.npz", "--audio", "voice.wav", "-o", "take.json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::string text = load_file(file("take.json"));
  EXPECT_THAT(text, HasSubstr("\"exportFps\":25,\"trackPath\":\"take.wav\""));
  ASSERT_EQ(run({"import", "arkit", "take.json", "-o", "back.npz", "-q"}).code, 0);
  const motion::Motion back = load("back.npz");
  EXPECT_EQ(back.rate_hz, 25);
  EXPECT_LT(most_apart_mm(back, motion_), 0.01f);
}

TEST_F(CliArkit, InspectKnowsThem) {
  ASSERT_EQ(run({"export", "arkit", "take.npz", "-o", "take.csv", "-q"}).code, 0);
  ASSERT_EQ(run({"export", "a2f", "take.npz", "-o", "take.json", "-q"}).code, 0);
  write("lam.json", R"({"names": ["jawOpen"], "frames": [{"weights": [0]}, {"weights": [1]}]})");
  for (const char* name : {"take.csv", "take.json", "lam.json"}) {
    const Outcome outcome = run({"inspect", name});
    EXPECT_THAT(outcome.out, HasSubstr("face_scores")) << name;
    EXPECT_THAT(outcome.out, HasSubstr("for flowtalk import arkit")) << name;
  }
  write("other.csv", "time,emotion\n0,happy\n");
  EXPECT_THAT(run({"inspect", "other.csv"}).out, HasSubstr("emotion_curve"));
}

TEST_F(CliArkit, ImportSaysWhatIsMissingAndRefusesWhatIsNone) {
  write("odd.json", R"([{"jawOpen": 0.1, "mouthLeft": 2}, {"jawOpen": 0.2, "mouthLeft": 2}])");
  const Outcome outcome = run({"import", "arkit", "odd.json", "-o", "odd.npz"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("has no eyeBlinkLeft, eyeBlinkRight; they rest"));
  EXPECT_THAT(outcome.err, HasSubstr("2 values are far beyond 0..1, from 0.00 to 2.00"));
  EXPECT_THAT(outcome.err, HasSubstr("says no frame rate and is taken for 30"));
  write("names.json", R"({"names": ["jawOpen", "hat", "eyeBlink_L", "eyeBlink_R"], "frames":
                         [{"weights": [0, 0, 0, 0]}, {"weights": [1, 1, 1, 1]}]})");
  EXPECT_THAT(run({"import", "arkit", "names.json", "-o", "names.npz", "--motion-fps", "25"}).err,
              HasSubstr("1 names are none of ARKit's and are left out: hat"));
  const auto refused = [&](const std::string& text, int code,
                           const std::vector<std::string>& words) {
    write("bad.json", text);
    EXPECT_TRUE(failed_with(run({"import", "arkit", "bad.json", "-o", "new.npz"}), code, words));
    EXPECT_FALSE(std::filesystem::exists(file("new.npz")));
  };
  refused("{", 1, {"bad.json", "not valid JSON"});
  refused("a,b\n1,2\n3,4\n", 1, {"none of its names (a, b) is one of ARKit's"});
  EXPECT_TRUE(failed_with(run({"import", "arkit", "odd.json", "-o", "odd.csv"}), 2,
                          {"-o", ".npy, .npz or .safetensors"}));
  EXPECT_TRUE(failed_with(run({"import", "arkit", "-o", "odd.npz"}), 2, {"which file?"}));
  EXPECT_TRUE(failed_with(run({"import", "arkot", "x"}), 2, {"did you mean 'arkit'"}));
}

}  // namespace
}  // namespace flowtalk::tests
