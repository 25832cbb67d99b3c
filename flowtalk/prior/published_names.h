// What ProbTalk3D calls the parts of its priors in its files.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/params/renames.h"

namespace flowtalk::prior {

// Of a prior that lies under `path` ("" or "prior/"); its names in the file begin with `prefix`.
std::vector<params::Rename> sequence_prior_names(const std::string& path,
                                                 const std::string& prefix);

}  // namespace flowtalk::prior
