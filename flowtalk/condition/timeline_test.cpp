// Timelines: what they read, what they refuse, and the curves they make.
#include "flowtalk/condition/timeline.h"

#include <gmock/gmock.h>

#include <cmath>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"

namespace flowtalk::condition {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

const Amounts kNothing(8, 0.0);

// Strength of one emotion in frame t.
float amount(const EmotionCurve& curve, int64_t t, const std::string& emotion) {
  const auto i = static_cast<size_t>(t * 8 + parse_emotion(emotion, default_conditions()));
  return curve.strength[static_cast<size_t>(t)] * curve.weights[i];
}

EmotionCurve json_curve(const std::string& text, int64_t frames) {
  return timeline_of_json(text, "c.json", default_conditions()).curve(frames, kNothing);
}

template <class F>
std::string refusal(F&& read, int code = 1) {
  try {
    read();
  } catch (const Error& e) {
    EXPECT_EQ(e.exit_code(), code) << e.what();
    return e.what();
  }
  return "taken";
}
std::string json_refusal(const std::string& text) {
  return refusal([&] { timeline_of_json(text, "c.json", default_conditions()); });
}
std::string csv_refusal(const std::string& text) {
  return refusal([&] { timeline_of_csv(text, "c.csv", default_conditions()); });
}

TEST(Timeline, AnEventRisesHoldsAndFalls) {
  const auto curve = json_curve(
      R"({"events": [{"start": 1, "end": 3, "emotion": "happy", "strength": 0.9,
          "attack": 0.4, "release": 0.8}]})",
      100);
  EXPECT_EQ(curve.frames, 100);
  // The attack lasts from 25 to 35 and the release from 55 to 75, each blurred to both sides.
  constexpr int64_t kBlur = kSpreadFrames / 2;
  for (int64_t t = 0; t < 100; ++t) {
    const float now = amount(curve, t, "happy");
    if (t < 26 - kBlur || t > 74 + kBlur) {
      EXPECT_EQ(now, 0.0f) << t;
      EXPECT_EQ(curve.weights[static_cast<size_t>(8 * t)], 1.0f) << t;
    }
    if (t >= 35 + kBlur && t <= 55 - kBlur) {
      EXPECT_FLOAT_EQ(now, 0.9f) << t;
    }
    if (t > 0 && t < 35 + kBlur) {
      EXPECT_GE(now, amount(curve, t - 1, "happy"));
    }
    if (t > 55 - kBlur) {
      EXPECT_LE(now, amount(curve, t - 1, "happy"));
    }
  }
  EXPECT_NEAR(amount(curve, 30, "happy"), 0.45f, 0.01f);  // half way through the attack
  EXPECT_NEAR(amount(curve, 65, "happy"), 0.45f, 0.01f);  // half way through the release
}

TEST(Timeline, EventsWithoutStartOrEndReachTheEdgesOfTheClip) {
  const auto curve = json_curve(
      R"({"events": [{"end": 1, "emotion": "sad", "strength": "high"},
                     {"start": 2, "emotion": "angry", "strength": "low"}]})",
      75);
  EXPECT_FLOAT_EQ(amount(curve, 0, "sad"), 1.0f);
  EXPECT_FLOAT_EQ(amount(curve, 74, "angry"), 1.0f / 3);
  EXPECT_EQ(curve.strength[37], 0.0f);
}

TEST(Timeline, OverlappingEventsMixAndStayAFace) {
  const auto curve = json_curve(
      R"({"base": {"emotion": "neutral"},
          "events": [{"emotion": "happy", "strength": 1}, {"emotion": "sad", "strength": 0.5},
                     {"start": 1, "emotion": {"fear": 3, "angry": 1}, "strength": 1.25}]})",
      75);
  EXPECT_FLOAT_EQ(amount(curve, 0, "happy"), 0.5f);
  EXPECT_FLOAT_EQ(amount(curve, 0, "sad"), 0.25f);
  EXPECT_NEAR(amount(curve, 74, "fear"), 1.25f * 0.75f / 3, 1e-6f);
  for (int64_t t = 0; t < curve.frames; ++t) {
    float sum = 0;
    for (size_t i = 0; i < 8; ++i) sum += curve.weights[static_cast<size_t>(8 * t) + i];
    EXPECT_NEAR(sum, 1, 1e-5f) << t;
    EXPECT_LE(curve.strength[static_cast<size_t>(t)], kMaxStrength);
  }
}

