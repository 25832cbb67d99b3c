// What FaceDiffuser calls the parts of its network in its files.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/params/renames.h"

namespace flowtalk::diffusion {

// Of a Denoiser that lies under `path` ("" or "generator/denoiser/").
std::vector<params::Rename> denoiser_names(const std::string& path);

}  // namespace flowtalk::diffusion
