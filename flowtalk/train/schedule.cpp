#include "flowtalk/train/schedule.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"

namespace flowtalk::train {
namespace {

struct Row {
  Schedule schedule;
  const char* name;
  double (*left)(double done);
};
constexpr std::array kRows = {
    Row{Schedule::kConstant, "constant", [](double) { return 1.0; }},
    Row{Schedule::kLinear, "linear", [](double done) { return 1 - done; }},
    Row{Schedule::kCosine, "cosine",
        [](double done) { return 0.5 * (1 + std::cos(std::numbers::pi * done)); }}};

const Row& row_of(Schedule schedule) {
  return *std::find_if(kRows.begin(), kRows.end(),
                       [&](const Row& row) { return row.schedule == schedule; });
}

}  // namespace

std::string text_of(Schedule schedule) { return row_of(schedule).name; }

void from_text(const std::string& text, Schedule& schedule) {
  for (const Row& row : kRows) {
    if (text != row.name) continue;
    schedule = row.schedule;
    return;
  }
  const auto names = all_texts(schedule);
  fail("expected {}{}", fmt::join(names, ", "), did_you_mean(text, names));
}

std::vector<std::string> all_texts(Schedule) {
  std::vector<std::string> names;
  for (const Row& row : kRows) names.emplace_back(row.name);
  return names;
}

double left_at(Schedule schedule, double done) {
  return row_of(schedule).left(std::clamp(done, 0.0, 1.0));
}

}  // namespace flowtalk::train
