#include "flowtalk/data/score_files.h"

#include <gmock/gmock.h>

#include <cmath>

#include "flowtalk/base/files.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::refusal;

std::string golden_text(const std::string& name) {
  const char* chosen = std::getenv("FLOWTALK_GOLDEN");
  const std::filesystem::path folder = chosen != nullptr ? chosen : FLOWTALK_GOLDEN_DEFAULT;
  const auto path = folder / "exports" / name;
  return std::filesystem::exists(path) ? load_file(path) : "";
}

std::string refused_json(const std::string& text) {
  return refusal([&] { score_json_of(text, "x.json"); });
}
std::string refused_csv(const std::string& text) {
  return refusal([&] { score_csv_of(text, "x.csv"); });
}

TEST(ScoreJson, NamesAndFramesOfBeatAndLam) {
  const ScoreFile file = score_json_of(
      R"({"names": ["jawOpen", "MouthSmileLeft"], "frames": [
          {"weights": [0.1, 0.2], "time": 0.0, "rotation": []},
          {"weights": [0.3, 0.4], "time": 0.0333, "rotation": []},
          {"weights": [0.5, 0.6], "time": 0.0667, "rotation": []}]})",
      "x.json");
  EXPECT_THAT(file.kind, HasSubstr("BEAT and LAM"));
  EXPECT_THAT(file.take.names, ElementsAre("jawOpen", "mouthSmileLeft"));
  EXPECT_NEAR(file.take.rate_hz, 30, 0.02);
  EXPECT_THAT(*file.take.curve("mouthSmileLeft"),
              testing::Pointwise(testing::DoubleNear(1e-6), {0.2, 0.4, 0.6}));
  const auto said = score_json_of(R"({"metadata": {"fps": 24}, "names": ["jawOpen"],
      "frames": [{"weights": [0]}, {"weights": [1]}]})",
                                  "x.json");
  EXPECT_EQ(said.take.rate_hz, 24);
  const auto other = score_json_of(R"({"metadata": {"fps": 10}, "names": ["jawOpen"],
      "frames": [{"weights": [0], "time": 0}, {"weights": [1], "time": 0.04}]})",
                                   "x.json");
  EXPECT_NEAR(other.take.rate_hz, 25, 1e-9);  // its times are right
  EXPECT_EQ(other.take.frames(), 2);
  EXPECT_THAT(refused_json(R"({"names": ["jawOpen"], "frames": [{"weights": [0, 1]}]})"),
              HasSubstr("x.json: frame 0: expected 1 numbers, one per name, got 2"));
  EXPECT_THAT(refused_json(R"({"names": ["jawOpen"], "frames": [{"weights": [87]}]})"),
              HasSubstr("divide percentages by 100"));
  EXPECT_THAT(refused_json(R"({"names": ["jawOpen"], "frames": [{"weights": [1]}]})"),
              HasSubstr("holds 1 frames"));
  EXPECT_THAT(refused_json(R"({"names": ["jawOpen", "JawOpen"], "frames": []})"),
              HasSubstr("the name JawOpen stands twice"));
  EXPECT_THAT(refused_json(R"({"names": ["a"], "frames": [{"weights": [0], "time": 1},
                              {"weights": [0], "time": 1}]})"),
              HasSubstr("frame 1: the time 1 s does not come after"));
}

TEST(ScoreJson, AudioToFace) {
  const std::string sample = golden_text("a2f_sample.json");
  if (sample.empty()) GTEST_SKIP() << "skipped: no golden data";
  const ScoreFile file = score_json_of(sample, "a2f_sample.json");
  EXPECT_EQ(file.kind, "Audio2Face's JSON");
  EXPECT_EQ(file.take.rate_hz, 25);
  EXPECT_EQ(file.take.names.size(), 52u);
  EXPECT_THAT(*file.take.curve("jawOpen"), ElementsAre(0, 0.5));
  EXPECT_THAT(*file.take.curve("mouthRight"), ElementsAre(0, 0));
  EXPECT_THAT(*file.take.curve("mouthSmileLeft"), ElementsAre(0.25, 0.25));
}

