#include "flowtalk/data/score_rows.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::data {
namespace {

constexpr size_t kMostFrames = 3600 * 240, kMostNames = 256;
constexpr double kMostValue = 10, kMostSeconds = 1e7;
constexpr double kUneven = 0.25;  // of a step
constexpr double kSame = 0.02;    // rates that are this near, as a share, are one

// Rows at times of one step, linearly between those that there are.
tensor::Tensor evened(const std::vector<float>& values, int64_t width,
                      const std::vector<double>& times, double rate_hz) {
  const double first = times.front(), lasts = times.back() - first;
  const int64_t frames = std::llround(lasts * rate_hz) + 1;
  tensor::Tensor table({frames, width});
  size_t after = 1;
  for (int64_t t = 0; t < frames; ++t) {
    const double at = first + static_cast<double>(t) / rate_hz;
    while (after + 1 < times.size() && times[after] < at) ++after;
    const double step = times[after] - times[after - 1];
    const auto share = static_cast<float>(std::clamp((at - times[after - 1]) / step, 0.0, 1.0));
    const float* a = values.data() + static_cast<int64_t>(after - 1) * width;
    for (int64_t k = 0; k < width; ++k) {
      table[t * width + k] = (1 - share) * a[k] + share * a[width + k];
    }
  }
  return table;
}

}  // namespace

ScoreRows::ScoreRows(const std::vector<std::string>& names, const std::string& where)
    : where_(where) {
  if (names.empty() || names.size() > kMostNames) {
    fail("{}: names {} shapes; expected 1 to {}", where, names.size(), kMostNames);
  }
  for (const std::string& name : names) {
    std::string known = arkit::canonical(name);
    if (std::ranges::find(names_, known) != names_.end()) {
      fail("{}: the name {} stands twice", where, name);
    }
    names_.push_back(std::move(known));
  }
}

void ScoreRows::check_room(const std::string& at) const {
  if (values_.size() / width() >= kMostFrames) {
    fail("{}: more than {} frames; cut the take", at, kMostFrames);
  }
}

void ScoreRows::add(const std::vector<double>& values, const std::string& at) {
  check_room(at);
  if (values.size() != width()) {
    fail("{}: expected {} numbers, one per name, got {}", at, width(), values.size());
  }
  for (size_t k = 0; k < values.size(); ++k) {
    if (!std::isfinite(values[k]) || std::abs(values[k]) > kMostValue) {
      fail("{}: {}: expected a number of about 0 to 1, got {}{}", at, names_[k], values[k],
           std::isfinite(values[k]) ? "; divide percentages by 100" : "");
    }
    values_.push_back(static_cast<float>(values[k]));
  }
}

void ScoreRows::add_unseen(const std::string& at) {
  check_room(at);
  const size_t before = values_.size();
  values_.resize(before + width(), 0.0f);
  if (before == 0) return;
  std::copy_n(values_.begin() + static_cast<int64_t>(before - width()), width(),
              values_.begin() + static_cast<int64_t>(before));
}

void ScoreRows::set_time(double seconds, const std::string& at) {
  if (!(std::abs(seconds) <= kMostSeconds)) {
    fail("{}: expected a time in seconds, got {}", at, seconds);
  }
  if (times_.size() + 1 != values_.size() / width()) {
    fail("{}: has a time, but frames before it have none", at);
  }
  if (!times_.empty() && seconds <= times_.back()) {
    fail("{}: the time {} s does not come after that of the frame before, {} s", at, seconds,
         times_.back());
  }
  times_.push_back(seconds);
}

FaceTake ScoreRows::take(double rate_hz) const {
  const auto width = static_cast<int64_t>(names_.size());
  const auto frames = static_cast<int64_t>(values_.size()) / width;
  if (frames < 2) fail("{}: holds {} frames; expected a take", where_, frames);
  FaceTake take{rate_hz, names_, {}, {}};
  const bool timed = std::ssize(times_) == frames;
  if (!times_.empty() && !timed) fail("{}: some frames have a time and some have none", where_);
  if (timed) {
    std::vector<double> steps;
    for (size_t t = 1; t < times_.size(); ++t) steps.push_back(times_[t] - times_[t - 1]);
    std::ranges::nth_element(steps, steps.begin() + std::ssize(steps) / 2);
    const double step = steps[steps.size() / 2];
    const double mean = (times_.back() - times_.front()) / static_cast<double>(frames - 1);
    const double told = 1 / (std::abs(mean - step) < kSame * step ? mean : step);
    // Where the file says another rate than its times do, these are right.
    if (std::abs(take.rate_hz - told) > kSame * told) take.rate_hz = told;
  }
  if (take.rate_hz != 0 && !(take.rate_hz >= 1 && take.rate_hz <= 1000)) {
    fail("{}: {} frames per second; expected 1 to 1000", where_, take.rate_hz);
  }
  bool uneven = false;
  for (size_t t = 0; timed && t < times_.size(); ++t) {
    const double at = (times_[t] - times_.front()) * take.rate_hz;
    uneven = uneven || std::abs(at - static_cast<double>(t)) > kUneven;
  }
  if (!uneven) {
    take.curves = tensor::Tensor({frames, width}, values_);
    return take;
  }
  if ((times_.back() - times_.front()) * take.rate_hz > 4.0 * static_cast<double>(frames)) {
    fail("{}: {} frames at uneven times within {:.1f} s; expected a take without long gaps", where_,
         frames, times_.back() - times_.front());
  }
  take.curves = evened(values_, width, times_, take.rate_hz);
  return take;
}

}  // namespace flowtalk::data
