// Motion files as people have them, through the commands that read motion.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using tensor::Tensor;
using ::testing::HasSubstr;
using ::testing::Not;

class CliMotion : public CommandLine {
 protected:
  void SetUp() override {
    CommandLine::SetUp();
    const char* golden = std::getenv("FLOWTALK_GOLDEN");
    cases_ = fs::path(golden ? golden : FLOWTALK_GOLDEN_DEFAULT).parent_path() / "cases";
  }
  std::string path(const std::string& name) const { return (cases_ / name).string(); }
  bool absent(const std::string& name) const { return !fs::exists(cases_ / name); }
  void save(const std::string& name, const Tensor& values) const {
    formats::save_npy(file(name), values);
  }
  Json json(const std::string& name) const { return parse_json(load_file(file(name)), name); }

  // Exports a motion file and rows that hold the same; true if the meshes are the same.
  bool same_meshes(const std::vector<std::string>& motion, const Tensor& rows,
                   const std::vector<std::string>& more = {}) const {
    save("rows.npy", rows);
    std::vector<std::string> args{"export", "vertices"};
    args.insert(args.end(), motion.begin(), motion.end());
    args.insert(args.end(), {"-o", "a.npy", "-q"});
    std::vector<std::string> other{"export", "vertices", "rows.npy", "-o", "b.npy", "-q"};
    other.insert(other.end(), more.begin(), more.end());
    const Outcome a = run(args), b = run(other);
    EXPECT_EQ(a.code, 0) << a.err;
    EXPECT_EQ(b.code, 0) << b.err;
    const Tensor x = formats::load_npy(file("a.npy")), y = formats::load_npy(file("b.npy"));
    if (x.shape() != y.shape()) return false;
    float most = 0;
    for (int64_t i = 0; i < x.size(); ++i) most = std::max(most, std::abs(x[i] - y[i]));
    return most < 1e-6f;
  }
  // Rows of 53 from a jaw's x, an expression's first coefficient and an array of a case.
  static Tensor rows_of(const Tensor& expression, const Tensor& jaw, int64_t jaw_at) {
    const int64_t frames = jaw.dim(-2), wide = jaw.dim(-1);
    Tensor rows = Tensor::zeros({frames, 53});
    for (int64_t t = 0; t < frames; ++t) {
      for (int64_t k = 0; !expression.empty() && k < 50; ++k) {
        rows[53 * t + k] = expression[expression.dim(-1) * t + k];
      }
      for (int64_t k = 0; k < 3; ++k) rows[53 * t + 50 + k] = jaw[wide * t + jaw_at + k];
    }
    return rows;
  }
  Tensor array(const std::string& npz, const std::string& name) const {
    return formats::to_tensor(formats::NpzFile(cases_ / npz).array(name), name);
  }
  fs::path cases_;
};

TEST_F(CliMotion, NamesOfTheFieldGiveTheMotionThatTheyHold) {
  if (absent("npz-other-key-names")) GTEST_SKIP() << "no " << cases_;
  const std::string emote = "npz-other-key-names/emote.npz",
                    beat2 = "npz-other-key-names/beat2.npz",
                    smirk = "npz-other-key-names/smirk.npz";
  EXPECT_TRUE(same_meshes(
      {path(emote)}, rows_of(array(emote, "predicted_exp"), array(emote, "predicted_jaw"), 0)));
  EXPECT_TRUE(
      same_meshes({path(beat2)}, rows_of(array(beat2, "expressions"), array(beat2, "poses"), 66)));
  save("turn.npy", array(smirk, "pose_params"));
  EXPECT_TRUE(same_meshes({path(smirk)},
                          rows_of(array(smirk, "expression_params"), array(smirk, "jaw_params"), 0),
                          {"--global", "turn.npy"}));
}

