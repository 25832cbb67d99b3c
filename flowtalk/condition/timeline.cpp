#include "flowtalk/condition/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "flowtalk/base/apart.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"

namespace flowtalk::condition {
namespace {

double smooth_step(double x) {
  x = std::clamp(x, 0.0, 1.0);
  return x * x * (3 - 2 * x);
}

// 0 .. 1 over a ramp of `length_s`; a ramp of no length is a step.
double ramp(double passed_s, double length_s) {
  if (passed_s < 0) return 0;
  return length_s > 0 ? smooth_step(passed_s / length_s) : 1;
}

double envelope(const TimelineEvent& event, double time_s) {
  return std::min(ramp(time_s - event.start_s, event.attack_s),
                  ramp(event.end_s - time_s, event.release_s));
}

Amounts at(const std::vector<Keyframe>& keys, double time_s) {
  const auto after = std::upper_bound(keys.begin(), keys.end(), time_s,
                                      [](double t, const Keyframe& k) { return t < k.time_s; });
  if (after == keys.begin()) return keys.front().amounts;
  const Keyframe& from = *(after - 1);
  if (after == keys.end() || from.amounts == after->amounts) return from.amounts;
  const double share = (time_s - from.time_s) / (after->time_s - from.time_s);
  Amounts result(from.amounts.size());
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = (1 - share) * from.amounts[i] + share * after->amounts[i];
  }
  return result;
}

double time_of(size_t frame) { return static_cast<double>(frame) / flame::kFps; }

// Lays the events over `curve`, a row per frame.
void add_events(const std::vector<TimelineEvent>& events, std::vector<Amounts>& curve) {
  std::vector<double> total(curve.size(), 0.0);
  std::vector<Amounts> sum;
  for (const Amounts& row : curve) sum.emplace_back(row.size(), 0.0);
  for (const TimelineEvent& event : events) {
    const double first = std::min(event.start_s * flame::kFps, static_cast<double>(curve.size()));
    for (auto t = static_cast<size_t>(std::max(0.0, first)); t < curve.size(); ++t) {
      if (time_of(t) > event.end_s) break;
      const double h = envelope(event, time_of(t));
      total[t] += h;
      for (size_t i = 0; i < sum[t].size(); ++i) sum[t][i] += h * event.amounts[i];
    }
  }
  for (size_t t = 0; t < curve.size(); ++t) {
    if (total[t] == 0) continue;
    for (size_t i = 0; i < sum[t].size(); ++i) {
      const double under = total[t] < 1 ? (1 - total[t]) * curve[t][i] : 0;
      curve[t][i] = under + sum[t][i] / std::max(1.0, total[t]);
    }
  }
}

std::array<double, kSpreadFrames> spread_weights() {
  constexpr int kTaper = 5;
  std::array<double, kSpreadFrames> weights{};
  double sum = 0;
  for (int i = 0; i < kSpreadFrames; ++i) {
    const int inside = std::min({i + 1, kSpreadFrames - i, kTaper + 1});
    weights[static_cast<size_t>(i)] = 1 - std::cos(std::numbers::pi * inside / (kTaper + 1));
    sum += weights[static_cast<size_t>(i)];
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

// Every frame spread; the curve's ends hold.
std::vector<Amounts> spread(const std::vector<Amounts>& curve) {
  std::vector<Amounts> result;
  const auto last = static_cast<int64_t>(curve.size()) - 1;
  for (int64_t t = 0; t <= last; ++t) {
    result.push_back(spread_around([&](int i) -> const Amounts& {
      return curve[static_cast<size_t>(std::clamp<int64_t>(t + i, 0, last))];
    }));
  }
  return result;
}

// The largest part of what an event asks for that is there in one of its frames, 0 .. 1. An event
// that asks for nothing (neutral) has it where nothing is there.
double reached(const TimelineEvent& event, const std::vector<Amounts>& sharp,
               const std::vector<Amounts>& curve) {
  const auto sum = [](const Amounts& a) { return std::accumulate(a.begin(), a.end(), 0.0); };
  const double asked = sum(event.amounts);
  const auto first = static_cast<size_t>(event.start_s * flame::kFps);
  double most = asked > 0 ? 0 : -std::numeric_limits<double>::infinity(), around = 1e-9;
  for (size_t t = first; t < curve.size() && time_of(t) <= event.end_s; ++t) {
    Amounts there = curve[t];
    for (size_t i = 0; asked > 0 && i < there.size(); ++i) {
      there[i] = std::min(there[i], event.amounts[i]);
    }
    most = std::max(most, asked > 0 ? sum(there) / asked : -sum(there));
  }
  if (asked > 0) return most;
  for (const Amounts& row : sharp) around = std::max(around, sum(row));
  return 1 + most / around;
}

}  // namespace

Amounts spread_around(const std::function<const Amounts&(int)>& near) {
  constexpr int kHalf = kSpreadFrames / 2;
  static const std::array<double, kSpreadFrames> weights = spread_weights();
  const Amounts& here = near(0);
  Amounts mean(here.size(), 0.0);
  bool constant = true;
  for (int i = -kHalf; i <= kHalf; ++i) {
    const Amounts& other = near(i);
    constant = constant && other == here;
    const double weight = weights[static_cast<size_t>(i + kHalf)];
    for (size_t e = 0; e < mean.size(); ++e) mean[e] += weight * other[e];
  }
  return constant ? here : mean;
}

void append(EmotionCurve& curve, const Amounts& amounts) {
  double strength = 0;
  for (const double a : amounts) strength += a;
  curve.strength.push_back(static_cast<float>(std::min<double>(strength, kMaxStrength)));
  for (size_t i = 0; i < amounts.size(); ++i) {
    const double neutral = i == static_cast<size_t>(kNeutral) ? 1 : 0;
    curve.weights.push_back(static_cast<float>(strength > 0 ? amounts[i] / strength : neutral));
  }
}

Amounts amounts_of(std::span<const float> mix, double strength) {
  Amounts amounts(mix.size(), 0.0);
  for (size_t i = 1; i < amounts.size(); ++i) amounts[i] = strength * static_cast<double>(mix[i]);
  return amounts;
}

std::vector<Amounts> Timeline::rows(int64_t frames, const Amounts& base) const {
  for (const Keyframe& k : keyframes) FT_CHECK(k.amounts.size() == base.size(), "keyframe");
  for (const TimelineEvent& e : events) FT_CHECK(e.amounts.size() == base.size(), "{}", e.where);
  std::vector<Amounts> rows(static_cast<size_t>(frames), base);
  for (size_t t = 0; t < rows.size() && !keyframes.empty(); ++t) {
    rows[t] = at(keyframes, time_of(t));
  }
  add_events(events, rows);
  return rows;
}

EmotionCurve Timeline::curve(int64_t frames, const Amounts& base) const {
  EmotionCurve result;
  result.frames = frames;
  for (const Amounts& row : spread(rows(frames, base))) append(result, row);
  return result;
}

std::vector<std::string> Timeline::weakened(int64_t frames, const Amounts& base) const {
  constexpr double kEnough = 0.9;
  std::vector<std::string> lines;
  std::vector<Amounts> sharp, seen;  // made for the first short event
  for (const TimelineEvent& e : events) {
    const double duration_s = e.end_s - e.start_s;
    const bool long_enough = duration_s - e.attack_s - e.release_s >= kSpread_s;
    if (long_enough || e.start_s * flame::kFps >= static_cast<double>(frames)) continue;
    if (seen.empty()) {
      sharp = rows(frames, base);
      seen = spread(sharp);
    }
    const double part = reached(e, sharp, seen);
    if (part >= kEnough) continue;
    lines.push_back(
        fmt::format("{} lasts {:.2f} s and reaches {:.0f} % of its strength, for every change is "
                    "spread over {} s; make it longer{}",
                    e.where, duration_s, 100 * part, kSpread_s,
                    e.attack_s + e.release_s > 0 ? ", or its attack and release shorter" : ""));
  }
  return lines;
}

std::vector<std::string> Timeline::beyond(double duration_s) const {
  std::vector<std::string> lines;
  const auto add = [&](const std::string& what, double at_s) {
    lines.push_back(fmt::format("{} at {} s, after the voice's end at {} s", what,
                                apart(at_s, duration_s, 2), apart(duration_s, at_s, 2)));
  };
  for (const TimelineEvent& e : events) {
    if (e.start_s >= duration_s) {
      add(e.where + " starts", e.start_s);
    } else if (std::isfinite(e.end_s) && e.end_s > duration_s) {
      add(e.where + " ends", e.end_s);
    }
  }
  if (!keyframes.empty() && keyframes.back().time_s > duration_s) {
    add("the last keyframe is", keyframes.back().time_s);
  }
  return lines;
}

}  // namespace flowtalk::condition
