// What people write and what must not happen to their files: the parts that every command shares.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/judged.h"
#include "flowtalk/pipeline/lips.h"
#include "flowtalk/pipeline/mood.h"
#include "flowtalk/pipeline/performance.h"
#include "flowtalk/pipeline/predict.h"
#include "flowtalk/pipeline/restyle.h"
#include "flowtalk/pipeline/sweep.h"
#include "flowtalk/pipeline/temperature.h"
#include "flowtalk/pipeline/voices.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::refusal;

Given given(std::initializer_list<const char*> fields) {
  Given g;
  for (const char* field : fields) g.add(field);
  return g;
}

const Conditions& kWords = default_conditions();

TEST(Mood, IsAMixWithALabel) {
  EXPECT_EQ(parse_mood("happy", kWords).label, "happy");
  EXPECT_TRUE(parse_mood("0", kWords).neutral());
  const Mood mix = parse_mood("happy:0.6,surprised:0.4", kWords);
  EXPECT_EQ(mix.label, "happy60-surprised40");
  EXPECT_FLOAT_EQ(mix.weights[3], 0.4f);
  EXPECT_EQ(parse_moods({}, kWords).front().label, "neutral");
  EXPECT_EQ(parse_moods({"all"}, kWords).size(), 8u);
}

TEST(Lips, SayWhatTheyCannotTell) {
  for (const bool pooled_only : {false, true}) {
    EXPECT_THAT(text_of(evaluate::LipReport(), pooled_only),
                HasSubstr("cannot tell people from models"));
  }
}

TEST(Strength, IsALevelOrANumberButNotBoth) {
  StrengthOptions o;
  EXPECT_FLOAT_EQ(o.value(kWords), 2.0f / 3);
  EXPECT_EQ(o.label('-', kWords), "medium");
  o.strength = 0.8;
  EXPECT_FLOAT_EQ(o.value(kWords), 0.8f);
  EXPECT_EQ(o.label('-', kWords), "strength-0.80");
  EXPECT_EQ(strength_label(0.333, ' '), "strength 0.333");
  EXPECT_THAT(refusal([&] {
                o.check(given({"strength", "intensity"}));
              }),
              HasSubstr("strength excludes intensity"));
  StrengthOptions from{.prefix = "from_"};
  EXPECT_THAT(refusal([&] {
                from.check(given({"from_strength", "from_intensity"}));
              }),
              HasSubstr("from_strength"));
}

TEST(Words, ThatMayBeMeantOtherwiseAreWarnedOf) {
  const auto warnings = [](std::vector<std::string> emotions, const Given& g) {
    std::vector<std::string> heard;
    Reporter reporter;
    reporter.warn = [&](const std::string& text) { heard.push_back(text); };
    warn_of_words(emotions, {}, g, kWords, reporter);
    return heard;
  };
  EXPECT_THAT(warnings({"happy,sad"}, {}), ElementsAre(HasSubstr("happy,sad: one face")));
  EXPECT_THAT(warnings({"neutral"}, given({"intensity"})), ElementsAre(HasSubstr("one level")));
  EXPECT_THAT(warnings({}, given({"strength"})), ElementsAre(HasSubstr("changes nothing")));
  EXPECT_THAT(warnings({"happy:2,sad"}, given({"intensity"})), IsEmpty());
  EXPECT_THAT(warnings({"neutral", "happy"}, given({"intensity"})), IsEmpty());
  EXPECT_THAT(warnings({"all"}, given({"intensity"})), IsEmpty());
}

TEST(Temperature, IsOneNumberOrOnePerRegion) {
  Temperature t;
  from_text("0.5", t);
  EXPECT_FLOAT_EQ(t.all.value(), 0.5f);
  EXPECT_FALSE(t.by_region);
  from_text("0.2,lips:0.1,brows:0.8", t);
  ASSERT_TRUE(t.by_region);
  EXPECT_THAT(*t.by_region, ElementsAre(0.1f, 0.2f, 0.8f, 0.2f));
  Temperature again;
  from_text(text_of(t), again);
  EXPECT_EQ(*again.by_region, *t.by_region);
  for (const char* text : {"-0.1", "nan", "lips", "0.1,0.2", "nose:0.1", "lips:0.1,lips:0.2", ""}) {
    EXPECT_NE(refusal([&] { from_text(text, t); }), "was taken") << text;
  }
  EXPECT_THAT(refusal([&] { from_text("lip:0.1", t); }), HasSubstr("did you mean 'lips'"));
}

