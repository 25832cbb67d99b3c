#include "flowtalk/analyse/recognition.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/rng.h"
#include "tests/scratch_folder.h"

namespace flowtalk::analyse {
namespace {

const Labels kLabels(default_conditions());

LogProbs random_log_probs(Rng& rng, double sd) {
  LogProbs values(kLabels.size(), 0.0);
  for (double& v : values) v = -1000 + sd * rng.normal();
  return values;
}

TEST(Recognition, EveryConditionHasOneIndex) {
  const Conditions& c = default_conditions();
  EXPECT_EQ(kLabels.size(), 22u);
  for (size_t i = 0; i < kLabels.size(); ++i) EXPECT_EQ(kLabels.index_of(kLabels.at(i)), i);
  EXPECT_EQ(kLabels.at(21), (Label{7, 2}));
  EXPECT_EQ(condition_of({6, 1}, 3, c).emotion[6], 1.0f);
  EXPECT_FLOAT_EQ(condition_of({6, 1}, 3, c).strength, 2.0f / 3);
  EXPECT_EQ(condition_of({0, 0}, 3, c).strength, 0.0f);
}

TEST(Recognition, ProbabilitiesSumToOneAndAreBayes) {
  Rng rng(3);
  for (const double sd : {0.0, 1.0, 1000.0}) {
    const LogProbs log_probs = random_log_probs(rng, sd);
    for (const double exponent : {0.01, 1.0}) {
      const auto p = probabilities(kLabels, log_probs, exponent);
      const auto emotions = emotion_probabilities(kLabels, p);
      EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), 1, 1e-12);
      EXPECT_NEAR(std::accumulate(emotions.begin(), emotions.end(), 0.0), 1, 1e-12);
      if (sd > 100) continue;
      for (const size_t i : {size_t{4}, size_t{21}}) {  // odds against neutral: prior 1/3
        EXPECT_NEAR(p[i] / p[0], std::exp(exponent * (log_probs[i] - log_probs[0])) / 3,
                    1e-9 * p[i] / p[0]);
      }
    }
  }
  for (const double p :
       emotion_probabilities(kLabels, probabilities(kLabels, LogProbs(22, 0.0), 1))) {
    EXPECT_NEAR(p, 1.0 / 8, 1e-12);  // no evidence: the prior, the same for every emotion
  }
}

// Any number of emotions and levels: the prior is even over emotions, and over the levels of each.
TEST(Recognition, LabelsFollowTheConditions) {
  Conditions c;
  c.emotions = {"neutral", "proud"};
  for (const std::vector<std::string>& levels :
       {std::vector<std::string>{"on"}, std::vector<std::string>{"mild", "wild"}}) {
    c.levels = levels;
    const Labels labels(c);
    EXPECT_EQ(labels.size(), 1 + levels.size());
    for (size_t i = 0; i < labels.size(); ++i) EXPECT_EQ(labels.index_of(labels.at(i)), i);
    const auto p = probabilities(labels, LogProbs(labels.size(), -3.0), 1);
    EXPECT_EQ(emotion_probabilities(labels, p), (std::vector<double>{0.5, 0.5}));
  }
}

TEST(Recognition, FitFindsHowMuchTheEvidenceIsOverstated) {
  // Labels drawn from the posterior of likelihoods that are then stated eight times too strong.
  Rng rng(11);
  std::vector<LabelledLikelihood> clips;
  for (int n = 0; n < 4000; ++n) {
    LabelledLikelihood clip;
    clip.log_probs = random_log_probs(rng, 2);
    const auto p = probabilities(kLabels, clip.log_probs, 1);
    double left = rng.uniform(0, 1);
    size_t drawn = 0;
    while (drawn + 1 < kLabels.size() && (left -= p[drawn]) > 0) ++drawn;
    clip.label = kLabels.at(drawn);
    for (double& v : clip.log_probs) v *= 8;
    clips.push_back(clip);
  }
  const Calibration fitted = fit_exponent(kLabels, clips);
  EXPECT_NEAR(fitted.exponent, 1.0 / 8, 0.01);
  EXPECT_EQ(fitted.clips, 4000);
  EXPECT_THROW(fit_exponent(kLabels, {}), Error);
}

TEST(Recognition, CalibrationIsKeptBesideTheWeights) {
  const tests::ScratchFolder folder;
  EXPECT_EQ(load_calibration(folder).exponent, kUsualExponent);
  EXPECT_EQ(load_calibration(folder).clips, 0);
  save_calibration(folder, {0.05, 190});
  EXPECT_DOUBLE_EQ(load_calibration(folder).exponent, 0.05);
  EXPECT_EQ(load_calibration(folder).clips, 190);
  for (const char* damaged : {"{}", "[]", "{\"exponent\": 2, \"clips\": 1}", "{\"exponent\": 0"}) {
    save_file(folder / "calibration.json", damaged);
    EXPECT_THROW(load_calibration(folder), Error) << damaged;
  }
}

}  // namespace
}  // namespace flowtalk::analyse
