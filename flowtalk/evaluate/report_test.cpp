// Table, metrics.json and card of an evaluation.
#include "flowtalk/evaluate/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flowtalk/base/rng.h"
#include "flowtalk/evaluate/plots.h"

namespace flowtalk::evaluate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Report make_report(int sequences, bool diversity = true) {
  Rng rng(3);
  Report report;
  report.title = "A <model> & its card";
  report.command = "flowtalk evaluate --ground-truth 'a b'";
  report.facts = {{"protocol", "clean"}};
  report.notes = {"EVE left out"};
  report.setup.vertices = 5023;
  for (int i = 0; i < sequences; ++i) {
    SequenceMetrics sequence;
    sequence.name = fmt::format("M003_0{}_{}_0", 28 + i % 3, i % 8);
    sequence.frames = 20 + i;
    sequence.samples = 10;
    for (auto& value : sequence.values) value = rng.uniform(1e-5, 1e-4);
    sequence.values[static_cast<size_t>(Metric::kEve)].reset();
    if (!diversity) sequence.values[static_cast<size_t>(Metric::kDiversity)].reset();
    for (int t = 0; t < sequence.frames; ++t) sequence.lve.push_back(static_cast<float>(t) * 1e-6f);
    report.sequences.push_back(sequence);
  }
  return report;
}

TEST(ReportTest, JsonHoldsEveryFigureUnderItsNameAndNullWhereAbsent) {
  const Report report = make_report(20, false);
  const Json json = report_json(report);
  EXPECT_EQ(json["format"], 1);
  EXPECT_EQ(json["facts"]["protocol"], "clean");
  EXPECT_EQ(json["counts"]["sequences"], 20);
  EXPECT_EQ(json["counts"]["samples"], 10);
  EXPECT_EQ(json["metrics"]["MVE"].get<double>(), *pool(report.sequences)[0]);
  for (const char* absent : {"EVE", "Diversity"}) {
    EXPECT_TRUE(json["metrics"].at(absent).is_null());
    EXPECT_TRUE(json["confidence"]["intervals"].at(absent).is_null());
    EXPECT_TRUE(json["sequences"][0].at(absent).is_null());
  }
  const Json& interval = json["confidence"]["intervals"]["LVE"];
  EXPECT_LT(interval[0], json["metrics"]["LVE"]);
  EXPECT_GT(interval[1], json["metrics"]["LVE"]);
  EXPECT_EQ(json["by_emotion"].size(), 8u);
  EXPECT_EQ(json["sequences"].size(), 20u);
  EXPECT_EQ(json["units"]["FDD_absolute"], "m^2");
}

TEST(ReportTest, NamesOfOtherDataSetsHaveNoEmotions) {
  Report report = make_report(9);
  EXPECT_EQ(by_emotion(report.sequences, report.conditions).size(), 8u);
  EXPECT_THAT(report_card(report), HasSubstr("By emotion"));
  report.sequences[4].name = "sequence 4";
  EXPECT_TRUE(by_emotion(report.sequences, report.conditions).empty());
  EXPECT_TRUE(report_json(report)["by_emotion"].empty());
  EXPECT_THAT(report_card(report), Not(HasSubstr("By emotion")));
}

TEST(ReportTest, TheTableHasALinePerMetricAndADashForAbsentOnes) {
  const std::string table = report_table(make_report(1));
  for (const MetricInfo& metric : kMetrics) EXPECT_THAT(table, HasSubstr(std::string(metric.key)));
  EXPECT_THAT(table, HasSubstr("1 sequences, 20 frames, 10 samples each\nprotocol: clean\n"));
  EXPECT_THAT(table, HasSubstr("mm^2"));
}

