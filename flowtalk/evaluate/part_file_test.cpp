#include "flowtalk/evaluate/part_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "flowtalk/base/files.h"
#include "tests/refusal.h"
#include "tests/scratch_folder.h"

namespace flowtalk::evaluate {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using tests::refusal;

// Of values that no short decimal holds; every third sequence lacks what may be lacking.
SequenceMetrics sequence(int i) {
  SequenceMetrics s;
  s.name = fmt::format("M003_{:03}_1_2", i + 1);
  s.frames = 20 + i;
  s.samples = 2;
  s.best_sample = i % 2;
  s.lve.assign(static_cast<size_t>(s.frames), 1.0f / static_cast<float>(3 + i));
  for (size_t m = 0; m < s.values.size(); ++m)
    s.values[m] = (1.0 + i) / (7.0 + static_cast<double>(m));
  s.observed.jitter = Jitter{1.0 / (3 + i), 1e-7 / (1 + i)};
  if (i % 3 == 2) {
    s.values[2] = std::nullopt;
    return s;
  }
  const Judgement seen{{0.1f, 0.7f / static_cast<float>(i + 1), 0.2f}, 0.37f};
  s.observed.emotion = EmotionSeen{1, 0.67f, seen, {seen, {{0.5f, 0.3f, 0.2f}, 1.1f}}};
  s.observed.levels = {0.1f, 0.4f, 0.8f};
  s.observed.closures = Closures{5, 4, 10, 9 - i % 2};
  s.observed.blinks = Blinks{2, 100, 3, 200};
  s.observed.spread = {1e-4 / 3, 2e-4 / 3, 3e-4 / 3, 5e-4 / 3};
  s.observed.density =
      Density{0.1 + i / 9.0,
              0.4,
              {0.1, 1.0 / 3},
              {0.2, 2.0 / 3},
              std::make_shared<const std::vector<float>>(std::vector<float>{0.3f, 0.9f})};
  return s;
}

Report report_of(const std::vector<SequenceMetrics>& sequences) {
  Report report;
  report.title = "Evaluation of \"x\"";
  report.facts = {{"data set", "mead"}, {"seed", "1"}};
  report.notes = {"a note"};
  report.setup.vertices = 100;
  report.setup.regions = {.lips = {1, 2, 3}, .upper_face = {4}, .eyes = {5, 6}};
  report.emotions = {"neutral", "angry", "happy"};
  report.sequences = sequences;
  return report;
}

class MeasuredParts : public ::testing::Test {
 protected:
  MeasuredParts() {
    for (int i = 0; i < 7; ++i) all_.push_back(sequence(i));
  }
  void save(const fs::path& folder, const Part& part) const {
    save_part(folder, report_of(own_of(all_, part)), part);
  }
  static std::string figures(Report report) {
    report.behaviour = behaviour_values(report.sequences, report.bootstrap);
    return report_json(report).dump() + report_table(report) + report_card(report);
  }

  std::vector<SequenceMetrics> all_;
  tests::ScratchFolder root;
};

TEST_F(MeasuredParts, JoinedGiveTheFiguresOfTheWholeToTheLastDigit) {
  const std::string whole = figures(report_of(all_));
  for (const size_t count : {size_t{1}, size_t{2}, size_t{3}, size_t{9}}) {
    const fs::path folder = root / fmt::format("{}", count);
    for (size_t k = count; k-- > 0;) save(folder, {k, count});
    EXPECT_EQ(figures(join_parts(folder)), whole) << count;
  }
}

TEST_F(MeasuredParts, WhatDoesNotBelongTogetherIsRefused) {
  EXPECT_THAT(refusal([&] { join_parts(root / "x"); }), HasSubstr("holds no measured parts"));
  save(root / "x", {0, 3});
  save(root / "x", {2, 3});
  EXPECT_THAT(refusal([&] { join_parts(root / "x"); }), HasSubstr("part 2 of 3 is missing"));
  Report other = report_of({all_[1]});
  other.facts[1].second = "2";
  save_part(root / "x", other, {1, 3});
  EXPECT_THAT(refusal([&] { join_parts(root / "x"); }), HasSubstr("was measured otherwise"));
  save(root / "x", {1, 3});
  EXPECT_EQ(join_parts(root / "x").sequences.size(), all_.size());
  save(root / "x", {1, 2});
  EXPECT_THAT(refusal([&] { join_parts(root / "x"); }), HasSubstr("parts of 3 and of 2"));
  fs::remove(root / "x" / "00002-of-00002.measured.json");
  save_file(root / "x" / "00002-of-00003.measured.json", R"({"common": {}, "sequences": 3})");
  EXPECT_THAT(refusal([&] { join_parts(root / "x"); }), HasSubstr("otherwise"));
  Report judged = report_of({all_[0]});
  judged.emotions = {"neutral"};
  save_part(root / "x", judged, {0, 3});
  EXPECT_THAT(refusal([&] { join_parts(root / "x"); }), HasSubstr("judges other emotions"));
  save_file(root / "x" / "00001-of-00003.measured.json", R"({"common": {}, "sequences": 3})");
  EXPECT_THAT(refusal([&] { join_parts(root / "x"); }), HasSubstr("is damaged"));
}

}  // namespace
}  // namespace flowtalk::evaluate
