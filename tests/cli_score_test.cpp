// `flowtalk score` and `flowtalk restyle` as a user runs them, with the default checkpoint.
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Words = std::vector<std::string>;

class CliScore : public CommandLine {
 protected:
  // A performance of voice.wav by the model itself.
  void perform(const std::string& name, const std::string& emotion, const std::string& id) const {
    const Outcome outcome = run({"predict", "voice.wav", "--emotion", emotion, "--intensity",
                                 "high", "--id", id, "--deterministic", "-o", name, "-q"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  void must_run(const Words& args) const {
    const Outcome outcome = run(args);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  Json json(const std::string& name) const { return parse_json(load_file(file(name)), name); }
  // Two test clips, both of neutral names and labels, one with a happy motion.
  void put_dataset() const {
    fs::create_directories(file("mead/param"));
    fs::create_directories(file("mead/wav"));
    for (const char* stem : {"M003_037_0_0", "M003_038_0_0"}) {
      fs::copy_file(file("voice.wav"), file(fmt::format("mead/wav/{}.wav", stem)));
    }
    perform("mead/param/M003_037_0_0.npy", "neutral", "M003");
    perform("mead/param/M003_038_0_0.npy", "happy", "M003");
  }
};

TEST_F(CliScore, RecognisesWhatTheModelPlayed) {
  perform("take.npy", "angry", "M009");
  const Outcome outcome = run({"score", "voice.wav", "--motion", "take.npy", "--emotion", "happy",
                               "--intensity", "high", "--id", "M009", "--json", "s.json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("under happy high: log-likelihood"));
  EXPECT_THAT(outcome.out, HasSubstr("most likely angry"));
  const Json take = json("s.json")["takes"][0];
  EXPECT_EQ(take["conditions"].size(), 22u);
  double sum = 0, emotions = 0;
  for (const auto& c : take["conditions"]) sum += c["probability"].get<double>();
  for (const auto& [name, p] : take["emotions"].items()) emotions += p.get<double>();
  EXPECT_NEAR(sum, 1, 1e-9);
  EXPECT_NEAR(emotions, 1, 1e-9);
  EXPECT_GT(take["emotions"]["angry"].get<double>(), 0.8);
  // Bits, nats and the entry of the same condition agree.
  const double bits = take["given"]["bits_per_dim"].get<double>();
  EXPECT_NEAR(-take["given"]["log_likelihood"].get<double>(),
              bits * take["dimensions"].get<double>() * std::log(2), 1e-3);
  EXPECT_NEAR(take["conditions"][3]["bits_per_dim"].get<double>(), bits, 1e-4);
}

TEST_F(CliScore, RanksTakesOfOneVoice) {
  perform("a.npy", "sad", "M003");
  perform("b.npy", "happy", "M003");
  const Outcome outcome = run({"score", "voice.wav", "--motion", "a.npy", "b.npy", "--emotion",
                               "happy", "--intensity", "high", "--id", "M003", "--json", "s.json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("   1  b.npy"));
  EXPECT_THAT(outcome.out, HasSubstr("   2  a.npy"));
  EXPECT_EQ(json("s.json")["takes"][0]["motion"], "b.npy");
}

TEST_F(CliScore, MotionThatIsNoFaceIsWarnedOf) {
  perform("happy.npy", "happy", "M003");
  formats::save_npy(file("ones.npy"), tensor::Tensor::full({50, 53}, 1.0f));
  formats::save_npy(file("still.npy"), tensor::Tensor::zeros({50, 53}));
  const auto said = [&](const std::string& motion) {
    const Outcome outcome = run({"score", "voice.wav", "--motion", motion, "--id", "M003"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.err;
  };
  EXPECT_EQ(said("happy.npy"), "");
  for (const char* motion : {"ones.npy", "still.npy"}) {
    EXPECT_THAT(said(motion), HasSubstr(fmt::format("warning: {}", motion)));
  }
  EXPECT_THAT(
      run({"restyle", "voice.wav", "--motion", "ones.npy", "--emotion", "sad", "-o", "a.npy"}).err,
      HasSubstr("warning: ones.npy"));
}

TEST_F(CliScore, ADataSetIsSummedUpAndItsWrongLabelFlagged) {
  put_dataset();
  const Outcome outcome = run({"score", "--dataset", ".", "--flag", "--json", "s.json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("2 clips, split test"));
  EXPECT_THAT(outcome.out, HasSubstr("emotion recognised       0.500"));
  EXPECT_THAT(outcome.out, HasSubstr("looks happy"));
  const Json all = json("s.json");
  EXPECT_EQ(all["confusion"][0][0], 1);
  EXPECT_EQ(all["confusion"][0][1], 1);
  EXPECT_EQ(all["by_clip"].size(), 2u);
}

TEST_F(CliScore, CalibrationStaysWithTheCheckpoint) {
  put_dataset();
  fs::copy(FLOWTALK_DEFAULT_CHECKPOINT, file("model"));
  must_run({"score", "--dataset", "mead", "--model", "model", "--calibrate", "-q"});
  const Json kept = json("model/calibration.json");
  EXPECT_EQ(kept["clips"], 2);
  must_run({"score", "--dataset", "mead", "--model", "model", "--json", "s.json", "-q"});
  EXPECT_EQ(json("s.json")["exponent"], kept["exponent"]);
  write("model/calibration.json", "{}");
  EXPECT_TRUE(failed_with(run({"score", "--dataset", "mead", "--model", "model"}), 1,
                          {"calibration.json", "exponent"}));
}

TEST_F(CliScore, RestyleChangesTheEmotion) {
  perform("happy.npy", "happy", "M003");
  must_run({"restyle", "voice.wav", "--motion", "happy.npy", "--emotion", "angry", "--intensity",
            "high", "-o", "angry.npy"});
  must_run({"restyle", "voice.wav", "--motion", "happy.npy", "--from-emotion", "happy",
            "--from-intensity", "high", "--from-id", "M003", "--emotion", "happy", "--intensity",
            "high", "-o", "same.npy", "--width", "53"});
  const auto happy = formats::load_npy(file("happy.npy")),
             angry = formats::load_npy(file("angry.npy"));
  EXPECT_EQ(happy.shape(), angry.shape());
  EXPECT_EQ(formats::load_npy(file("same.npy")).dim(2), 53);
  must_run({"score", "voice.wav", "--motion", "angry.npy", "--json", "s.json", "-q"});
  EXPECT_GT(json("s.json")["takes"][0]["emotions"]["angry"].get<double>(), 0.8);
}

// Without an id, the style is the likeliest one under the emotion that is told, not under any
// other.
TEST_F(CliScore, StyleThatIsNotToldFitsTheEmotionThatIs) {
  perform("happy.npy", "happy", "M003");
  const auto under_sad = [&](const Words& id) {
    Words words = {"score",       "voice.wav", "--motion", "happy.npy", "--emotion", "sad",
                   "--intensity", "high",      "--json",   "s.json",    "-q"};
    words.insert(words.end(), id.begin(), id.end());
    must_run(words);
    return json("s.json")["takes"][0]["given"]["log_likelihood"].get<double>();
  };
  double most = -1e9;
  for (const std::string id : {"M003", "M009", "M026", "W009", "W025"}) {
    most = std::max(most, under_sad({"--id", id}));
  }
  EXPECT_GE(under_sad({}), most - 1e-3);
  const auto origin = [&](const Words& id) {
    Words words = {
        "restyle",          "voice.wav", "--motion", "happy.npy", "--from-emotion", "sad",
        "--from-intensity", "high",      "--keep",   "1",         "--emotion",      "angry",
        "--intensity",      "high",      "-o",       "origin.npy"};
    words.insert(words.end(), id.begin(), id.end());
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const size_t begin = outcome.out.find("sad high of ") + 12;
    return outcome.out.substr(begin, outcome.out.find(' ', begin) - begin);
  };
  const std::string found = origin({});
  const std::string bytes = load_file(file("origin.npy"));
  EXPECT_NEAR(under_sad({"--id", found}), under_sad({}), 1e-3);
  EXPECT_EQ(origin({"--from-id", found}), found);
  EXPECT_EQ(load_file(file("origin.npy")), bytes);
}

// Columns of a 3DMEAD file that the model knows nothing of.
TEST_F(CliScore, RestyleKeepsShapeAndFurtherExpressions) {
  perform("happy.npy", "happy", "M003");
  auto take = formats::load_npy(file("happy.npy"));
  const int64_t frames = take.dim(1);
  for (int64_t t = 0; t < frames; ++t) {
    for (const int64_t column : {0, 299, 350, 399}) {
      take[t * 403 + column] = 0.01f * static_cast<float>(column + 1) + static_cast<float>(t);
    }
  }
  formats::save_npy(file("mead.npy"), take);
  const auto restyle = [&](const std::string& motion, const std::string& width) {
    must_run({"restyle", "voice.wav", "--motion", motion, "--emotion", "angry", "-o", "out.npy",
              "--width", width});
    return formats::load_npy(file("out.npy"));
  };
  const auto plain = restyle("happy.npy", "403"), wide = restyle("mead.npy", "403"),
             narrow = restyle("mead.npy", "353");
  for (int64_t t = 0; t < frames; ++t) {
    for (const int64_t column : {0, 299, 350, 399}) {
      EXPECT_EQ(wide[t * 403 + column], take[t * 403 + column]) << column;
    }
    for (const int64_t column : {300, 330, 349, 400}) {
      EXPECT_EQ(wide[t * 403 + column], plain[t * 403 + column]) << column;
    }
    EXPECT_EQ(narrow[t * 353], take[t * 403]);
    EXPECT_EQ(narrow[t * 353 + 350], plain[t * 403 + 400]);  // the jaw
  }
}

TEST_F(CliScore, RestyleChangesTheStrengthAlone) {
  perform("happy.npy", "happy", "M003");
  perform("neutral.npy", "neutral", "M003");
  const Words told{"--from-emotion", "happy", "--from-intensity", "high", "--from-id", "M003"};
  const auto restyle = [&](const std::string& motion, const std::string& out, Words more) {
    more.insert(more.begin(), {"restyle", "voice.wav", "--motion", motion, "-o", out});
    return run(more);
  };
  Words alone = told, both = told;
  alone.insert(alone.end(), {"--strength", "0.3"});
  both.insert(both.end(), {"--strength", "0.3", "--emotion", "happy"});
  EXPECT_THAT(restyle("happy.npy", "a.npy", alone).out,
              HasSubstr("happy high of M003 -> happy strength 0.30 of M003"));
  ASSERT_EQ(restyle("happy.npy", "b.npy", both).code, 0);
  EXPECT_EQ(load_file(file("a.npy")), load_file(file("b.npy")));
  EXPECT_THAT(restyle("happy.npy", "c.npy", {"--intensity", "low"}).out, HasSubstr("-> happy low"));
  EXPECT_TRUE(failed_with(restyle("neutral.npy", "d.npy", {"--strength", "0.3"}), 2,
                          {"neutral", "--emotion"}));
}

TEST_F(CliScore, RestyleFollowsACurve) {
  perform("happy.npy", "happy", "M003");
  const auto restyle = [&](const std::string& out, Words options) {
    options.insert(options.begin(),
                   {"restyle", "voice.wav", "--motion", "happy.npy", "--from-emotion", "happy",
                    "--from-intensity", "high", "--from-id", "M003", "--width", "53", "-o", out});
    const Outcome outcome = run(options);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome;
  };
  // A base that stays is that emotion; an event lies over the emotion as it was.
  write("sad.csv", "time,emotion,strength\n0,sad,high\n");
  write("late.json", R"({"events": [{"start": 1.2, "emotion": "sad", "strength": "high"}]})");
  write("beyond.json", R"({"events": [{"start": 9, "emotion": "sad"}]})");
  EXPECT_THAT(restyle("a.npy", {"--curve", "sad.csv"}).out,
              HasSubstr("a.npy: 50 frames, happy high of M003 -> sad.csv of M003"));
  restyle("b.npy", {"--emotion", "sad", "--intensity", "high"});
  restyle("c.npy", {"--curve", "late.json"});
  restyle("d.npy", {"--curve", "late.json", "--threads", "1"});
  restyle("same.npy", {"--emotion", "happy", "--intensity", "high"});
  EXPECT_THAT(restyle("e.npy", {"--curve", "beyond.json"}).err,
              HasSubstr("warning: beyond.json: events[0] starts at 9.00 s"));
  const auto change = [&](const char* x, const char* y, int64_t begin, int64_t end) {
    const auto a = formats::load_npy(file(x)), b = formats::load_npy(file(y));
    double sum = 0;
    for (int64_t i = begin * 53; i < end * 53; ++i) sum += std::abs(double{a[i]} - double{b[i]});
    return sum / static_cast<double>(end - begin);
  };
  EXPECT_LT(change("a.npy", "b.npy", 0, 50), 1e-3);
  EXPECT_LT(change("c.npy", "same.npy", 0, 10), 0.1 * change("c.npy", "same.npy", 40, 50));
  EXPECT_LT(change("e.npy", "same.npy", 0, 50), 1e-3);
  EXPECT_EQ(load_file(file("c.npy")), load_file(file("d.npy")));
}

TEST_F(CliScore, RestyleMakesAFilm) {
  perform("happy.npy", "happy", "M003");
  const Outcome outcome = run({"restyle", "voice.wav", "--motion", "happy.npy", "--emotion", "sad",
                               "-o", "sad.mp4", "--size", "64"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("sad.mp4: 50 frames, happy high of "));
  EXPECT_GT(fs::file_size(file("sad.mp4")), 1000u);
}

TEST_F(CliScore, RestylingOfADataSetIsMeasured) {
  put_dataset();
  const Words common{"evaluate", "restyle", "--dataset", ".", "--every", "2", "--json"};
  const auto measure = [&](const std::string& json, const Words& more) {
    Words args = common;
    args.push_back(json);
    args.insert(args.end(), more.begin(), more.end());
    return run(args);
  };
  const Outcome outcome = measure("r.json", {});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("good: P > 0.8, lip correlation >= 0.8"));
  const Json all = json("r.json");
  EXPECT_EQ(all["pairs"], 7);  // one neutral clip in seven emotions
  EXPECT_EQ(all["to"].size(), 7u);
  EXPECT_GT(all["probability"].get<double>(), all["probability_before"].get<double>() + 0.5);
  EXPECT_GT(all["lip_correlation_least"].get<double>(), 0.8);
  ASSERT_EQ(measure("q.json", {"--threads", "1", "-q"}).code, 0);
  EXPECT_EQ(load_file(file("q.json")), load_file(file("r.json")));
  EXPECT_TRUE(failed_with(run({"evaluate", "restyle"}), 2, {"--dataset"}));
  EXPECT_TRUE(failed_with(measure("x.json", {"--id", "M004"}), 2, {"M004"}));
  EXPECT_TRUE(failed_with(measure("x.json", {"--every", "0"}), 2, {"--every"}));
  EXPECT_TRUE(failed_with(measure("x.json", {"--split", "train"}), 1, {"train"}));
}

TEST_F(CliScore, MistakesAreOneLineAndLeaveNothing) {
  perform("take.npy", "happy", "M003");
  write_voice("long.wav", 4.0);
  formats::save_npy(file("wide.npy"), tensor::Tensor::zeros({1, 50, 100}));
  formats::save_npy(file("short.npy"), tensor::Tensor::zeros({1, 53}));
  formats::save_npy(file("huge.npy"), tensor::Tensor::full({50, 53}, 1e20f));
  formats::save_npy(file("nan.npy"), tensor::Tensor::full({50, 53}, NAN));
  const auto before = names();
  const std::vector<std::tuple<Words, int, Words>> cases = {
      {{"voice.wav"}, 2, {"--motion"}},
      {{"--motion", "take.npy"}, 2, {"which"}},
      {{"voice.wav", "--motion", "none.npy"}, 1, {"none.npy"}},
      {{"none.wav", "--motion", "take.npy"}, 1, {"none.wav"}},
      {{"voice.wav", "--motion", "wide.npy"}, 1, {"wide.npy", "100"}},
      {{"voice.wav", "--motion", "short.npy"}, 1, {"short.npy", "1 frames"}},
      {{"voice.wav", "--motion", "nan.npy"}, 1, {"nan.npy", "finite"}},
      {{"voice.wav", "--motion", "huge.npy"}, 1, {"huge.npy"}},
      {{"long.wav", "--motion", "take.npy"}, 1, {"take.npy", "50 frames", "100"}},
      {{"voice.wav", "--motion", "take.npy", "--id", "M004"}, 2, {"M004"}},
      {{"voice.wav", "--motion", "take.npy", "--model", "none"}, 1, {"none"}},
  };
  for (const char* command : {"score", "restyle"}) {
    for (const auto& [options, code, words] : cases) {
      Words args{command};
      args.insert(args.end(), options.begin(), options.end());
      if (args[0] == "restyle") args.insert(args.end(), {"--emotion", "sad", "-o", "out.npy"});
      EXPECT_TRUE(failed_with(run(args), code, words)) << command << " " << options.back();
    }
  }
  const Words take{"voice.wav", "--motion", "take.npy"};
  const auto with = [&](Words args, const Words& more) {
    args.insert(args.end(), take.begin(), take.end());
    args.insert(args.end(), more.begin(), more.end());
    return run(args);
  };
  EXPECT_TRUE(failed_with(with({"score"}, {"--emotion", "hapy"}), 2, {"did you mean 'happy'"}));
  EXPECT_TRUE(failed_with(with({"score"}, {"--intensity", "low"}), 2, {"--emotion"}));
  EXPECT_TRUE(failed_with(with({"score"}, {"--flag"}), 2, {"--flag", "--dataset"}));
  EXPECT_TRUE(failed_with(with({"restyle"}, {"-o", "out.npy"}), 2, {"--emotion"}));
  EXPECT_TRUE(failed_with(with({"restyle"}, {"--emotion", "sad", "-o", "x.txt"}), 2, {".npy"}));
  EXPECT_TRUE(
      failed_with(with({"restyle"}, {"--emotion", "sad", "-o", "x.npy", "--from-intensity", "low"}),
                  2, {"--from-emotion"}));
  EXPECT_TRUE(failed_with(with({"restyle"}, {"--emotion", "sad", "-o", "x.npy", "--keep", "2"}), 2,
                          {"--keep"}));
  EXPECT_TRUE(failed_with(with({"restyle"}, {"--emotion", "sad", "-o", "x.npy", "--keep", "nan"}),
                          2, {"--keep nan", "between 0 and 1"}));
  EXPECT_TRUE(failed_with(with({"score"}, {"--emotion", ""}), 2, {"--emotion", "empty"}));
  EXPECT_EQ(names(), before);
}

TEST_F(CliScore, MistakesInACurveAreOneLineAndLeaveNothing) {
  perform("take.npy", "happy", "M003");
  write("empty.csv", "");
  write("late.csv", "time,emotion\n2,sad\n1,sad\n");
  write("base.json", R"({"base": {"emotion": "sad"}})");
  const auto before = names();
  const auto curve = [&](const Words& more) {
    Words options{"restyle", "voice.wav", "--motion", "take.npy", "-o", "x.npy", "--curve"};
    options.insert(options.end(), more.begin(), more.end());
    return run(options);
  };
  EXPECT_TRUE(failed_with(curve({"none.json"}), 1, {"none.json", "no such file"}));
  EXPECT_TRUE(failed_with(curve({""}), 2, {"--curve"}));
  EXPECT_TRUE(failed_with(curve({"take.npy"}), 1, {"take.npy", ".json or .csv"}));
  EXPECT_TRUE(failed_with(curve({"empty.csv"}), 1, {"empty.csv", "no keyframe"}));
  EXPECT_TRUE(failed_with(curve({"late.csv"}), 1, {"late.csv", "line 3", "sort"}));
  EXPECT_TRUE(failed_with(curve({"base.json", "--emotion", "sad"}), 2, {"base.json", "--emotion"}));
  EXPECT_EQ(names(), before);
}

TEST_F(CliScore, MistakesOverADataSetAreOneLineAndLeaveNothing) {
  put_dataset();
  const auto before = names();
  EXPECT_TRUE(failed_with(run({"score", "--dataset", "none"}), 1, {"none"}));
  EXPECT_TRUE(
      failed_with(run({"score", "--dataset", "mead", "--split", "val"}), 1, {"validation"}));
  EXPECT_TRUE(failed_with(run({"score", "--dataset", "mead", "--id", "M003"}), 2, {"--id"}));
  EXPECT_TRUE(
      failed_with(run({"score", "--dataset", "mead", "--emotion", "sad"}), 2, {"--emotion"}));
  EXPECT_EQ(names(), before);
}

}  // namespace
}  // namespace flowtalk::tests