TEST(ReportTest, TheCardNeedsNothingButItselfAndEscapesWhatItQuotes) {
  for (const int sequences : {1, 2, 3, 50}) {
    const std::string card = report_card(make_report(sequences));
    EXPECT_THAT(card, HasSubstr("A &lt;model&gt; &amp; its card"));
    EXPECT_THAT(card, HasSubstr("&#39;a b&#39;"));
    EXPECT_THAT(card, HasSubstr("<svg"));
    for (const char* outside : {"<script", "<link", "src=", "url(", "nan", "inf"}) {
      EXPECT_THAT(card, Not(HasSubstr(outside))) << sequences;
    }
  }
}

// What behaviour figures are made of, in every other sequence.
void observe(Report& report) {
  for (size_t i = 0; i < report.sequences.size(); i += 2) {
    Observations& seen = report.sequences[i].observed;
    Judgement happy, sad;
    happy.probabilities = sad.probabilities = std::vector<float>(8, 0.0f);
    happy.probabilities[1] = sad.probabilities[2] = 1;
    seen.emotion = EmotionSeen{1, 1, happy, {happy, i == 0 ? sad : happy}};
    seen.spread = {1e-5, 2e-5, 3e-5, 5e-5};
    seen.density = Density{
        0.5, 1.5, {0.4}, {1}, std::make_shared<const std::vector<float>>(std::vector<float>{0.5f})};
  }
  report.behaviour = behaviour_values(report.sequences, report.bootstrap);
}

TEST(ReportTest, TheCardHasTheBehaviourOfTableAndJson) {
  Report report = make_report(20);
  EXPECT_THAT(report_card(report), Not(HasSubstr("<h2>Behaviour")));
  EXPECT_TRUE(report_json(report)["emotion_confusion"].is_null());
  observe(report);
  const std::string card = report_card(report), table = report_table(report);
  const Json json = report_json(report);
  EXPECT_THAT(card, HasSubstr("<h2>Behaviour"));
  ASSERT_EQ(report.behaviour.size(), 11u);
  for (const BehaviourValue& value : report.behaviour) {
    const std::string key(value.info->key);
    EXPECT_THAT(card, HasSubstr("<small>" + key + "</small>"));
    EXPECT_THAT(table, HasSubstr(key));
    EXPECT_EQ(json["behaviour"][key]["value"], *value.value) << key;
  }
  EXPECT_THAT(card, HasSubstr("Spread of samples"));
  EXPECT_THAT(card, HasSubstr("0.03 mm<br>"));                                      // Spread_0.3
  EXPECT_THAT(card, HasSubstr("1.5<br><small>under another voice<br>1.5 to 1.5"));  // NLL
  EXPECT_THAT(card, Not(HasSubstr("nan")));
  const Json& confusion = json["emotion_confusion"];
  EXPECT_EQ(confusion["emotions"][1], "happy");
  EXPECT_EQ(confusion["truth"][1][1], 10);
  EXPECT_EQ(confusion["prediction"][1][1], 19);
  EXPECT_EQ(confusion["prediction"][1][2], 1);
}

TEST(ReportTest, PlotsOfASingleOrAZeroValueAreDrawn) {
  EXPECT_THAT(histogram_svg({"LVE", "mm", {0.0}, 0.0, std::nullopt}), Not(HasSubstr("nan")));
  EXPECT_THAT(histogram_svg({"LVE", "mm", {3.0, 3.0}, 3.0, Interval{3.0, 3.0}}),
              Not(HasSubstr("nan")));
  EXPECT_THAT(bars_svg({"LVE", "mm", {{"happy", 0.0, std::nullopt, 1}}}), Not(HasSubstr("nan")));
  EXPECT_THAT(points_svg({"Spread", "mm", "temperature", {{0.1, 0.0, std::nullopt}}}),
              Not(HasSubstr("nan")));
  EXPECT_THAT(matrix_svg({"Emotions", "asked", "judged", {"a", "b"}, {{0, 0}, {1, 2}}}),
              Not(HasSubstr("nan")));
  EXPECT_THAT(curves_svg({"LVE", "mm", 25, {{"one", {0.0f}}}}), Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace flowtalk::evaluate
