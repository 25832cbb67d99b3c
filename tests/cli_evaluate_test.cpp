// `flowtalk evaluate` as a user runs it: files, a model on a data set, outputs, and mistakes.
#include <gmock/gmock.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/formats/npy.h"
#include "tests/program.h"

namespace flowtalk::tests {
namespace {

namespace fs = std::filesystem;
using tensor::Shape;
using tensor::Tensor;
using ::testing::HasSubstr;

class CliEvaluate : public CommandLine {
 protected:
  void put(const std::string& name, const Shape& shape, uint64_t seed, double size = 0.01) const {
    fs::create_directories(file(name).parent_path());
    Rng rng(seed);
    Tensor x(shape);
    for (float& v : x.values()) v = static_cast<float>(rng.normal(0, size));
    formats::save_npy(file(name), x);
  }
  // Two sequences of a mesh of 6 vertices, four samples each.
  void put_sequences() const {
    put("gt/a.npy", {5, 6, 3}, 1);
    put("gt/b.npy", {8, 6, 3}, 2);
    put("pred/a.npy", {4, 5, 6, 3}, 3);
    put("pred/b.npy", {4, 8, 6, 3}, 4);
    write("regions/lve.txt", "0,1");
    write("regions/fdd.txt", "2,3");
    write("regions/eve.txt", "4,5");
    put("regions/template.npy", {6, 3}, 5);
  }
  // A data set with two test clips and one of training; motion for the built-in head.
  void put_dataset(int64_t frames = 50) const {
    for (const char* stem : {"M003_028_1_2", "M005_037_0_0", "M003_001_6_1"}) {
      put(fmt::format("mead/param/{}.npy", stem), {1, frames, 403}, 7, 0.1);
      fs::create_directories(file("mead/wav"));
      fs::copy_file(file("voice.wav"), file(fmt::format("mead/wav/{}.wav", stem)));
      fs::create_directories(file("mead/phones"));
      write(fmt::format("mead/phones/{}.lab", stem),
            "0.0 0.3 SIL\n0.3 0.4 B\n0.4 0.6 AA\n0.6 0.7 M\n");
    }
  }
  std::vector<std::string> on_files(std::vector<std::string> more = {}) const {
    std::vector<std::string> args{"evaluate", "--ground-truth", "gt",  "--regions",
                                  "regions",  "--predictions",  "pred"};
    args.insert(args.end(), more.begin(), more.end());
    return args;
  }
  Json json(const std::string& name) const { return parse_json(load_file(file(name)), name); }
};

TEST_F(CliEvaluate, FilesGiveATableJsonAndACard) {
  put_sequences();
  const Outcome outcome = run(on_files({"--json", "out/m.json", "--card", "out/c.html"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* name : {"MVE", "LVE", "EVE", "MEE", "CE", "FDD", "Diversity"}) {
    EXPECT_THAT(outcome.out, HasSubstr(name));
    EXPECT_TRUE(json("out/m.json")["metrics"][name].is_number()) << name;
  }
  EXPECT_THAT(outcome.out, HasSubstr("2 sequences, 13 frames, 4 samples each"));
  EXPECT_EQ(json("out/m.json")["counts"]["lip_vertices"], 2);
  EXPECT_THAT(load_file(file("out/c.html")), HasSubstr("flowtalk evaluate --ground-truth gt"));
  // Any number of threads, and the folder form: the same figures.
  ASSERT_EQ(run(on_files({"-o", "more", "--threads", "1", "-q"})).code, 0);
  EXPECT_EQ(json("more/metrics.json")["metrics"], json("out/m.json")["metrics"]);
  EXPECT_EQ(json("more/metrics.json")["sequences"], json("out/m.json")["sequences"]);
  EXPECT_TRUE(fs::exists(file("more/card.html")));
}

TEST_F(CliEvaluate, WhatCannotBeMeasuredIsSaidInOneLine) {
  put_sequences();
  fs::remove(file("regions/template.npy"));
  fs::remove(file("regions/eve.txt"));
  put("pred/a.npy", {3, 5, 6, 3}, 3);
  put("pred/b.npy", {3, 9, 6, 3}, 4);
  const Outcome outcome = run(on_files({"--json", "m.json"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* note : {"FDD left out: it needs the template", "EVE left out: no eve.txt",
                           "Diversity left out", "1 frames of 1 sequences were cut"}) {
    EXPECT_THAT(outcome.out, HasSubstr(note));
  }
  for (const char* name : {"FDD", "FDD_absolute", "EVE", "Diversity"}) {
    EXPECT_TRUE(json("m.json")["metrics"].at(name).is_null()) << name;
  }
  EXPECT_EQ(json("m.json")["counts"]["cut_frames"], 1);
}

TEST_F(CliEvaluate, MistakesInFilesAreOneLineAndLeaveNothing) {
  put_sequences();
  const auto before = names();
  const std::vector<std::string> out{"--json", "m.json", "-o", "out"};
  const auto failed = [&](int code, const std::vector<std::string>& words,
                          std::vector<std::string> more = {}) {
    more.insert(more.end(), out.begin(), out.end());
    const auto result = failed_with(run(on_files(more)), code, words);
    EXPECT_FALSE(fs::exists(file("m.json")) || fs::exists(file("out")));
    return result;
  };
  fs::rename(file("pred/b.npy"), file("pred/c.npy"));
  EXPECT_TRUE(failed(1, {"no prediction", "b", "no ground truth", "c"}));
  fs::rename(file("pred/c.npy"), file("pred/b.npy"));
  put("pred/b.npy", {4, 12, 6, 3}, 4);
  EXPECT_TRUE(failed(1, {"b: ", "8 frames", "12", "--max-cut"}));
  put("pred/b.npy", {3, 8, 6, 3}, 4);
  EXPECT_TRUE(failed(1, {"4 samples", "b has 3"}));
  put("pred/b.npy", {4, 8, 7, 3}, 4);
  EXPECT_TRUE(failed(1, {"b.npy", "7 vertices", "expected 6"}));
  put("pred/b.npy", {4, 8, 6, 3}, 4, NAN);
  EXPECT_TRUE(failed(1, {"b (prediction 0): frame 0", "not finite"}));
  put("pred/b.npy", {4, 8, 6, 3}, 4);
  write("regions/lve.txt", "0,6");
  EXPECT_TRUE(failed(1, {"lve.txt", "6"}));
  write("regions/lve.txt", "0,1");
  put("regions/template.npy", {7, 3}, 5);
  EXPECT_TRUE(failed(1, {"template.npy", "(7, 3)"}));
  put("regions/template.npy", {6, 3}, 5);
  EXPECT_TRUE(failed(2, {"--num-samples", "leave it out"}, {"--num-samples", "3"}));
  EXPECT_EQ(names(), before);
  EXPECT_TRUE(failed_with(run({"evaluate", "--ground-truth", "gt"}), 2, {"--predictions"}));
  EXPECT_TRUE(failed_with(run({"evaluate", "--gt", "gt", "--predictions", "pred"}), 1,
                          {"6 vertices", "--regions"}));
  EXPECT_TRUE(failed_with(run({"evaluate", "lisp"}), 2, {"'lisp'", "did you mean 'lips'"}));
  EXPECT_TRUE(failed_with(run(on_files({"--json", "voice.wav/m.json"})), 1, {"voice.wav"}));
}

TEST_F(CliEvaluate, AModelPredictsASplit) {
  put_dataset();
  const Outcome outcome = run(
      {"evaluate", "--dataset", "mead", "--num_samples", "2", "--json", "m.json", "--seed", "4"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("2 sequences"));
  EXPECT_THAT(outcome.out, HasSubstr("protocol: "));
  const Json first = json("m.json");
  EXPECT_EQ(first["counts"]["samples"], 2);
  EXPECT_EQ(first["by_emotion"].size(), 2u);
  EXPECT_EQ(first["facts"]["sha256 of its weights"].get<std::string>().size(), 64u);
  for (const auto& [name, value] : first["metrics"].items()) EXPECT_TRUE(value.is_number()) << name;
  for (const char* key : {"Emotion_accuracy", "Emotion_macro_F1", "Closure_rate", "Jitter"}) {
    EXPECT_TRUE(first["behaviour"][key]["value"].is_number()) << key;
    EXPECT_TRUE(first["behaviour"][key]["reference"].is_number()) << key;
  }
  for (const char* key : {"Monotonicity", "Jitter_ratio", "Spread_0.1", "Spread_0.5", "NLL",
                          "Conditioning_gain", "Residual_autocorrelation_error"}) {
    EXPECT_TRUE(first["behaviour"][key]["value"].is_number()) << key;
  }
  // The same seed, one thread: the same figures; another seed or one subject: others.
  ASSERT_EQ(run({"evaluate", "--dataset", "mead", "--num-samples", "2", "--json", "m.json",
                 "--seed", "4", "--threads", "1", "-q"})
                .code,
            0);
  EXPECT_EQ(json("m.json")["metrics"], first["metrics"]);
  EXPECT_EQ(json("m.json")["behaviour"], first["behaviour"]);
  ASSERT_EQ(run({"evaluate", "--dataset", "mead", "--test_subjects", "M005 M007", "--json",
                 "m.json", "--deterministic", "-q"})
                .code,
            0);
  EXPECT_EQ(json("m.json")["counts"]["sequences"], 1);
  EXPECT_TRUE(json("m.json")["metrics"]["Diversity"].is_null());
  // Without chance: no spread; one clip has no other voice to be compared with.
  EXPECT_TRUE(json("m.json")["behaviour"]["Emotion_accuracy"]["value"].is_number());
  EXPECT_TRUE(json("m.json")["behaviour"]["Spread_0.3"].is_null());
  EXPECT_TRUE(json("m.json")["behaviour"]["NLL"].is_null());
}

TEST_F(CliEvaluate, PartsJoinedAreTheWhole) {
  put_dataset();
  const auto evaluated = [&](const std::vector<std::string>& more) {
    std::vector<std::string> args = {"evaluate", "-q"};
    args.insert(args.end(), more.begin(), more.end());
    return run(args);
  };
  const Outcome whole = evaluated({"--dataset", "mead", "--num-samples", "2", "-o", "whole"});
  ASSERT_EQ(whole.code, 0) << whole.err;
  for (const char* part : {"2/2", "1/2"}) {
    const Outcome own =
        evaluated({"--dataset", "mead", "--num-samples", "2", "-o", "parts", "--part", part});
    ASSERT_EQ(own.code, 0) << own.err;
    EXPECT_EQ(own.out, "");
    if (part[0] == '1') continue;
    EXPECT_TRUE(failed_with(evaluated({"--merge", "-o", "parts"}), 1, {"part 1 of 2 is missing"}));
  }
  const Outcome joined = evaluated({"--merge", "-o", "parts"});
  EXPECT_EQ(joined.code, 0) << joined.err;
  EXPECT_EQ(joined.out, whole.out);
  Json a = json("whole/metrics.json"), b = json("parts/metrics.json");
  a.erase("command");
  b.erase("command");
  EXPECT_EQ(a, b);
  EXPECT_TRUE(failed_with(evaluated({"--dataset", "mead", "--part", "1/2"}), 2, {"give -o"}));
  EXPECT_TRUE(failed_with(evaluated({"--merge", "-o", "parts", "--part", "1/2"}), 2, {"leave"}));
  EXPECT_TRUE(
      failed_with(evaluated({"--dataset", "mead", "--part", "1/2", "-o", "x", "--json", "m.json"}),
                  2, {"a part has no figures"}));
}

TEST_F(CliEvaluate, TheClassifierMustBeOneAndOfTheModelsFace) {
  put_dataset();
  const auto with = [&](const std::string& folder) {
    return run({"evaluate", "--dataset", "mead", "--classifier", folder, "--json", "m.json"});
  };
  EXPECT_TRUE(failed_with(with("none"), 1, {"none"}));
  EXPECT_TRUE(failed_with(with(FLOWTALK_DEFAULT_CHECKPOINT), 1, {"is no emotion classifier"}));
  const fs::path shipped = fs::path(FLOWTALK_DEFAULT_CHECKPOINT).parent_path() / "classifier";
  fs::copy(shipped, file("other"));
  std::string config = load_file(file("other/config.json"));
  write("other/config.json", config.replace(config.find("builtin"), 7, "flame"));
  EXPECT_TRUE(failed_with(with("other"), 1, {"--classifier other", "'flame'", "'builtin'"}));
  EXPECT_FALSE(fs::exists(file("m.json")));
  EXPECT_EQ(with(shipped.string()).code, 0);
}

TEST_F(CliEvaluate, AnEpochOfARunIsFoundByItsNumber) {
  put_dataset();
  fs::create_directories(file("run/epochs"));
  fs::create_directory_symlink(FLOWTALK_DEFAULT_CHECKPOINT, file("run/epochs/0002"));
  fs::create_directory_symlink("epochs/0002", file("run/last"));
  const std::vector<std::vector<std::string>> options{{}, {"--max_epoch", "2"}};
  for (const auto& epoch : options) {
    std::vector<std::string> args{"evaluate", "--dataset", "mead", "--save_path",     "run",
                                  "--json",   "m.json",    "-q",   "--test-subjects", "M003"};
    args.insert(args.end(), epoch.begin(), epoch.end());
    const Outcome outcome = run(args);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(json("m.json")["facts"]["model"], epoch.empty() ? "run/last" : "run/epochs/0002");
  }
  EXPECT_TRUE(
      failed_with(run({"evaluate", "--dataset", "mead", "--save_path", "run", "--max_epoch", "85"}),
                  2, {"--max-epoch 85"}));
}

TEST_F(CliEvaluate, MistakesWithAModelAreOneLine) {
  put_dataset(20);
  const std::vector<std::tuple<std::vector<std::string>, int, std::string>> cases = {
      {{"--skip-steps", "900"}, 2, "diffusion"},
      {{"--max-epoch", "85"}, 2, "--max-epoch 85"},
      {{"--save-path", "none"}, 1, "none"},
      {{"--split", "exam"}, 2, "--split"},
      {{"--split", "validation"}, 1, "no clip of the validation split"},
      {{"--test-subjects", "M004"}, 2, "M004"},
      {{"--test-subjects", "W009"}, 1, "no clip"},
      {{"--deterministic", "--num-samples", "2"}, 2, "--deterministic"},
      {{"--dataset", "none"}, 1, "none"},
      {{"--max-cut", "3"}, 1, "--max-cut"},
      {{"--face", "none.pkl"}, 1, "none.pkl"},
  };
  const auto before = names();
  for (const auto& [options, code, word] : cases) {
    std::vector<std::string> args{"evaluate", "-o", "out"};
    if (options[0] != "--dataset") args.insert(args.end(), {"--dataset", "mead"});
    args.insert(args.end(), options.begin(), options.end());
    EXPECT_TRUE(failed_with(run(args), code, {word})) << options[0];
  }
  EXPECT_EQ(names(), before);
}

TEST_F(CliEvaluate, GoldenFiguresThroughTheCommand) {
  const char* chosen = std::getenv("FLOWTALK_GOLDEN");
  const fs::path golden = chosen != nullptr ? chosen : FLOWTALK_GOLDEN_DEFAULT;
  const fs::path folder = golden / "metrics";
  if (!fs::exists(folder / "expected.json"))
    GTEST_SKIP() << "skipped: no golden data at " << folder / "expected.json";
  const Outcome outcome =
      run({"evaluate", "--ground-truth", folder.string(), "--predictions", folder.string(),
           "--regions", (golden / "templates").string(), folder.string(), "--json", "m.json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json expected = parse_json(load_file(folder / "expected.json"), "expected.json");
  for (const auto& [name, want] : expected["float64"].items()) {
    const double value = want.get<double>();
    EXPECT_NEAR(json("m.json")["metrics"][name].get<double>(), value, 1e-9 * std::abs(value));
  }
}

TEST_F(CliEvaluate, LivelinessOfPredictionsBesideTakes) {
  ASSERT_EQ(run({"predict", "voice.wav", "-o", "lively.npz"}).code, 0);
  ASSERT_EQ(run({"predict", "voice.wav", "--liveliness", "0", "-o", "still.npz"}).code, 0);
  std::string take =
      "Timecode,EyeBlinkLeft,EyeBlinkRight,HeadYaw,HeadPitch,HeadRoll,LeftEyeYaw,LeftEyePitch,"
      "RightEyeYaw,RightEyePitch\n";
  for (int t = 0; t < 300; ++t) {
    take += fmt::format("10:00:{:02}:{:02}.5,0,0,0,0,0,{},0,{},0\n", t / 60, t % 60,
                        0.001 * (t % 100), 0.001 * (t % 100));
  }
  fs::create_directory(file("takes"));
  write("takes/a.csv", take);
  const Outcome outcome = run({"evaluate", "liveliness", "lively.npz", "still.npz", "--recordings",
                               "takes", "--json", "l.json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("medians of 1 recordings and 2 motion files"));
  EXPECT_THAT(outcome.out, HasSubstr("saccades per s"));
  const Json figures = json("l.json");
  const Json& files = figures["motion"]["files"];
  EXPECT_GT(files["lively.npz"]["head_pitch_rms_deg_s"].get<double>(), 0.5);
  EXPECT_TRUE(files["still.npz"]["head_pitch_rms_deg_s"].is_null());
  EXPECT_TRUE(figures["people"]["pooled"]["head_pitch_sd_deg"]["median"].is_null());
  EXPECT_GT(figures["people"]["files"]["a.csv"]["gaze_aside_range_deg"].get<double>(), 3);

  write("takes/b.csv", "time,happy\n0,1\n");
  EXPECT_TRUE(failed_with(run({"evaluate", "liveliness", "--recordings", "takes"}), 1,
                          {"b.csv", "no column Timecode"}));
  EXPECT_TRUE(failed_with(run({"evaluate", "liveliness", "--recordings", "none"}), 1,
                          {"none", "expected a folder"}));
  EXPECT_TRUE(failed_with(run({"evaluate", "liveliness"}), 2, {"which motion", "--recordings"}));
}

TEST_F(CliEvaluate, AModelBesideRecordedPeople) {
  std::string csv = "t_s,lip_aperture_mm\n";
  for (int i = 0; i < 100; ++i) csv += fmt::format("{:.2f},{}\n", i * 0.01, 20 + i % 30);
  fs::create_directory(file("takes"));
  write("takes/a.csv", csv);
  fs::copy_file(file("voice.wav"), file("takes/a.wav"));
  const std::vector<std::string> args{"evaluate", "recorded", "--recordings", "takes",
                                      "--json",   "r.json",   "--card",       "r.html"};
  const Outcome outcome = run(args);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  for (const char* words : {"sensors (.csv), 1", "r at lag 0", "people", "loudness", "chance"}) {
    EXPECT_THAT(outcome.out, HasSubstr(words));
  }
  const Json first = json("r.json");
  EXPECT_TRUE(first["sources"]["sensors"]["figures"]["lips_r"]["model"].is_number());
  EXPECT_THAT(load_file(file("r.html")),
              HasSubstr("flowtalk evaluate recorded --recordings takes"));
  ASSERT_EQ(run({"evaluate", "recorded", "--recordings", "takes", "--json", "r.json", "--threads",
                 "1", "-q"})
                .code,
            0);
  EXPECT_EQ(json("r.json")["sources"], first["sources"]) << "any number of threads";

  write("takes/b.csv", "t_s,lip_aperture_mm\n0,x\n");
  fs::copy_file(file("voice.wav"), file("takes/b.wav"));
  const Outcome partly = run({"evaluate", "recorded", "--recordings", "takes"});
  EXPECT_EQ(partly.code, 1);
  EXPECT_THAT(partly.err, HasSubstr("b.csv: line 2: expected a number, got 'x'"));
  EXPECT_THAT(partly.err, HasSubstr("1 recordings could not be used"));
  EXPECT_THAT(partly.out, HasSubstr("sensors (.csv), 1"));
  EXPECT_TRUE(failed_with(run({"evaluate", "recorded"}), 2, {"which recordings", "--recordings"}));
  EXPECT_TRUE(failed_with(run({"evaluate", "recorded", "--recordings", "none"}), 1, {"none"}));
}

}  // namespace
}  // namespace flowtalk::tests