TEST(Timeline, KeyframesJoinByStraightLinesAndHoldOutside) {
  const auto curve = timeline_of_csv(
                         "time,emotion,strength\n# a comment\n1,happy,high\n"
                         "3,\"happy:0.5,surprised:0.5\",0.4\n",
                         "c.csv", default_conditions())
                         .curve(100, kNothing);
  EXPECT_FLOAT_EQ(amount(curve, 0, "happy"), 1.0f);
  EXPECT_NEAR(amount(curve, 50, "happy"), 0.6f, 1e-5f);
  EXPECT_NEAR(amount(curve, 50, "surprised"), 0.1f, 1e-5f);
  EXPECT_NEAR(amount(curve, 99, "surprised"), 0.2f, 1e-6f);
}

TEST(Timeline, ColumnsPerEmotionAreStrengthsOrSharesOfOne) {
  const auto plain = timeline_of_csv("\xEF\xBB\xBFtime,happy,sad\r\n0,0.25,0.5\r\n", "c.csv",
                                     default_conditions());
  const auto shares =
      timeline_of_csv("time,strength,sad,happy\n0,0.75,2,1\n", "c.csv", default_conditions());
  for (const Timeline& timeline : {plain, shares}) {
    const auto curve = timeline.curve(3, kNothing);
    EXPECT_FLOAT_EQ(amount(curve, 1, "happy"), 0.25f);
    EXPECT_FLOAT_EQ(amount(curve, 1, "sad"), 0.5f);
  }
  const auto half =
      timeline_of_csv("time,neutral,sad,strength\n0,1,1,1\n", "c.csv", default_conditions());
  EXPECT_FLOAT_EQ(amount(half.curve(1, kNothing), 0, "sad"), 0.5f);
}

TEST(Timeline, LargeWeightsAreSharesToo) {
  const auto curve =
      json_curve(R"({"base": {"emotion": "happy:3e38,sad:3e38", "strength": 1}})", 2);
  EXPECT_FLOAT_EQ(amount(curve, 0, "happy"), 0.5f);
  EXPECT_FLOAT_EQ(amount(curve, 0, "sad"), 0.5f);
}

TEST(Timeline, StrengthZeroIsNeutralWhateverTheEmotion) {
  const auto curve = json_curve(
      R"({"keyframes": [{"time": 0, "emotion": "happy", "strength": 0},
                        {"time": 1, "emotion": "angry", "strength": 0}],
          "events": [{"start": 0.5, "emotion": "fear", "strength": 0, "attack": 0.2}]})",
      50);
  EXPECT_THAT(curve.strength, AllOf(SizeIs(50), Each(0.0f)));
}

TEST(Timeline, AConstantTimelineIsTheConstantCurve) {
  const auto curve = json_curve(R"({"base": {"emotion": "happy", "strength": 0.8}})", 30);
  const auto expected =
      EmotionCurve::constant(parse_emotion_mix("happy", default_conditions()), 0.8f, 30);
  EXPECT_EQ(curve.strength, expected.strength);
  EXPECT_EQ(curve.weights, expected.weights);
}

