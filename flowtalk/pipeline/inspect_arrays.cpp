#include "flowtalk/pipeline/inspect_arrays.h"

namespace flowtalk::pipeline {

Arrays::Arrays(const Json& report) {
  for (const Json& array : report["arrays"]) {
    std::string name = array["name"];
    for (const std::string prefix : {"state_dict.", "model."}) {
      if (name.starts_with(prefix)) name.erase(0, prefix.size());
    }
    shapes_[name] = array["shape"].get<Shape>();
  }
}

bool Arrays::any(const std::string& prefix) const {
  const auto found = shapes_.lower_bound(prefix);
  return found != shapes_.end() && found->first.starts_with(prefix);
}

std::string system_of(const Arrays& arrays) {
  const bool codes = arrays.any("quantize.") || arrays.any("motion_prior.quantize.");
  const std::string model = codes ? "vqvae" : "vae";
  if (arrays.any("feature_predictor.") && arrays.any("motion_prior.")) {
    return fmt::format("probtalk3d_{}_predictor", model);
  }
  if (arrays.any("motion_encoder.") && arrays.any("motion_decoder.")) {
    return fmt::format("probtalk3d_{}_prior", model);
  }
  if (arrays.has("gru.weight_ih_l0") && arrays.any("audio_encoder.")) return "face_diffuser";
  const std::string first = "feature_extractor.conv_layers.0.conv.weight";
  if (arrays.has(first) || arrays.has("hubert." + first)) return "hubert_weights";
  if (arrays.any("flow/") || arrays.any("encoder/")) return "flowtalk_weights";
  return "";
}

}  // namespace flowtalk::pipeline
