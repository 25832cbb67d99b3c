#include "flowtalk/pipeline/live_show.h"

#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/pipeline/live_performer.h"

namespace flowtalk::pipeline {

PlayedShow::PlayedShow(const motion::Motion& motion, double rate_hz, arkit::Gain gain)
    : motion_(motion::resample(motion, rate_hz, motion::Length::kWhole)), gain_(gain) {
  if (motion.axes == motion::Axes::kBuiltin) return;
  fail("the motion is of {}'s axes, expected those of {}, which are named after ARKit's shapes",
       owner_of(motion.axes), owner_of(motion::Axes::kBuiltin));
}

void LivePose::set(std::vector<float> live) {
  row = std::move(live);
  frame = {};
  frame.expression = std::span<const float>(row).first(motion::kLiveExpression);
  std::copy_n(row.begin() + motion::kJawAt, flame::kJaw, frame.jaw.begin());
  if (std::ssize(row) < kPosedRow) return;
  auto from = row.begin() + kPosedAt;
  for (auto* part : {&frame.root, &frame.neck, &frame.translation}) {
    std::copy_n(from, part->size(), part->begin());
    from += std::ssize(*part);
  }
}

std::optional<arkit::Scored> PlayedShow::scored(int64_t n, live::Clock::time_point) {
  if (n >= motion_.frames()) return std::nullopt;
  newest_ = n;
  return arkit::scored(face::frame_of(motion_, n), gain_, cut_);
}

void PlayedShow::pose(live::Clock::time_point, LivePose& pose) const {
  pose.frame = face::frame_of(motion_, newest_);
  pose.frame.shape = {};  // it is shown on the usual head
}

std::optional<arkit::Scored> StreamedShow::scored(int64_t, live::Clock::time_point when) {
  const auto shown = playback_.at(when);
  if (!shown) return arkit::Scored();
  if (shown->over) return std::nullopt;
  const live::Seconds moment(shown->moment_s);
  const live::Seconds age = live::Seconds(live::Clock::now() - begin_()) - moment;
  age_ms_.add(1e3 * age.count());
  LivePose pose;
  pose.set(shown->row);
  return arkit::scored(pose.frame, gain_, cut_);
}

void StreamedShow::pose(live::Clock::time_point now, LivePose& pose) const {
  const auto shown = playback_.at(now);
  if (shown && !shown->row.empty()) pose.set(shown->row);
}

}  // namespace flowtalk::pipeline