TEST(Timeline, NoChangeIsMoreSuddenThanTheSpread) {
  const auto curve = json_curve(
      R"({"keyframes": [{"time": 1.0, "emotion": "happy", "strength": 1.25},
                        {"time": 1.01, "emotion": "sad", "strength": 1.25}],
          "events": [{"start": 2, "end": 3, "emotion": "angry", "strength": 1.25,
                      "attack": 0, "release": 0}]})",
      100);
  for (int64_t t = 1; t < curve.frames; ++t) {
    for (const std::string& name : default_conditions().emotions) {
      if (name == "neutral") continue;
      EXPECT_LE(std::fabs(amount(curve, t, name) - amount(curve, t - 1, name)),
                1.25f * 1.001f / (kSpreadFrames - 5))
          << name << " in frame " << t;
    }
  }
  EXPECT_FLOAT_EQ(amount(curve, 62, "angry"), 1.25f);
}

TEST(Timeline, TheCallersBaseStandsWhereTheFileHasNone) {
  const auto timeline = timeline_of_json(R"({"events": [{"start": 1, "emotion": "neutral"}]})",
                                         "c.json", default_conditions());
  const auto base =
      amounts_of(parse_emotion_mix("happy:0.5,neutral:0.5", default_conditions()), 1.0);
  const auto curve = timeline.curve(60, base);
  EXPECT_FLOAT_EQ(amount(curve, 0, "happy"), 0.5f);
  EXPECT_EQ(curve.strength[59], 0.0f);
}

TEST(Timeline, SaysWhatLiesBeyondTheVoice) {
  const auto timeline = timeline_of_json(
      R"({"events": [{"start": 1, "emotion": "sad"}, {"start": 9, "emotion": "sad"},
                     {"start": 1, "end": 7, "emotion": "sad"}]})",
      "c.json", default_conditions());
  const auto lines = timeline.beyond(4);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], AllOf(HasSubstr("events[1]"), HasSubstr("9.00 s"), HasSubstr("4.00 s")));
  EXPECT_THAT(lines[1], AllOf(HasSubstr("events[2]"), HasSubstr("7.00 s")));
  EXPECT_TRUE(timeline.beyond(10).empty());
}

TEST(Timeline, AShortEventReachesItsStrengthOrItIsSaid) {
  const auto timeline = timeline_of_json(
      R"({"events": [{"start": 1, "end": 1.2, "emotion": "sad", "strength": 1},
                     {"start": 2, "end": 2.64, "emotion": "happy", "strength": 1},
                     {"start": 4, "end": 5, "emotion": "fear", "strength": 1},
                     {"start": 6, "end": 7, "emotion": "angry", "strength": 1, "attack": 0.5,
                      "release": 0.5},
                     {"start": 8, "emotion": 7, "strength": 1, "attack": 0}]})",
      "c.json", default_conditions());
  const auto curve = timeline.curve(250, kNothing);
  const auto most = [&](const char* emotion) {
    float found = 0;
    for (int64_t t = 0; t < curve.frames; ++t) found = std::max(found, amount(curve, t, emotion));
    return found;
  };
  EXPECT_GT(most("happy"), 0.99f);  // all of it is as long as a change takes
  EXPECT_GT(most("fear"), 0.99f);
  EXPECT_GT(most("contempt"), 0.99f);
  EXPECT_LT(most("sad"), 0.7f);
  EXPECT_LT(most("angry"), 0.9f);
  const auto lines = timeline.weakened(250, kNothing);
  ASSERT_EQ(lines.size(), 2u);
  const auto percent = [&](const char* emotion) {
    return fmt::format("reaches {:.0f} %", 100 * most(emotion));
  };
  EXPECT_THAT(lines[0], AllOf(HasSubstr("events[0] lasts 0.20 s"), HasSubstr(percent("sad"))));
  EXPECT_THAT(lines[1], AllOf(HasSubstr("events[3] lasts 1.00 s"), HasSubstr(percent("angry"))));
  EXPECT_TRUE(timeline.weakened(20, kNothing).empty());  // beyond the voice's end
  EXPECT_THAT(lines[0], Not(HasSubstr("attack")));
  EXPECT_THAT(lines[1], HasSubstr("attack"));
}

