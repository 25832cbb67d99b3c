#include "flowtalk/pipeline/fit_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/base/flame_layout.h"
#include "flowtalk/synth/lip_curves.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::pipeline {
namespace {

using data::phone;

// What somebody who moves by `rules` does in six clips of a few words.
std::vector<RuleClip> clips_of(const synth::LipRules& rules) {
  const std::vector<std::vector<int>> words = {
      {phone("B"), phone("AA"), phone("T")}, {phone("M"), phone("IY"), phone("P"), phone("AA")},
      {phone("W"), phone("AH"), phone("N")}, {phone("F"), phone("AY"), phone("V")},
      {phone("P"), phone("L"), phone("EY")}, {phone("S"), phone("AA"), phone("M"), phone("UW")}};
  std::vector<RuleClip> clips;
  for (const auto& ids : words) {
    RuleClip clip;
    clip.phones = {{0, 0.4, data::kSilence}};
    for (const int id : ids) {
      clip.phones.push_back({clip.phones.back().end_s, clip.phones.back().end_s + 0.11, id});
    }
    clip.phones.push_back(
        {clip.phones.back().end_s, clip.phones.back().end_s + 0.4, data::kSilence});
    clip.loudness.assign(static_cast<size_t>(clip.phones.back().end_s * flame::kFps), 0.5f);
    const auto made = synth::lip_curves(clip.phones, clip.loudness, rules);
    clip.gap_mm = made.gap_mm, clip.jaw = made.jaw;
    clips.push_back(clip);
  }
  return clips;
}

double apart_mm(const std::vector<RuleClip>& clips, const synth::LipRules& rules) {
  double sum = 0, frames = 0;
  for (const RuleClip& clip : clips) {
    const auto made = synth::lip_curves(clip.phones, clip.loudness, rules);
    for (size_t t = 0; t < made.gap_mm.size(); ++t, ++frames) {
      sum += std::pow(made.gap_mm[t] - clip.gap_mm[t], 2);
    }
  }
  return std::sqrt(sum / frames);
}

TEST(FitRules, FindsHowSomebodyElseMoves) {
  synth::LipRules other = synth::lip_rules();
  other.visemes[static_cast<size_t>(phone("AA"))].first.jaw = 0.12;
  other.visemes[static_cast<size_t>(phone("S"))].first.closure = 0.5;
  other.times.early_s += 0.02;
  const auto clips = clips_of(other);
  const double before = apart_mm(clips, synth::lip_rules());
  const auto fit = [&](int threads) {
    return search_rules(synth::lip_rules(), clips,
                        {.rounds = 3, .film_delay_s = 0, .hold = 0.5, .threads = threads}, {});
  };
  const synth::LipRules found = fit(1);
  EXPECT_GT(before, 0.3);
  EXPECT_LT(apart_mm(clips, found), 0.5 * before);
  EXPECT_EQ(synth::table_of(found), synth::table_of(fit(2)));
}

TEST(FitRules, WhatTheFilmIsLateTheRulesAreEarlier) {
  const auto clips = clips_of(synth::lip_rules());
  const RuleSearch late{.rounds = 2, .film_delay_s = 0.02, .hold = 0.5, .threads = 1};
  const synth::LipRules found = search_rules(synth::lip_rules(), clips, late, {});
  EXPECT_NEAR(found.times.early_s, synth::lip_rules().times.early_s + 0.02, 0.008);
}

TEST(FitRules, AThirdIsKeptOutByItsName) {
  int kept = 0;
  for (int i = 0; i < 3000; ++i) kept += is_kept_out(std::to_string(i)) ? 1 : 0;
  EXPECT_NEAR(kept, 1000, 100);
}

TEST(FitRules, SaysWhatIsMissing) {
  const tests::ScratchFolder folder;
  EXPECT_THAT(tests::refusal([&] { load_rule_clips({folder / "none"}, 1, {}); }),
              testing::HasSubstr("no such folder"));
  EXPECT_THAT(tests::refusal([&] { load_rule_clips({folder.path()}, 1, {}); }),
              testing::HasSubstr(".align"));
}

}  // namespace
}  // namespace flowtalk::pipeline