TEST(Sampling, WithoutChanceRefusesWhatOnlyChanceCouldFollow) {
  SamplingOptions o;
  o.check(given({"seed", "take", "temperature"}));
  o.deterministic = true;
  EXPECT_THAT(refusal([&] { o.check(given({"seed"})); }), HasSubstr("nothing is left to chance"));
  EXPECT_THAT(refusal([&] { o.check(given({"num_samples"}), 2); }), HasSubstr("num_samples"));
  o.check(given({"num_samples"}), 1);
  o.blinks = 20;  // drawn by seed and take
  o.check(given({"seed", "take"}));
  EXPECT_THAT(refusal([&] { o.check(given({"temperature"})); }), HasSubstr("temperature"));
}

TEST(Performance, TheSubjectIsTheStyleUnlessItHasAFaceOfItsOwn) {
  PerformanceOptions o;
  o.subject = "W011";
  EXPECT_EQ(o.options(parse_mood("happy", kWords), false, kWords).asked.style,
            parse_style("W011", kWords));
  o.id = "M005";
  EXPECT_EQ(o.options(parse_mood("happy", kWords), true, kWords).asked.style,
            parse_style("M005", kWords));
  EXPECT_EQ(o.options(parse_mood("neutral", kWords), true, kWords).asked.strength, 0);
  o.subject = "somebody";
  EXPECT_EQ(o.options(parse_mood("happy", kWords), true, kWords).asked.style,
            parse_style("M005", kWords));
  EXPECT_NE(refusal([&] { o.options(parse_mood("happy", kWords), false, kWords); }), "was taken");
}

TEST(Sampling, APerformanceThatIsAskedForFollowsSeedAndTake) {
  SamplingOptions o;
  o.deterministic = true;
  o.check(given({"seed", "take"}), 1, true);
  EXPECT_THAT(refusal([&] { o.check(given({"seed"}), 1, false); }), HasSubstr("seed"));
  EXPECT_THAT(refusal([&] { o.check(given({"temperature"}), 1, true); }), HasSubstr("temperature"));
}

TEST(PerformingWords, SayHowMuchOfWhat) {
  const model::ModelConfig builtin;
  model::ModelConfig flame;
  flame.axes = motion::Axes::kFlame;
  predict::PredictOptions usual, cold;
  cold.deterministic = true;
  PerformingOptions o;
  const auto of = [&](const predict::PredictOptions& options, const model::ModelConfig& model) {
    return o.amounts(options, model).value_or(perform::Amounts{-1, -1, -1, -1});
  };
  EXPECT_EQ(of(usual, builtin).head, 1);
  EXPECT_EQ(of(usual, builtin).gaze, 1);
  EXPECT_EQ(of(usual, builtin).blinks_per_minute, double{predict::kUsualBlinks});
  EXPECT_EQ(of(usual, flame).gaze, 1);
  EXPECT_EQ(of(usual, flame).blinks_per_minute, 0);
  EXPECT_FALSE(o.amounts(cold, builtin)) << "without chance";
  usual.blinks_per_minute = 30.0f;
  o.liveliness = 0.5;
  EXPECT_EQ(of(usual, builtin).head, 0.5);
  EXPECT_EQ(of(usual, builtin).blinks_per_minute, 30) << "what is asked for";
  EXPECT_EQ(of(cold, builtin).blinks_per_minute, double{predict::kUsualBlinks} / 2);
  o.head = 2;
  o.gaze = 0;
  EXPECT_EQ(of(usual, builtin).head, 1);
  EXPECT_EQ(of(usual, builtin).gaze, 0);
  o.liveliness.reset();
  EXPECT_EQ(of(cold, builtin).head, 2) << "asked for, and nothing else";
  EXPECT_EQ(of(cold, builtin).blinks_per_minute, 0);
  EXPECT_EQ(of(cold, builtin).breath, 0);
  o.liveliness = 0;
  EXPECT_FALSE(o.amounts(usual, builtin)) << "as it was";
}

TEST(PerformingWords, AmountsOutOfRangeAreRefused) {
  for (const double amount : {-0.1, 2.1, std::nan("")}) {
    PerformingOptions o;
    o.gaze = amount;
    EXPECT_THAT(refusal([&] { check_ranges(o); }), HasSubstr("gaze"));
    EXPECT_THAT(refusal([&] { check_ranges(o); }), HasSubstr("expected between 0 and 2"));
  }
}

