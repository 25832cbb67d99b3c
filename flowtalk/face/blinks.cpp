#include "flowtalk/face/blinks.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::face {
namespace {

constexpr double kRest = 0.5;  // least seconds from one blink to the next
constexpr double kShortest = 0.15, kLongest = 0.3;
constexpr float kShut = 0.5f;    // lids from which an eye counts as shut
constexpr float kRaised = 0.1f;  // what a blink stands out by over the usual lid at its ends
constexpr float kEdge = 0.2f;    // within which it is let down to 0 there
constexpr float kLowest = 0.4f;  // a usual lid beyond it is an eye held shut
constexpr size_t kLeft = axis("eyeBlinkLeft"), kRight = axis("eyeBlinkRight");

std::vector<float> curve_of(const motion::Motion& motion, size_t axis) {
  FT_CHECK(motion.axes == motion::Axes::kBuiltin, "lids of {}", owner_of(motion.axes));
  std::vector<float> values;
  for (int64_t t = 0; t < motion.frames(); ++t) values.push_back(motion.expression.at(t)[axis]);
  return values;
}

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The parts of one lid's curve that rise from its usual height and shut the eye.
std::vector<float> shut_moments(const std::vector<float>& lid) {
  std::vector<float> moments(lid.size(), 0.0f);
  if (lid.empty()) return moments;
  const float foot = std::min(median(lid), kLowest) + kRaised;
  for (size_t begin = 0; begin < lid.size(); ++begin) {
    size_t end = begin;
    float peak = 0;
    for (; end < lid.size() && lid[end] > foot; ++end) peak = std::max(peak, lid[end]);
    for (size_t t = begin; peak > kShut && t < end; ++t) {
      moments[t] = lid[t] * std::min(1.0f, (lid[t] - foot) / kEdge);
    }
    begin = end;
  }
  return moments;
}

void shut(std::span<float> row, size_t eye, float lid) {
  if (lid <= 0) return;  // also where the model's lid is below 0
  row[eye] = std::max(row[eye], lid);
  lid = std::min(lid, 1.0f);  // recorded ones may be more
  row[eye + axis("eyeWideLeft")] *= 1 - lid;
  row[eye + axis("eyeSquintLeft")] *= 1 - lid;
}

}  // namespace

std::vector<float> make_blinks(const std::vector<float>& pause, float hazard_per_s, Rng rng) {
  std::vector<float> lids(pause.size(), 0.0f);
  double next_free_s = rng.uniform(0.1, 0.6);
  for (size_t t = 0; t < pause.size(); ++t) {
    const double time = static_cast<double>(t) / flame::kFps;
    const double hazard = hazard_per_s * (1 + 2 * pause[t]) / flame::kFps;
    const bool begins = rng.chance(hazard);
    const double duration = rng.uniform(kShortest, kLongest), depth = rng.uniform(0.85, 1.0);
    if (!begins || time < next_free_s) continue;
    next_free_s = time + duration + kRest;
    const double shut_at = time + 0.4 * duration;  // lids fall faster than they rise
    for (size_t u = t; u < pause.size(); ++u) {
      const double now = (static_cast<double>(u) + 0.5) / flame::kFps;
      const double away = now < shut_at ? (shut_at - now) / 0.5 : (now - shut_at) / 0.75;
      const double x = 1 - away / duration;
      if (x <= 0 && now > shut_at) break;
      const auto lid = static_cast<float>(depth * std::min(1.0, 1.35 * std::max(0.0, x)));
      lids[u] = std::max(lids[u], lid);
    }
  }
  return lids;
}

float blink_hazard(float blinks_per_minute) {
  if (blinks_per_minute <= 0) return 0;
  const double interval = 60.0 / static_cast<double>(blinks_per_minute);
  const double busy = kRest + (kShortest + kLongest) / 2;
  FT_CHECK(interval > busy, "{} blinks per minute", blinks_per_minute);
  return static_cast<float>(1 / (interval - busy));
}

void blink(std::span<float> row, Lids lids) {
  shut(row, kLeft, lids.left);
  shut(row, kRight, lids.right);
}

std::vector<Lids> find_blinks(const motion::Motion& motion) {
  const auto left = shut_moments(curve_of(motion, kLeft));
  const auto right = shut_moments(curve_of(motion, kRight));
  std::vector<Lids> blinks;
  for (size_t t = 0; t < left.size(); ++t) blinks.push_back({left[t], right[t]});
  return blinks;
}

int64_t count_blinks(const motion::Motion& motion) {
  const auto left = curve_of(motion, kLeft), right = curve_of(motion, kRight);
  int64_t count = 0;
  bool was_shut = true;  // eyes that are shut from the first frame on do not fall shut
  for (size_t t = 0; t < left.size(); ++t) {
    const bool is_shut = std::min(left[t], right[t]) > kShut;
    count += is_shut && !was_shut ? 1 : 0;
    was_shut = is_shut;
  }
  return count;
}

}  // namespace flowtalk::face
