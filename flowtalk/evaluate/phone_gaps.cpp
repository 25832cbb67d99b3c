#include "flowtalk/evaluate/phone_gaps.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "flowtalk/base/flame_layout.h"
#include "flowtalk/data/curve_rate.h"
#include "flowtalk/evaluate/lips.h"
#include "flowtalk/evaluate/lively_curves.h"

namespace flowtalk::evaluate {
namespace {

constexpr std::array<std::string_view, 9> kBilabials{"p", "b", "m",  "ph", "P",
                                                     "B", "M", "pf", "H_p"};
constexpr std::array<std::string_view, 20> kOpen{"A",  "A:",  "a",   "a:",  "{",   "E",   "O",
                                                 "O:", "AA1", "AE1", "AO1", "AH1", "EH1", "e",
                                                 "ai", "aI",  "@u",  "au",  "ei",  "oi"};
constexpr double kStep_s = 0.005;
constexpr size_t kEvery = 8;  // steps
constexpr double kBefore_s = 0.06, kAfter_s = 0.04;
constexpr double kShut = 0.2;

}  // namespace

void PhoneGaps::add(const PhoneGaps& other) {
  least.insert(least.end(), other.least.begin(), other.least.end());
  shut.insert(shut.end(), other.shut.begin(), other.shut.end());
  open.insert(open.end(), other.open.begin(), other.open.end());
}

bool is_bilabial_label(std::string_view label) {
  return std::ranges::find(kBilabials, label) != kBilabials.end();
}

bool is_open_label(std::string_view label, bool v_is_open) {
  return std::ranges::find(kOpen, label) != kOpen.end() || (v_is_open && label == "V");
}

PhoneGaps phone_gaps(const std::vector<double>& curve, std::span<const data::TimedLabel> phones,
                     bool v_is_open) {
  std::vector<double> gaps;  // every 5 ms, up to the last frame
  const double end_s = (static_cast<double>(curve.size()) - 1) / flame::kFps;
  const auto time = [](size_t i) { return static_cast<double>(i) * kStep_s; };
  for (size_t i = 0; time(i) < end_s; ++i) {
    gaps.push_back(data::value_at(curve, time(i) * flame::kFps));
  }
  PhoneGaps result;
  if (gaps.empty()) return result;
  const double low = quantile(gaps, 0.05), range = std::max(quantile(gaps, 0.95) - low, 1e-9);
  const auto within = [&](double from_s, double to_s) {
    std::vector<double> values;
    const double before = std::floor(std::clamp(from_s, 0.0, end_s) / kStep_s);  // or a step early
    for (size_t i = static_cast<size_t>(before); i < gaps.size() && time(i) <= to_s; ++i) {
      if (time(i) >= from_s) values.push_back((gaps[i] - low) / range);
    }
    return values;
  };
  const auto sample = [&](const data::TimedLabel& phone, std::vector<float>& into) {
    const auto values = within(phone.start_s, phone.end_s);
    for (size_t i = 0; i < values.size(); i += kEvery)
      into.push_back(static_cast<float>(values[i]));
  };
  for (const data::TimedLabel& phone : phones) {
    if (is_bilabial_label(phone.label)) {
      const auto around = within(phone.start_s - kBefore_s, phone.end_s + kAfter_s);
      if (!around.empty()) result.least.push_back(*std::ranges::min_element(around));
      sample(phone, result.shut);
    } else if (is_open_label(phone.label, v_is_open)) {
      sample(phone, result.open);
    }
  }
  return result;
}

std::optional<double> closed_share(const PhoneGaps& gaps) {
  if (gaps.least.empty()) return std::nullopt;
  const auto shut = std::ranges::count_if(gaps.least, [](double gap) { return gap < kShut; });
  return static_cast<double>(shut) / static_cast<double>(gaps.least.size());
}

std::optional<double> closed_area(const PhoneGaps& gaps) { return roc_auc(gaps.shut, gaps.open); }

}  // namespace flowtalk::evaluate
