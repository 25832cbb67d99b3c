#include "flowtalk/pipeline/live_preview.h"

#include <thread>

#include "flowtalk/base/error.h"

namespace flowtalk::pipeline {
namespace {

constexpr std::chrono::milliseconds kPicture{
    16};  // no display shows more than 60 a second for long

std::vector<Role> nobody() {
  const auto rest = tensor::Tensor::zeros({1, motion::kLive});
  return {{"", motion::of_live(rest, motion::Axes::kBuiltin)}};
}

}  // namespace

void LiveLookOptions::check() const {
  FaceOptions who;
  who.face = face;
  who.person = person;
  const ChosenFace chosen = choose_face(who);
  if (chosen.avatar == nullptr && chosen.face.axes != motion::Axes::kBuiltin) {
    fail_usage("{} {}: moves by the axes of {}, a live face by those of {}; give {}, or an avatar",
               Field("face"), face, owner_of(chosen.face.axes), owner_of(motion::Axes::kBuiltin),
               "builtin");
  }
}

StageOptions LiveLookOptions::stage() const {
  StageOptions stage;
  stage.size = size;
  stage.camera = camera;
  stage.look = look;
  stage.face.face = face;
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