TEST_F(CliMotion, PosesOfSixOpenTheJawAndTurnTheHead) {
  if (absent("npz-pose-of-six")) GTEST_SKIP() << "no " << cases_;
  const Tensor pose = formats::load_npy(path("npz-pose-of-six/pose.npy"));
  Tensor turn({pose.dim(0), 3});
  for (int64_t t = 0; t < pose.dim(0); ++t)
    std::copy_n(pose.data() + 6 * t, 3, turn.data() + 3 * t);
  save("turn.npy", turn);
  const Tensor rows = rows_of({}, pose, 3);
  EXPECT_TRUE(
      same_meshes({path("npz-pose-of-six/diffposetalk.npz")}, rows, {"--global", "turn.npy"}));
  EXPECT_TRUE(
      same_meshes({"--pose", path("npz-pose-of-six/pose.npy")}, rows, {"--global", "turn.npy"}));
}

TEST_F(CliMotion, NpzIsSeenByRenderEvaluateAndInspect) {
  if (absent("npz-cannot-be-seen")) GTEST_SKIP() << "no " << cases_;
  const std::string motion = path("npz-cannot-be-seen/motion.npz");
  const Outcome film = run({"render", motion, "-o", "f.mp4", "--size", "64", "-q"});
  EXPECT_EQ(film.code, 0) << film.err;
  EXPECT_THAT(film.err, HasSubstr("moves the expression axes of FLAME, the face builtin"));
  const std::string folder = path("npz-cannot-be-seen");
  const Outcome measured =
      run({"evaluate", "--ground-truth", folder, "--predictions", folder, "--json", "m.json"});
  EXPECT_EQ(measured.code, 0) << measured.err;
  EXPECT_EQ(json("m.json")["sequences"].size(), 1u);
  EXPECT_EQ(json("m.json")["metrics"]["MVE"], 0);
  const Outcome seen = run({"inspect", "--json", motion});
  ASSERT_EQ(seen.code, 0) << seen.err;
  const Json report = parse_json(seen.out, "inspect");
  EXPECT_EQ(report["kind"], "flame_motion");
  EXPECT_EQ(report["usable"], true);
  EXPECT_EQ(report["details"]["motion"]["frames"], 25);
  EXPECT_EQ(report["details"]["motion"]["axes"], "flame");
}

TEST_F(CliMotion, JawsInDegreesAreSaidAndConverted) {
  if (absent("jaw-in-degrees")) GTEST_SKIP() << "no " << cases_;
  const std::string degrees = path("jaw-in-degrees/degrees.npy");
  const Outcome film = run({"render", degrees, "--frames", "f", "--size", "64", "-q"});
  EXPECT_EQ(film.code, 0);
  EXPECT_THAT(film.err, HasSubstr("17.12 rad, which no jaw does; is it in degrees? --jaw-unit"));
  EXPECT_THAT(run({"inspect", degrees}).out, HasSubstr("in degrees?"));
  Tensor rows = formats::load_npy(degrees);
  for (int64_t t = 0; t < rows.dim(0); ++t) rows[53 * t + 50] *= std::acos(-1.0f) / 180;
  EXPECT_TRUE(same_meshes({degrees, "--jaw-unit", "degrees"}, rows));
}

TEST_F(CliMotion, OtherRatesKeepTheTime) {
  Tensor rows = Tensor::zeros({61, 53});
  for (int64_t t = 0; t < 61; ++t) rows[53 * t + 50] = 0.005f * static_cast<float>(t);
  save("sixty.npy", rows);
  ASSERT_EQ(run({"export", "vertices", "sixty.npy", "--motion-fps", "60", "--fps", "30", "-o",
                 "v.npy", "-q"})
                .code,
            0);
  EXPECT_EQ(formats::load_npy(file("v.npy")).dim(0), 31);
  ASSERT_EQ(
      run({"render", "sixty.npy", "--motion-fps", "60", "--frames", "f", "--size", "64"}).code, 0);
  // 61 frames are 25.4 of a film, which cuts nothing off.
  EXPECT_EQ(std::distance(fs::directory_iterator(file("f")), {}), 26);
  save("twice.npy", rows);
  EXPECT_TRUE(failed_with(run({"render", "twice.npy", "--motion-fps", "0", "--frames", "g"}), 2,
                          {"--motion-fps"}));
}

