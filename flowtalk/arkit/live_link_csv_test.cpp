#include "flowtalk/arkit/live_link_csv.h"

#include <gmock/gmock.h>

#include <cmath>
#include <sstream>

#include "flowtalk/arkit/golden_exports.h"

namespace flowtalk::arkit {
namespace {

using testing::ElementsAre;

std::vector<std::string> parts_of(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

Take still(int64_t frames, double rate_hz) {
  return {tensor::Tensor::zeros({frames, int64_t{kShapes}}), {}, rate_hz, {}};
}

TEST(LiveLinkCsv, IsWrittenAsTheAppWritesIt) {
  const std::string sample = golden_text("livelink_sample.csv");
  if (sample.empty()) GTEST_SKIP() << "skipped: no golden data";
  const auto lines = parts_of(sample, '\n');
  // Its values, by the columns that its first line names, in a take whose other lines are 0.
  const auto names = parts_of(lines[0], ',');
  Take take = still(120, 60);
  take.turns = tensor::Tensor::zeros({take.frames(), int64_t{kTurnNames.size()}});
  const auto frame_of = [](const std::string& line) {
    const auto parts = parts_of(line.substr(0, line.find(',')), ':');
    return 60 * std::stoll(parts[2]) + std::llround(std::stod(parts[3]));
  };
  for (size_t line = 1; line < lines.size(); ++line) {
    const auto cells = parts_of(lines[line], ',');
    const int64_t t = frame_of(lines[line]);
    for (size_t k = 2; k < names.size(); ++k) {
      const float value = std::stof(cells[k]);
      if (const auto i = find_shape(names[k])) {
        take.scores[t * int64_t{kShapes} + static_cast<int64_t>(*i)] = value;
      } else {
        const auto turn = std::ranges::find(kTurnNames, names[k]);
        ASSERT_NE(turn, kTurnNames.end()) << names[k];
        take.turns[t * take.turns.dim(1) + (turn - kTurnNames.begin())] = value;
      }
    }
  }
  const auto written = parts_of(live_link_csv(take), '\n');
  EXPECT_EQ(written[0], lines[0]);
  EXPECT_EQ(written[0] + "\n", golden_text("livelink_header.csv"));
  for (size_t line = 1; line < lines.size(); ++line) {
    const auto want = parts_of(lines[line], ',');
    const auto got = parts_of(written[static_cast<size_t>(frame_of(lines[line])) + 1], ',');
    ASSERT_EQ(got.size(), want.size());
    for (size_t k = 0; k < want.size(); ++k) {
      if (k < 2) {
        EXPECT_EQ(got[k], want[k]);
        continue;
      }
      EXPECT_EQ(got[k].size(), want[k].size()) << names[k];  // ten decimals, the same sign
      EXPECT_NEAR(std::stod(got[k]), std::stod(want[k]), 5e-8) << names[k];
    }
  }
  EXPECT_TRUE(live_link_csv(take).ends_with("\n"));
}

TEST(LiveLinkCsv, TimeCodesCountSixtieths) {
  const auto times = [](int64_t frames, double rate_hz) {
    std::vector<std::string> times;
    for (const auto& line : parts_of(live_link_csv(still(frames, rate_hz)), '\n')) {
      times.push_back(line.substr(0, line.find(',')));
    }
    times.erase(times.begin());
    return times;
  };
  EXPECT_THAT(times(3, 60), ElementsAre("00:00:00:00.000", "00:00:00:01.000", "00:00:00:02.000"));
  EXPECT_THAT(times(3, 25), ElementsAre("00:00:00:00.000", "00:00:00:02.400", "00:00:00:04.800"));
  EXPECT_THAT(times(3, 30), ElementsAre("00:00:00:00.000", "00:00:00:02.000", "00:00:00:04.000"));
  EXPECT_EQ(times(62, 60).back(), "00:00:01:01.000");
  EXPECT_EQ(times(25 * 60 + 26, 25).back(), "00:01:01:00.000");
  EXPECT_EQ(times(3, 240).back(), "00:00:00:00.500");
}

TEST(LiveLinkCsv, ColumnsOfJawAndMouthHaveTheRightSideFirst) {
  Take take = still(1, 60);
  take.scores[int64_t{shape("jawLeft")}] = 0.25f;
  take.scores[int64_t{shape("mouthRight")}] = -0.0f;
  const auto lines = parts_of(live_link_csv(take), '\n');
  const auto names = parts_of(lines[0], ','), cells = parts_of(lines[1], ',');
  const auto column = [&](const char* name) {
    return static_cast<size_t>(std::ranges::find(names, name) - names.begin());
  };
  EXPECT_EQ(column("JawRight") + 1, column("JawLeft"));
  EXPECT_EQ(column("MouthRight") + 1, column("MouthLeft"));
  EXPECT_EQ(cells[column("JawLeft")], "0.2500000000");
  EXPECT_EQ(cells[column("MouthRight")], "0.0000000000");
}

}  // namespace
}  // namespace flowtalk::arkit
