#include "flowtalk/diffusion/published_names.h"

#include "flowtalk/nn/published_names.h"

namespace flowtalk::diffusion {

std::vector<params::Rename> denoiser_names(const std::string& path) {
  return nn::together({nn::linear_names(path + "input", "input_projection.0"),
                       nn::gru_names(path + "gru", "gru"),
                       nn::linear_names(path + "output", "final_layer"),
                       {{path + "channels", "input_projection.1.weight"},
                        {path + "channels_bias", "input_projection.1.bias"},
                        {path + "time", "time_mlp.0.weight", params::Rename::Cut::kTransposed},
                        {path + "time_bias", "time_mlp.0.bias"},
                        {path + "norm/gain", "norm_cond.weight"},
                        {path + "norm/bias", "norm_cond.bias"}}});
}

}  // namespace flowtalk::diffusion
