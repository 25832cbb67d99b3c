#include "flowtalk/train/motion_scaler.h"

#include "flowtalk/train/moments.h"

namespace flowtalk::train {

void set_motion_scaler(TorchParams& params, const std::string& scope, const Clips& clips) {
  Moments moments;
  for (size_t i = 0; i < clips.size(); ++i) moments.add(clips[i].motion);
  params.assign(scope + "/motion_mean", moments.mean());
  // Axes that hardly move keep a floor, so that their noise is not blown up.
  params.assign(scope + "/motion_sd", moments.sd().clamp_min(0.01));
}

}  // namespace flowtalk::train
