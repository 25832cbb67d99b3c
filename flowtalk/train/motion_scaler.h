// The scaler of a network that reads motion: buffers motion_mean and motion_sd of its scope.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/train/torch_params.h"
#include "flowtalk/train/windows.h"

namespace flowtalk::train {

// Sets SCOPE/motion_mean and SCOPE/motion_sd to those of all frames of the clips.
void set_motion_scaler(TorchParams& params, const std::string& scope, const Clips& clips);

}  // namespace flowtalk::train