TEST(Timeline, AShortEventThatItsNeighboursHelpIsWhole) {
  const auto touching = timeline_of_json(
      R"({"events": [{"start": 2, "end": 2.3, "emotion": "happy", "strength": 1},
                     {"start": 2.32, "end": 3.2, "emotion": "happy", "strength": 1, "attack": 0},
                     {"start": 5, "end": 5.2, "emotion": "neutral"}]})",
      "c.json", default_conditions());
  EXPECT_TRUE(touching.weakened(200, kNothing).empty());
  Amounts happy(8, 0.0);
  happy[1] = 1;
  const auto lines =
      touching.weakened(200, happy);  // of which only the neutral moment is too short
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], HasSubstr("events[2] lasts 0.20 s"));
}

TEST(Timeline, JsonRefusalsNameFileFieldAndWhatIsExpected) {
  const std::pair<const char*, std::vector<const char*>> cases[] = {
      {"", {"c.json", "empty"}},
      {"{", {"c.json", "JSON"}},
      {"[]", {"c.json", "expected an object"}},
      {"{}", {"c.json", "says nothing"}},
      {R"({"event": []})", {"unknown key 'event'", "did you mean 'events'"}},
      {R"({"events": {}})", {"events", "expected a list"}},
      {R"({"events": [{"emotion": "sad", "atack": 1}]})",
       {"events[0]", "'atack'", "did you mean 'attack'"}},
      {R"({"events": [{"start": 1}]})", {"events[0]", "emotion"}},
      {R"({"events": [{"emotion": "hapy"}]})", {"events[0].emotion", "did you mean 'happy'"}},
      {R"({"events": [{"emotion": {"happy": -1}}]})", {"events[0].emotion.happy", "-1"}},
      {R"({"events": [{"emotion": {"happy": 0}}]})", {"events[0].emotion", "zero"}},
      {R"({"events": [{"emotion": {"happy": 1e300, "sad": 1}}]})",
       {"events[0].emotion.happy", "1000000", "1e+300"}},
      {R"({"events": [{"emotion": {"happy:1,sad": 2}}]})", {"events[0].emotion", "happy:1,sad"}},
      {R"({"events": [{"emotion": "sad", "release": 1}]})", {"events[0].release", "\"end\""}},
      {R"({"events": [{"emotion": "sad"}], "events": []})", {"c.json", "\"events\"", "twice"}},
      {R"({"events": [{"emotion": 8}]})", {"events[0].emotion", "'8'", "0-7"}},
      {R"({"events": [{"emotion": 1.5}]})", {"events[0].emotion", "got 1.5"}},
      {"{\n  \"events\": [\n    {,}]}", {"c.json", "line 3, column 6", "JSON"}},
      {R"({"events": [{"emotion": "sad", "start": -1}]})", {"events[0].start", "-1"}},
      {R"({"events": [{"emotion": "sad", "start": "1"}]})", {"events[0].start", "a number"}},
      {R"({"events": [{"emotion": "sad", "start": 2, "end": 1}]})",
       {"events[0].end", "after its start at 2", "got 1"}},
      {R"({"events": [{"emotion": "sad", "strength": 1.3}]})", {"events[0].strength", "1.25"}},
      {R"({"events": [{"emotion": "sad", "strength": "loud"}]})", {"strength", "low, medium"}},
      {R"({"events": [{"emotion": "sad", "strength": 1e999}]})", {"c.json"}},
      {R"({"events": [{"emotion": "sad", "strength": NaN}]})", {"c.json", "JSON"}},
      {R"({"events": [{"emotion": "sad", "start": 0, "end": 1, "attack": 0.8, "release": 0.4}]})",
       {"events[0]", "1.2", "lasts 1"}},
      {R"({"keyframes": [{"time": 1, "emotion": "sad"}, {"time": 1, "emotion": "fear"}]})",
       {"keyframes[1].time", "after 1", "sort"}},
      {R"({"keyframes": [{"emotion": "sad"}]})", {"keyframes[0]", "time"}},
      {R"({"keyframes": [], "base": {"emotion": "sad"}})", {"base", "keyframes"}},
      {R"({"base": {"emotion": "sad", "start": 1}})", {"base", "'start'"}},
  };
  for (const auto& [text, words] : cases) {
    const std::string message = json_refusal(text);
    for (const char* word : words) EXPECT_THAT(message, HasSubstr(word)) << text;
  }
}

