#include "flowtalk/pipeline/live_preview.h"

#include <thread>

namespace flowtalk::pipeline {
namespace {

constexpr std::chrono::milliseconds kPicture{
    16};  // no display shows more than 60 a second for long

std::vector<Role> nobody() {
  const auto rest = tensor::Tensor::zeros({1, motion::kLive});
  return {{"", motion::of_live(rest, motion::Axes::kBuiltin)}};
}

}  // namespace

StageOptions LiveLookOptions::stage() const {
  StageOptions stage;
  stage.size = size;
  stage.camera = camera;
  stage.look = look;
  if (!person.empty()) stage.person = {person};
  return stage;
}

LivePreview::LivePreview(const LiveLookOptions& options)
    : stage_(nobody(),
             [&] {
               StageOptions stage = options.stage();
               stage.threads = 1;
               return stage;
             }()),
      window_("flowtalk", stage_.width(), stage_.height()) {}

bool LivePreview::step(LiveShow& show) {
  std::this_thread::sleep_until(next_);
  next_ = live::Clock::now() + kPicture;
  if (!window_.open()) return false;
  LivePose pose;
  show.pose(live::Clock::now(), pose);
  window_.show(stage_.draw(pose.frame).rgb);
  ++pictures_;
  return true;
}

}  // namespace flowtalk::pipeline