TEST(ScoreJson, MediaPipesFormsAndFramesWithoutAFace) {
  const auto categories = [](double jaw) {
    return fmt::format(R"({{"faceBlendshapes": [{{"categories": [
        {{"index": 0, "score": 0, "categoryName": "_neutral"}},
        {{"index": 25, "score": {}, "categoryName": "jawOpen"}}]}}], "timestamp": {}}})",
                       jaw, 1000 + 400 * jaw);
  };
  const ScoreFile file =
      score_json_of(fmt::format(R"([{{"faceBlendshapes": [], "timestamp": 980}}, {},
                      {{"faceBlendshapes": [], "timestamp": 1060}}, {}])",
                                categories(0.1), categories(0.25)),
                    "x.json");
  EXPECT_THAT(file.take.names, ElementsAre("_neutral", "jawOpen"));
  ASSERT_EQ(file.take.frames(), 4);  // at 980, 1040, 1060 and 1100 ms
  const auto plain = score_json_of(
      R"({"results": [{"jawOpen": 0.5, "note": "x"}, {"jawOpen": 0.25, "note": 3}]})", "x.json");
  EXPECT_THAT(plain.take.names, ElementsAre("jawOpen"));
  EXPECT_THAT(*plain.take.curve("jawOpen"), ElementsAre(0.5, 0.25));
  EXPECT_EQ(plain.take.rate_hz, 0);
  EXPECT_THAT(refused_json(R"([{"jawOpen": 0}, {"jawLeft": 0}])"),
              HasSubstr("frame 1: names other shapes"));
  EXPECT_THAT(refused_json(R"([{}, {"a": 1}])"), HasSubstr("2 frames, and no scores"));
  EXPECT_THAT(refused_json(R"([{"jawOpen": "wide"}])"), HasSubstr("jawOpen: expected a number"));
  for (const char* text : {"3", R"({"frames": 3})", R"({"names": []})", "{}"}) {
    EXPECT_THAT(refused_json(text), HasSubstr("none of the forms that are known")) << text;
  }
}

TEST(ScoreJson, UnevenTimesArePutOnEvenOnes) {
  std::string frames;
  for (const double time : {0.0, 0.04, 0.08, 0.16, 0.20, 0.24}) {  // 0.12 was dropped
    frames += fmt::format(R"({}{{"jawOpen": {}, "time": {}}})", frames.empty() ? "" : ",", 2 * time,
                          time);
  }
  const FaceTake take = score_json_of("[" + frames + "]", "x.json").take;
  EXPECT_NEAR(take.rate_hz, 25, 1e-6);
  ASSERT_EQ(take.frames(), 7);
  const auto jaw = *take.curve("jawOpen");
  for (size_t t = 0; t < 7; ++t) EXPECT_NEAR(jaw[t], 0.08 * static_cast<double>(t), 1e-6);
  EXPECT_THAT(refused_json(R"([{"jawOpen": 0, "time": 0}, {"jawOpen": 0, "time": 0.04},
      {"jawOpen": 0, "time": 0.08}, {"jawOpen": 0, "time": 1000}])"),
              HasSubstr("at uneven times within 1000.0 s"));
}

TEST(ScoreCsv, NamesTimesAndNumbers) {
  const FaceTake take =
      score_csv_of("frame,timestamp_ms,_neutral,jawOpen\n0,0,0,0.25\n1,40,0,0.5\n", "x.csv").take;
  EXPECT_THAT(take.names, ElementsAre("_neutral", "jawOpen"));
  EXPECT_NEAR(take.rate_hz, 25, 1e-9);
  EXPECT_THAT(*take.curve("jawOpen"), ElementsAre(0.25, 0.5));
  EXPECT_THAT(refused_csv("jawOpen\n0\nwide\n"),
              HasSubstr("line 3: expected a number, got 'wide'"));
  EXPECT_THAT(refused_csv("jawOpen\n0,1\n"), HasSubstr("line 2: expected 1 cells"));
  EXPECT_THAT(refused_csv("frame\n0\n"), HasSubstr("names 0 shapes"));
  EXPECT_THAT(refused_csv(""), HasSubstr("x.csv: is empty"));
  EXPECT_THAT(refused_csv("jawOpen\nnan\n"), HasSubstr("line 2"));
}

TEST(ScoreFiles, AreKnownByWhatTheyHold) {
  const tests::ScratchFolder folder;
  const auto kind = [&](const std::string& text) {
    save_file(folder / "x", text);
    return load_score_file(folder / "x").kind;
  };
  EXPECT_EQ(kind("Timecode,BlendShapeCount,JawOpen\n0:0:0:0,1,0\n0:0:0:1,1,0\n"),
            "a take of Live Link Face");
  EXPECT_EQ(kind("jawOpen\n0\n1\n"), "a table of scores");
  EXPECT_EQ(kind("\xef\xbb\xbf [{\"jawOpen\": 0}, {\"jawOpen\": 0}]"),
            "JSON of MediaPipe's scores");
  EXPECT_THAT(refusal([&] { kind(" \n"); }), HasSubstr("is empty"));
}

TEST(LiveLinkRate, OfAShortTakeFollowsFromItsSteps) {
  const std::string head = "Timecode,BlendshapeCount,JawOpen\n";
  const auto rate = [&](const std::string& lines) {
    return take_of(live_link_of(head + lines, "x.csv"), "x.csv").rate_hz;
  };
  EXPECT_DOUBLE_EQ(rate("0:0:0:0.000,1,0\n0:0:0:2.400,1,0\n0:0:0:4.800,1,0\n"), 25);
  EXPECT_DOUBLE_EQ(rate("0:0:0:58.000,1,0\n0:0:1:0.000,1,0\n"), 30);
  EXPECT_DOUBLE_EQ(rate("0:0:0:0.000,1,0\n0:0:0:0.000,1,0\n"), 60);
}

}  // namespace
}  // namespace flowtalk::data