TEST(Sweep, IsATableOfEmotionsByStrengths) {
  const PerformanceOptions performance;
  const auto cells = sweep_cells("0,low,0.8", {"happy", "sad"}, performance, false, kWords);
  ASSERT_EQ(cells.size(), 5u);
  EXPECT_EQ(cells[0].caption(), "happy, low");
  EXPECT_EQ(cells[1].caption(), "sad, low");
  EXPECT_EQ(cells[2].caption(), "happy, strength-0.80");
  EXPECT_EQ(cells.back().caption(), "neutral");
  // The longer side lies across.
  EXPECT_EQ(sweep_columns("0,low,0.8", {"happy", "sad"}, kWords), 2);
  EXPECT_EQ(sweep_columns(std::string(kLevelSweep), {}, kWords), 7);
  EXPECT_EQ(sweep_columns("0,0.3,0.6,1", {"happy", "sad"}, kWords), 3);
  EXPECT_EQ(sweep_columns("", {}, kWords), 0);
  const auto long_side = sweep_cells("0,0.3,0.6,1", {"happy", "sad"}, performance, false, kWords);
  EXPECT_EQ(long_side[1].caption(), "happy, strength-0.60");
  EXPECT_EQ(long_side[3].caption(), "sad, strength-0.30");
  EXPECT_THAT(refusal([&] { sweep_cells("0.5,", {"neutral"}, performance, false, kWords); }),
              HasSubstr("expected strengths"));
  EXPECT_EQ(sweep_cells(std::string(kLevelSweep), {}, performance, false, kWords).size(), 22u);
  EXPECT_THAT(refusal([&] { sweep_cells("2", {}, performance, false, kWords); }),
              HasSubstr("expected strengths between 0 and 1.25"));
  EXPECT_EQ(sweep_cells("0.5", {"neutral"}, performance, false, kWords).size(), 1u);
  for (const char* word : {"0.5", "low", "0,1", "1e400"}) EXPECT_TRUE(looks_like_strengths(word));
  for (const char* word : {"voice.wav", "--emotion", "lower"}) {
    EXPECT_FALSE(looks_like_strengths(word));
  }
  SweepOptions o{.sweep = "low"};
  EXPECT_NE(refusal([&] { o.check(given({"curve"})); }), "was taken");
  EXPECT_NE(refusal([&] { o.check(given({"intensity"})); }), "was taken");
}

struct OutputsTest : ::testing::Test {
  tests::ScratchFolder folder;
};

TEST_F(OutputsTest, NothingReplacesAnInput) {
  save_file(folder / "a.wav", "x");
  EXPECT_THAT(refusal([&] { refuse_to_replace(folder / "a.wav", {folder / "a.wav"}); }),
              HasSubstr("written over itself"));
  refuse_to_replace(folder / "b.wav", {folder / "a.wav"});
  refuse_to_replace(folder / "a.wav", {folder / "c.wav", ""});
  fs::create_hard_link(folder / "a.wav", folder / "same.wav");
  EXPECT_NE(refusal([&] { refuse_to_replace(folder / "same.wav", {folder / "a.wav"}); }),
            "was taken");
}

TEST_F(OutputsTest, ReportsReplaceReportsAndFoldersOnlyTheirOwn) {
  save_file(folder / "voice.wav", "x");
  check_report(folder / "new", ".json");
  EXPECT_NE(refusal([&] { check_report(folder / "voice.wav", ".json"); }), "was taken");
  const auto ours = [](const std::string& name) { return name == "00000.png"; };
  EXPECT_THAT(refusal([&] { replaced_folder(folder, "frames", ours); }),
              HasSubstr("holds 'voice.wav', which would be lost"));
  EXPECT_EQ(replaced_folder(folder / "pictures/", "frames", ours), folder / "pictures");
  save_file(folder / "old.JSON", "{}");
  check_report(folder / "old.JSON", ".json");
  check_ending("face.PNG", ".png", "output");
  EXPECT_THAT(refusal([] { check_ending("face.mp3", ".mp4", "output"); }),
              HasSubstr("output face.mp3: expected a name that ends in .mp4"));
}

TEST_F(OutputsTest, PredictRefusesBeforeItLoadsAModel) {
  PredictOptions o;
  EXPECT_THAT(refusal([&] { predict(o, {}); }), HasSubstr("which voice?"));
  o.voices = {(folder / "voice.wav").string()};
  o.width = 54;
  EXPECT_THAT(refusal([&] { predict(o, {}); }), HasSubstr("width 54: expected 403, 353 or 53"));
  o.width = 53;
  o.output = "face.mp4";
  EXPECT_THAT(refusal([&] { predict(o, {}); }), HasSubstr("flowtalk talk"));
  o.output = "";
  o.emotion = {"hapy"};
  EXPECT_THAT(refusal([&] { predict(o, {}); }), HasSubstr("did you mean 'happy'"));
}

