#include "flowtalk/evaluate/phone_hits.h"

#include <algorithm>
#include <limits>

#include "flowtalk/base/error.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/data/phones.h"

namespace flowtalk::evaluate {
namespace {

// What labels call a pause.
bool is_pause(const std::string& label) {
  return label.empty() || label == "sp" || label == "#" || label == "fp";
}

double share(int64_t part, int64_t of) {
  if (of == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(part) / static_cast<double>(of);
}

}  // namespace

std::vector<int> said_in_frames(const std::vector<data::TimedLabel>& labels, int64_t frames,
                                double late_s, std::vector<std::string>& unknown) {
  constexpr double kHop_s = 0.02, kCentre_s = 0.0125;  // see data::frame_targets
  std::vector<int> said(static_cast<size_t>(frames), kUntold);
  for (const data::TimedLabel& label : labels) {
    const int phone = is_pause(label.label) ? data::kSilence : data::find_phone(label.label);
    if (phone < 0 && std::ranges::find(unknown, label.label) == unknown.end()) {
      unknown.push_back(label.label);
    }
    for (int64_t i = 0; i < frames; ++i) {
      const double at = static_cast<double>(i) * kHop_s + kCentre_s - late_s;
      if (at >= label.start_s && at < label.end_s) said[static_cast<size_t>(i)] = phone;
    }
  }
  return said;
}

PhoneHits& PhoneHits::operator+=(const PhoneHits& other) {
  frames += other.frames, told += other.told;
  speech += other.speech, right += other.right;
  shut += other.shut, shut_heard += other.shut_heard, heard_shut += other.heard_shut;
  return *this;
}

double PhoneHits::accuracy() const { return share(right, speech); }
double PhoneHits::shut_recall() const { return share(shut_heard, shut); }
double PhoneHits::shut_precision() const { return share(shut_heard, heard_shut); }

PhoneHits count_hits(std::span<const int> said, std::span<const int> heard) {
  FT_CHECK(said.size() == heard.size(), "{} frames said, {} heard", said.size(), heard.size());
  PhoneHits hits;
  hits.frames = std::ssize(said);
  for (size_t i = 0; i < said.size(); ++i) {
    if (said[i] == kUntold) continue;
    ++hits.told;
    const bool shut = data::is_bilabial(said[i]), heard_shut = data::is_bilabial(heard[i]);
    hits.shut += shut;
    hits.heard_shut += heard_shut;
    hits.shut_heard += shut && heard_shut;
    if (said[i] == data::kSilence) continue;
    ++hits.speech;
    hits.right += said[i] == heard[i];
  }
  return hits;
}

}  // namespace flowtalk::evaluate
