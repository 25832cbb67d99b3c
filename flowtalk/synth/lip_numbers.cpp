// The table of the rules, and its numbers by name.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <span>

#include "flowtalk/base/error.h"
#include "flowtalk/synth/lip_rules.h"

namespace flowtalk::synth {
namespace {

struct Row {
  std::string_view phone;  // "AY>": the last part of a diphthong
  Viseme viseme;
};

// clang-format off
constexpr LipTimes kTimes{
    .early_s = 0.0203,
    .middle = 0.1,
    .settles_s = 0.376,
    .fading = 0.884,
    .brisk = 1.84,
    .lips_faster = 1.33,
    .shut_ahead_s = -0.0103,
    .shutting_s = 0.0834,
    .parting_s = 0.0572,
    .room = 0.501,
    .release = 0.361,
    .rests_s = 0.09,
    .wakes_s = 0.11,
    .resting_s = 0.12,
    .effort = 0.864,
    .loudness = 0.243,
};

//   phone, {jaw, jaw's pull, lips' pull, ahead, behind, closure,
//           {pucker, funnel, stretch, lower down, upper up, roll lower, roll upper, press, shrug upper, tongue}}
constexpr Row kRows[] = {
    {"SIL", {0.001, 0.542, 0.467, 23.2, 78.8, 1, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}},
    {"AA", {0.204, 1.56, 0.866, 26.9, 19.8, 0.177, {0, 0, 0, 0.236, 0.13, 0, 0, 0, 0, 0}}},
    {"AE", {0.184, 1.53, 0.849, 26.9, 19.8, 0.243, {0, 0, 0.16, 0.226, 0.13, 0, 0, 0, 0, 0}}},
    {"AH", {0.114, 1.04, 0.846, 26.9, 19.8, 0.152, {0, 0, 0, 0.194, 0.133, 0, 0, 0, 0, 0}}},
    {"AO", {0.161, 1.74, 1.55, 23.3, 19.9, 0.542, {0.25, 0.28, 0, 0.0197, 0, 0, 0, 0, 0, 0}}},
    {"AW", {0.193, 1.53, 0.856, 26.9, 19.8, 0.175, {0, 0, 0, 0.233, 0.132, 0, 0, 0, 0, 0}}},
    {"AW>", {0.0552, 1.21, 1.55, 23.3, 19.9, 0.432, {0.4, 0.2, 0, 0, 0, 0, 0, 0, 0, 0}}},
    {"AY", {0.199, 1.6, 0.879, 26.9, 19.8, 0.179, {0, 0, 0, 0.234, 0.13, 0, 0, 0, 0, 0}}},
    {"AY>", {0.107, 1.21, 0.7, 15.4, 25.5, 0, {0, 0, 0.12, 0.323, 0.277, 0, 0, 0, 0, 0}}},
    {"B", {0.0245, 1.82, 1.58, 22.6, 29.9, 0.758, {0, 0, 0, 0, 0, 0.12, 0.12, 0.28, 0, 0}}},
    {"CH", {0.0205, 1.49, 1.31, 22.2, 26.4, 0, {0.35, 0.45, 0, 0.13, 0.029, 0, 0, 0, 0, 0}}},
    {"D", {0.0402, 0.643, 0.218, 15.6, 24.7, 0.0494, {0, 0, 0, 0.0845, 0, 0, 0, 0, 0, 0}}},
    {"DH", {0.0388, 0.753, 0.22, 15.6, 24.7, 0.129, {0, 0, 0, 0.0584, 0, 0, 0, 0, 0, 0.25}}},
    {"EH", {0.149, 1.6, 0.861, 26.9, 19.8, 0.0734, {0, 0, 0.14, 0.228, 0.15, 0, 0, 0, 0, 0}}},
    {"ER", {0.071, 1.19, 1.56, 23.3, 19.9, 0.456, {0.3, 0.22, 0, 0, 0, 0, 0, 0, 0, 0}}},
    {"EY", {0.133, 1.8, 0.867, 26.9, 19.8, 0.0035, {0, 0, 0.2, 0.235, 0.166, 0, 0, 0, 0, 0}}},
    {"EY>", {0.107, 1.21, 0.7, 15.4, 25.5, 0, {0, 0, 0.12, 0.323, 0.277, 0, 0, 0, 0, 0}}},
    {"F", {0.043, 1.63, 1.76, 34.1, 19.9, 0.793, {0, 0, 0, 0, 0.192, 0.45, 0, 0, 0, 0}}},
    {"G", {0.0797, 0.617, 0.227, 21.7, 26.1, 0, {0, 0, 0, 0.164, 0.0421, 0, 0, 0, 0, 0}}},
    {"HH", {0.0948, 0.257, 0.0922, 21.7, 26.1, 0, {0, 0, 0, 0.163, 0.0421, 0, 0, 0, 0, 0}}},
    {"IH", {0.107, 1.21, 0.657, 15.4, 25.5, 0.05, {0, 0, 0.12, 0.323, 0.277, 0, 0, 0, 0, 0}}},
    {"IY", {0.087, 1.25, 0.721, 15.4, 25.5, 0, {0, 0, 0.34, 0.316, 0.281, 0, 0, 0, 0, 0}}},
    {"JH", {0.0204, 1.49, 1.31, 22.2, 26.4, 0, {0.35, 0.45, 0, 0.127, 0.0258, 0, 0, 0, 0, 0}}},
    {"K", {0.0805, 0.624, 0.229, 21.7, 26.1, 0, {0, 0, 0, 0.172, 0.0502, 0, 0, 0, 0, 0}}},
    {"L", {0.0661, 0.58, 0.224, 15.6, 24.7, 0.0239, {0, 0, 0, 0.0933, 0, 0, 0, 0, 0, 0.08}}},
    {"M", {0.0249, 1.75, 1.51, 22.6, 29.9, 0.613, {0, 0, 0, 0, 0, 0.2, 0.2, 0.22, 0, 0}}},
    {"N", {0.0374, 0.525, 0.192, 15.6, 24.7, 0.122, {0, 0, 0, 0.0343, 0, 0, 0, 0, 0, 0}}},
    {"NG", {0.0798, 0.618, 0.23, 21.7, 26.1, 0, {0, 0, 0, 0.163, 0.0421, 0, 0, 0, 0, 0}}},
    {"OW", {0.136, 1.78, 1.56, 23.3, 19.9, 0.466, {0.4, 0.3, 0, 0.0164, 0, 0, 0, 0, 0, 0}}},
    {"OW>", {0.0808, 1.19, 1.56, 23.3, 19.9, 0.47, {0.7, 0.3, 0, 0, 0, 0, 0, 0, 0, 0}}},
    {"OY", {0.15, 1.78, 1.56, 23.3, 19.9, 0.456, {0.4, 0.3, 0, 0.0263, 0, 0, 0, 0, 0, 0}}},
    {"OY>", {0.107, 1.21, 0.7, 15.4, 25.5, 0, {0, 0, 0.12, 0.323, 0.277, 0, 0, 0, 0, 0}}},
    {"P", {0.0253, 1.76, 1.51, 22.6, 29.9, 0.63, {0, 0, 0, 0, 0, 0.12, 0.12, 0.35, 0, 0}}},
    {"R", {0.057, 0.879, 1.32, 20.6, 25.7, 0.947, {0.35, 0.25, 0, 0, 0, 0, 0, 0, 0, 0}}},
    {"S", {0.0355, 1.08, 0.869, 16.6, 27, 0, {0, 0, 0.22, 0.41, 0.179, 0, 0, 0, 0, 0}}},
    {"SH", {0.0203, 1.5, 1.31, 22.2, 26.4, 0, {0.35, 0.45, 0, 0.125, 0.0245, 0, 0, 0, 0, 0}}},
    {"T", {0.0368, 0.617, 0.212, 15.6, 24.7, 0, {0, 0, 0, 0.115, 0, 0, 0, 0, 0, 0}}},
    {"TH", {0.0399, 0.794, 0.218, 15.6, 24.7, 0.0766, {0, 0, 0, 0.0753, 0, 0, 0, 0, 0, 0.3}}},
    {"UH", {0.0552, 1.21, 1.55, 23.3, 19.9, 0.432, {0.4, 0.2, 0, 0, 0, 0, 0, 0, 0, 0}}},
    {"UW", {0.0359, 1.22, 1.58, 23.3, 19.9, 0.484, {0.85, 0.3, 0, 0, 0, 0, 0, 0, 0, 0}}},
    {"V", {0.0431, 1.59, 1.76, 34.1, 19.9, 0.764, {0, 0, 0, 0, 0.188, 0.45, 0, 0, 0, 0}}},
    {"W", {0.0278, 1.31, 2.38, 20.8, 24.1, 0.951, {0.9, 0.25, 0, 0, 0, 0, 0, 0, 0, 0}}},
    {"Y", {0.05, 0.823, 0.646, 21.7, 26.1, 0, {0, 0, 0.25, 0.166, 0.045, 0, 0, 0, 0, 0}}},
    {"Z", {0.0338, 1.12, 0.853, 16.6, 27, 0, {0, 0, 0.22, 0.384, 0.168, 0, 0, 0, 0, 0}}},
    {"ZH", {0.0203, 1.5, 1.31, 22.2, 26.4, 0, {0.35, 0.45, 0, 0.125, 0.0245, 0, 0, 0, 0, 0}}},
};
// clang-format on

bool is_last_part(const Row& row) { return row.phone.ends_with('>'); }

// Where the rules hold what the row says.
template <class Rules>
auto& viseme_of(const Row& row, Rules& rules) {
  const int id = data::find_phone(row.phone.substr(0, row.phone.find('>')));
  FT_CHECK(id >= 0, "{}: no such phone", row.phone);
  auto& pair = rules.visemes[static_cast<size_t>(id)];
  return is_last_part(row) ? pair.last : pair.first;
}

LipRules make_rules() {
  LipRules rules;
  rules.times = kTimes;
  for (const Row& row : kRows) {
    viseme_of(row, rules) = row.viseme;
    if (!is_last_part(row)) continue;
    rules.visemes[static_cast<size_t>(data::find_phone(row.phone.substr(0, 2)))].glides = true;
  }
  return rules;
}

// Names and bounds of what belongs to every phone, and to each.
template <class Times, class V>
void each_time(Times& t, V&& number) {
  number("early_s", t.early_s, -0.05, 0.08);
  number("middle", t.middle, 0.1, 1.0);
  number("settles_s", t.settles_s, 0.05, 0.4);
  number("fading", t.fading, 0.7, 2.5);
  number("brisk", t.brisk, 1.0, 2.5);
  number("lips_faster", t.lips_faster, 0.6, 2.5);
  number("shut_ahead_s", t.shut_ahead_s, -0.03, 0.08);
  number("shutting_s", t.shutting_s, 0.025, 0.16);
  number("parting_s", t.parting_s, 0.025, 0.16);
  number("room", t.room, 0.2, 1.5);
  number("release", t.release, 0.0, 0.6);
  number("rests_s", t.rests_s, -0.15, 0.35);
  number("wakes_s", t.wakes_s, -0.15, 0.12);  // one talker's sentences all begin with a breath
  number("resting_s", t.resting_s, 0.05, 0.35);
  number("effort", t.effort, 0.6, 1.2);
  number("loudness", t.loudness, 0.0, 0.5);
}

}  // namespace

const LipRules& lip_rules() {
  static const LipRules rules = make_rules();
  return rules;
}

std::vector<RuleNumber> numbers_of(LipRules& rules) {
  std::vector<RuleNumber> numbers;
  each_time(rules.times, [&](std::string name, double& value, double lowest, double highest) {
    numbers.push_back({std::move(name), &value, lowest, highest});
  });
  for (const Row& row : kRows) {
    Viseme& v = viseme_of(row, rules);
    const auto add = [&](const char* what, double& value, double lowest, double highest) {
      numbers.push_back({fmt::format("{}.{}", row.phone, what), &value, lowest, highest});
    };
    add("jaw", v.jaw, 0.0, 0.3);
    add("jaw_pull", v.jaw_pull, 0.1, 5.0);
    add("lip_pull", v.lip_pull, 0.05, 5.0);
    add("ahead", v.ahead, 6.0, 80.0);
    add("behind", v.behind, 6.0, 80.0);
    add("closure", v.closure, 0.0, 1.0);
    add("lower_down", v.lips[kLowerDown], 0.0, 0.8);
    add("upper_up", v.lips[kUpperUp], 0.0, 0.8);
  }
  return numbers;
}

std::string table_of(const LipRules& rules) {
  std::string text;
  each_time(rules.times, [&](std::string_view name, double value, double, double) {
    text += fmt::format("    .{} = {:.3g},\n", name, value);
  });
  text += "\n";
  for (const Row& row : kRows) {
    const Viseme& v = viseme_of(row, rules);
    text += fmt::format(
        "    {{\"{}\", {{{:.3g}, {:.3g}, {:.3g}, {:.3g}, {:.3g}, {:.3g}, {{{:.3g}}}}}}},\n",
        row.phone, v.jaw, v.jaw_pull, v.lip_pull, v.ahead, v.behind, v.closure,
        fmt::join(v.lips, ", "));
  }
  return text;
}

}  // namespace flowtalk::synth
