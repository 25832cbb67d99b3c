// Which models can say how likely a motion is.
#pragma once

#include <string_view>

#include "flowtalk/predict/model.h"

namespace flowtalk::analyse {

bool has_density(const predict::Model& model);
// Error in one line, unless it has: "X is a regression model; score needs a density, which flow
// models have".
void require_density(const predict::Model& model, std::string_view purpose);

}  // namespace flowtalk::analyse
