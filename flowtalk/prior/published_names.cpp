#include "flowtalk/prior/published_names.h"

#include "flowtalk/nn/published_names.h"

namespace flowtalk::prior {

std::vector<params::Rename> sequence_prior_names(const std::string& path,
                                                 const std::string& prefix) {
  const std::string in = prefix + "motion_encoder", out = prefix + "motion_decoder";
  return nn::together({nn::sequence_names(path + "encoder", in, "encoder"),
                       nn::sequence_names(path + "decoder", out, "decoder"),
                       nn::linear_names(path + "encoder_in", in + ".feature_mapping.0"),
                       nn::linear_names(path + "decoder_out", out + ".feature_mapping_reverse"),
                       nn::linear_names(path + "mean", prefix + "mean"),
                       nn::linear_names(path + "log_variance", prefix + "logvar"),
                       {{path + "quantiser/codes", prefix + "quantize.embedding.weight"}}});
}

}  // namespace flowtalk::prior
