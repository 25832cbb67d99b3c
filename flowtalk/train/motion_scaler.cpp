#include "flowtalk/train/motion_scaler.h"

namespace flowtalk::train {

void set_motion_scaler(TorchParams& params, const std::string& scope,
                       const std::vector<TrainingClip>& clips) {
  std::vector<torch::Tensor> frames;
  for (const auto& clip : clips) frames.push_back(clip.motion);
  const torch::Tensor all = torch::cat(frames, 0);
  params.assign(scope + "/motion_mean", all.mean(0));
  // Axes that hardly move keep a floor, so that their noise is not blown up.
  params.assign(scope + "/motion_sd", torch::clamp_min(all.std(0), 0.01));
}

}  // namespace flowtalk::train