TEST_F(CliMotion, PredictionsHaveAnyRateAndSayWhatTheyAre) {
  const std::vector<std::string> common{"predict", "voice.wav", "--seed", "3"};
  const auto predict = [&](std::vector<std::string> more) {
    std::vector<std::string> args = common;
    args.insert(args.end(), more.begin(), more.end());
    const Outcome outcome = run(args);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
  };
  predict({"-o", "a.npy", "--width", "53", "--liveliness", "0"});  // rows have no heads
  predict({"-o", "b.npz", "--fps", "60"});
  predict({"-o", "c.npz", "--liveliness", "0"});
  const Tensor rows = formats::load_npy(file("a.npy"));
  const formats::NpzFile sixty(file("b.npz")), plain(file("c.npz"));
  EXPECT_EQ(sixty.array("fps").real(0), 60);
  EXPECT_EQ(sixty.array("jaw_pose").shape[0],
            std::llround(static_cast<double>(rows.dim(1)) * 60 / 25));
  const auto jaw = formats::to_tensor(plain.array("jaw_pose"));
  ASSERT_EQ(jaw.shape(), (tensor::Shape{rows.dim(1), 3}));
  for (int64_t t = 0; t < jaw.dim(0); ++t) EXPECT_EQ(jaw[3 * t], rows[53 * t + 50]);
  EXPECT_EQ(formats::read_npy_texts(plain.bytes("axes").bytes, "axes")->front(), "builtin");
  EXPECT_EQ(formats::read_npy_texts(plain.bytes("expression_names").bytes, "n")->size(), 50u);
  // Read again it is the same motion, at its own rate, without a word.
  const Outcome film = run({"render", "b.npz", "--frames", "f", "--size", "64", "-q"});
  EXPECT_EQ(film.out + film.err, "");
  EXPECT_EQ(std::distance(fs::directory_iterator(file("f")), {}), rows.dim(1));
  EXPECT_TRUE(same_meshes({"c.npz"}, rows));
}

TEST_F(CliMotion, MotionThatDoesNotMoveAndUnknownPartsAreNotSilent) {
  save("still.npy", Tensor::full({5, 53}, 0.1f));
  EXPECT_THAT(run({"export", "vertices", "still.npy", "-o", "v.npy", "-q"}).err,
              HasSubstr("still.npy: does not move, all its 5 frames are alike"));
  const auto npy = [](const Tensor& t) {
    return formats::npy_header(t.shape()).append(reinterpret_cast<const char*>(t.data()),
                                                 t.values().size_bytes());
  };
  formats::save_npz(file("x.npz"), {{"exp", npy(Tensor::full({5, 50}, 0.1f))},
                                    {"head_pose", npy(Tensor::full({5, 3}, 0.1f))}});
  for (const char* command : {"render", "export"}) {
    std::vector<std::string> args{command, "x.npz", "-o", "x.mp4", "-q"};
    if (command == std::string("export")) args = {"export", "vertices", "x.npz", "-o", "v.npy"};
    EXPECT_TRUE(failed_with(run(args), 1, {"x.npz", "head_pose", "named like a part"}));
  }
  const Outcome seen = run({"inspect", "--json", "x.npz"});
  EXPECT_EQ(parse_json(seen.out, "inspect")["usable"], false);
  EXPECT_THAT(seen.out, HasSubstr("named like a part"));
}

TEST_F(CliMotion, UnitsAndNamesOfSequences) {
  if (absent("evaluate-units-and-names")) GTEST_SKIP() << "no " << cases_;
  const std::string at = "evaluate-units-and-names/";
  const auto measure = [&](const std::string& predictions) {
    return run({"evaluate", "--ground-truth", path(at + "gt"), "--predictions",
                path(at + predictions), "--regions", path(at + "regions"), "--json", "m.json",
                "-q"});
  };
  const Outcome mm = measure("mm");
  EXPECT_EQ(mm.code, 0) << mm.err;
  EXPECT_THAT(mm.err, HasSubstr("the prediction is 1000 times as large as the ground truth"));
  const Outcome condition = measure("condition");
  EXPECT_EQ(condition.code, 0);
  EXPECT_EQ(condition.err, "");
  EXPECT_NEAR(json("m.json")["metrics"]["MVE"].get<double>(), 0, 1e-12);
}

}  // namespace
}  // namespace flowtalk::tests
