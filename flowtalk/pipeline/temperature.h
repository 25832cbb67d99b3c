// How much chance is in a sample: one temperature, or one per region of the face.
#pragma once

#include <optional>
#include <string>

#include "flowtalk/predict/predict_options.h"

namespace flowtalk::pipeline {

struct Temperature {
  std::optional<float> all;  // 0 .. 1; none: the usual one of the model's family
  std::optional<predict::RegionTemperatures> by_region;  // in its place
};

// "0.3", "lips:0.1,eyes:0.3,brows:0.8,rest:0.3"
std::string text_of(const Temperature& temperature);
// "0.3", "lips:0.1,brows:0.8" or "0.2,lips:0.1": a bare number is for all regions not named. Error:
// anything else.
void from_text(const std::string& text, Temperature& temperature);

}  // namespace flowtalk::pipeline