TEST(Voices, OfAFolderAreAllThatIsNamedLikeSoundAndTheRestIsListed) {
  const tests::ScratchFolder folder;
  fs::create_directories(folder / "sub");
  for (const char* name : {"a.aif", "A.MOV", "b.wma", "c.wav", "x.txt", "y.txt", "z.json", "README",
                           ".DS_Store", "._c.wav"}) {
    std::ofstream(folder / name) << "x";
  }
  std::vector<std::string> said;
  Reporter reporter;
  reporter.warn = [&](const std::string& text) { said.push_back(text); };
  std::vector<std::string> found;
  for (const auto& voice : find_voices({folder.path().string()}, reporter)) {
    found.push_back(voice.filename().string());
  }
  EXPECT_THAT(found, ElementsAre("A.MOV", "a.aif", "b.wma", "c.wav"));
  EXPECT_THAT(said, ElementsAre(folder.path().string() +
                                ": taken are 4 sound files, left out: 1 without an "
                                "ending, 1 .json, 2 .txt, 2 hidden, 1 folder"));
}

TEST(Voices, OneThatFailsDoesNotStopTheOthers) {
  std::vector<std::string> said;
  Reporter reporter;
  reporter.warn = [&](const std::string& text) { said.push_back(text); };
  EachVoice each(3, reporter);
  EXPECT_TRUE(each.tried([] {}));
  EXPECT_FALSE(each.tried([] { fail("bad.wav: damaged"); }));
  EXPECT_THROW(each.tried([] { fail_usage("a slip"); }), Error);
  EXPECT_THAT(said, ElementsAre("bad.wav: damaged"));
  EXPECT_THAT(refusal([&] { each.finish("the others are done"); }),
              HasSubstr("1 of 3 voices could not be used (see above); the others are done"));
  EachVoice alone(1, reporter);
  EXPECT_THROW(alone.tried([] { fail("bad.wav: damaged"); }), Error);
}

TEST(Restyle, SaysWhatIsMissingOrDoesNotBelong) {
  RestyleOptions o;
  EXPECT_THAT(refusal([&] { restyle(o, {}); }), HasSubstr("which performance?"));
  o.voice = "a.wav";
  o.motion = "a.npy";
  o.output = "b.txt";
  EXPECT_THAT(refusal([&] { restyle(o, {}); }),
              HasSubstr("ends in .npy, .npz or .safetensors, or in .mp4"));
  o.output = "b.npy";
  EXPECT_THAT(refusal([&] { restyle(o, {}); }), HasSubstr("what is to change?"));
  o.given = given({"crf"});
  EXPECT_THAT(refusal([&] { restyle(o, {}); }), HasSubstr("crf belongs to output"));
  o.given = given({"from_strength"});
  EXPECT_THAT(refusal([&] { restyle(o, {}); }), HasSubstr("need from_emotion"));
}

TEST(Export, KnowsItsFormats) {
  EXPECT_EQ(exporters().front().name, "vertices");
  EXPECT_THAT(refusal([] { export_motion("vertex", {}, {}); }),
              HasSubstr("expected one of vertices"));
  EXPECT_THAT(refusal([] { export_motion("vertices", {}, {}); }), HasSubstr("where to?"));
}

TEST(Condition, IsReadInWords) {
  ConditionOptions o{.prefix = "from_", .role = "what was recorded"};
  EXPECT_EQ(o.strength.prefix, "from_");
  o.emotion = "angry";
  o.strength.intensity = "high";
  EXPECT_EQ(o.label(kWords), "angry high");
  EXPECT_FLOAT_EQ(o.condition(3, kWords).strength, 1);
  EXPECT_EQ(o.condition(3, kWords).style, 3);
  o.emotion = "neutral";
  EXPECT_EQ(o.label(kWords), "neutral");
  EXPECT_EQ(o.condition(3, kWords).strength, 0);
  std::vector<std::string> names;
  o.fields([&](const char* name, auto&&...) { names.emplace_back(name); });
  EXPECT_THAT(names, ElementsAre("from_emotion", "strength", "from_id"));
}

}  // namespace
}  // namespace flowtalk::pipeline