TEST(Timeline, SpeaksTheWordsOfItsModel) {
  Conditions c;
  c.emotions = {"neutral", "happy", "proud"};
  c.levels = {"mild", "wild"};
  const auto last = [](const Timeline& t) { return t.keyframes.back().amounts; };
  EXPECT_EQ(last(timeline_of_csv("time,proud,happy\n0,0.5,0.25\n", "c.csv", c)),
            (Amounts{0, 0.25, 0.5}));
  EXPECT_EQ(last(timeline_of_csv("time,emotion,strength\n0,2,mild\n", "c.csv", c)),
            (Amounts{0, 0, 0.5}));
  EXPECT_EQ(
      last(timeline_of_json(R"({"base": {"emotion": "proud", "strength": "wild"}})", "c.json", c)),
      (Amounts{0, 0, 1}));
  // Without a strength the middle level, the lower of two.
  EXPECT_EQ(last(timeline_of_json(R"({"base": {"emotion": "proud"}})", "c.json", c)),
            (Amounts{0, 0, 0.5}));
  EXPECT_THAT(refusal([&] { timeline_of_csv("time,sad\n0,1\n", "c.csv", c); }),
              HasSubstr("expected time emotion strength neutral happy proud"));
  const char* high = R"({"base": {"emotion": "proud", "strength": "high"}})";
  EXPECT_THAT(refusal([&] { timeline_of_json(high, "c.json", c); }),
              HasSubstr("or mild, wild, got"));
}

TEST(Timeline, CsvRefusalsNameFileLineAndWhatIsExpected) {
  const std::pair<const char*, std::vector<const char*>> cases[] = {
      {"", {"c.csv", "no keyframe"}},
      {"time,emotion,strength\n", {"c.csv", "no keyframe"}},
      {"tyme,emotion\n0,sad\n", {"line 1", "'tyme'", "did you mean 'time'"}},
      {"emotion,strength\nsad,1\n", {"line 1", "time"}},
      {"time,strength\n0,1\n", {"line 1", "emotion"}},
      {"time,emotion,happy\n0,sad,1\n", {"line 1", "not both"}},
      {"time,emotion,emotion\n0,sad,sad\n", {"line 1", "twice"}},
      {"time,emotion,strength\n0,sad\n", {"line 2", "expected 3 cells, got 2"}},
      {"time,emotion\n\n0,\"sad\n", {"line 3", "quote"}},
      {"time,emotion\n-1,sad\n", {"line 2", "time", "-1"}},
      {"time,emotion\nnan,sad\n", {"line 2", "time", "nan"}},
      {"time,emotion\n2,sad\n1,sad\n", {"line 3", "after 2", "sort"}},
      {"time,emotion\n0,sadd\n", {"line 2", "did you mean 'sad'"}},
      {"time,emotion,strength\n0,sad,2\n", {"line 2", "strength", "1.25", "'2'"}},
      {"time,emotion,strength\n0,sad,nan\n", {"line 2", "strength", "'nan'"}},
      {"time,happy\n0,inf\n", {"line 2", "happy", "1.25", "'inf'"}},
      {"time,happy\n0,-0.1\n", {"line 2", "happy", "1.25", "'-0.1'"}},
      {"time,happy,sad\n0,1,1\n", {"line 2", "sum to 2", "1.25"}},
      {"time,happy,strength\n0,1e300,1\n", {"line 2", "happy", "1000000", "'1e300'"}},
      {"time,happy,strength\n0,0,1\n", {"line 2", "sum to zero"}},
  };
  for (const auto& [text, words] : cases) {
    const std::string message = csv_refusal(text);
    for (const char* word : words) EXPECT_THAT(message, HasSubstr(word)) << text;
  }
}

}  // namespace
}  // namespace flowtalk::condition
