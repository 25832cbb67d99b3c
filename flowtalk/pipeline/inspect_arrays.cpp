#include "flowtalk/pipeline/inspect_arrays.h"

#include "flowtalk/foreign/recognise.h"

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
  if (const auto* foreign = foreign::recognise(arrays.all())) return std::string(foreign->name);
  const std::string first = "feature_extractor.conv_layers.0.conv.weight";
  if (arrays.has(first) || arrays.has("hubert." + first)) return "hubert_weights";
  if (arrays.any("flow/") || arrays.any("encoder/")) return "flowtalk_weights";
  return "";
}

}  // namespace flowtalk::pipeline
