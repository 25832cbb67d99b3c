#include "flowtalk/face/blinks.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/face/builtin/lids.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::face {
namespace {

constexpr double kRest = 0.5;  // least seconds from one blink to the next
// How long blinks take, and by how much their lids would overrun if margins did not stop them.
struct BlinkTimes {
  double shortest_s, longest_s, overrun;
};
// The corpus: half shut for 0.08 to 0.16 s, as recorded people (GRID: half of them 0.09 to 0.15 s),
// and shut for a frame at least.
constexpr BlinkTimes kOfCorpus{0.1, 0.19, 1.5};
constexpr BlinkTimes kDrawn{0.15, 0.3, 1.35};
// What a drawn blink takes, and its rest.
constexpr double kBusy = kRest + (kDrawn.shortest_s + kDrawn.longest_s) / 2;
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

// The lid in frame t of one blink that begins with frame `first`; -1: it is over.
float lid_of_blink(size_t t, size_t first, double duration, double depth, double overrun) {
  const double begin = static_cast<double>(first) / flame::kFps;
  const double shut_at = begin + 0.4 * duration;  // lids fall faster than they rise
  const double now = (static_cast<double>(t) + 0.5) / flame::kFps;
  const double away = now < shut_at ? (shut_at - now) / 0.5 : (now - shut_at) / 0.75;
  const double x = 1 - away / duration;
  if (x <= 0 && now > shut_at) return -1;
  return static_cast<float>(depth * std::min(1.0, overrun * std::max(0.0, x)));
}

// The lids of one blink, over what is there.
void lay_blink(size_t first, double duration, double depth, double overrun,
               std::vector<float>& lids) {
  for (size_t t = first; t < lids.size(); ++t) {
    const float lid = lid_of_blink(t, first, duration, depth, overrun);
    if (lid < 0) break;
    lids[t] = std::max(lids[t], lid);
  }
}

// eyeBlink at which the margins of this eye meet, with all else that the face does (the basis of
// the built-in head is linear), and at least 1, for other heads.
float closing(std::span<const float> row, size_t eye) {
  const LidOpening& opening = builtin_lid_opening(eye == kLeft);
  float others = opening.rest;
  for (size_t k = 0; k < opening.per_axis.size(); ++k) {
    if (k != eye) others += row[k] * opening.per_axis[k];
  }
  return std::max(1.0f, others / -opening.per_axis[eye]);
}

}  // namespace

std::vector<float> make_blinks(const std::vector<float>& pause, float hazard_per_s, Rng rng) {
  std::vector<float> lids(pause.size(), 0.0f);
  double next_free_s = rng.uniform(0.1, 0.6);
  for (size_t t = 0; t < pause.size(); ++t) {
    const double time = static_cast<double>(t) / flame::kFps;
    const double hazard = hazard_per_s * (1 + 2 * pause[t]) / flame::kFps;
    const bool begins = rng.chance(hazard);
    const double duration = rng.uniform(kOfCorpus.shortest_s, kOfCorpus.longest_s);
    const double depth = rng.uniform(0.85, 1.0);
    if (!begins || time < next_free_s) continue;
    next_free_s = time + duration + kRest;
    lay_blink(t, duration, depth, kOfCorpus.overrun, lids);
  }
  return lids;
}

std::vector<float> draw_blinks(int64_t frames, float per_minute, std::span<const int> voice,
                               Rng rng) {
  std::vector<float> lids;
  BlinkDraws draws(per_minute, rng);
  for (size_t t = 0; t < static_cast<size_t>(frames); ++t) {
    lids.push_back(draws.next(t < voice.size() ? voice[t] : 0));
  }
  return lids;
}

BlinkDraws::BlinkDraws(float per_minute, Rng rng)
    : per_minute_(per_minute), hazard_(blink_hazard(per_minute)), rng_(rng) {}

float BlinkDraws::next(int voice) {
  if (hazard_ <= 0) return 0;
  rng_ = rng_.fork(static_cast<uint64_t>(voice));
  Rng here = rng_;
  const double time = static_cast<double>(frame_) / flame::kFps;
  const double interval = 60.0 / static_cast<double>(per_minute_);
  const double per_s = first_ < 0 ? 1 / (interval - std::min(time, kBusy)) : hazard_;
  if (here.chance(per_s / flame::kFps) && time >= next_free_s_) {
    duration_ = here.uniform(kDrawn.shortest_s, kDrawn.longest_s);
    next_free_s_ = time + duration_ + kRest;
    first_ = frame_;
  }
  const auto now = static_cast<size_t>(frame_++);
  if (first_ < 0) return 0;
  return std::max(0.0f,
                  lid_of_blink(now, static_cast<size_t>(first_), duration_, 1, kDrawn.overrun));
}

float blink_hazard(float blinks_per_minute) {
  if (blinks_per_minute <= 0) return 0;
  const double interval = 60.0 / static_cast<double>(blinks_per_minute);
  FT_CHECK(interval > kBusy, "{} blinks per minute", blinks_per_minute);
  return static_cast<float>(1 / (interval - kBusy));
}

void blink(std::span<float> row, Lids lids) {
  shut(row, kLeft, lids.left);
  shut(row, kRight, lids.right);
}

void blink_shut(std::span<float> row, Lids lids) {
  const float left = row[kLeft], right = row[kRight];
  blink(row, lids);
  if (lids.left > 0) row[kLeft] = std::max(left, lids.left * closing(row, kLeft));
  if (lids.right > 0) row[kRight] = std::max(right, lids.right * closing(row, kRight));
}

std::vector<Lids> find_blinks(const motion::Motion& motion) {
  const auto left = shut_moments(curve_of(motion, kLeft));
  const auto right = shut_moments(curve_of(motion, kRight));
  std::vector<Lids> blinks(left.size());
  const auto share = [&](float lid, int64_t t, size_t eye) {
    if (lid <= 0) return 0.0f;
    return lid / closing(motion.expression.at(t), eye);
  };
  for (size_t t = 0; t < left.size(); ++t) {
    const auto frame = static_cast<int64_t>(t);
    blinks[t] = {share(left[t], frame, kLeft), share(right[t], frame, kRight)};
  }
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
