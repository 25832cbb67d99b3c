// Chance from a file, in the place of a seed's.
#pragma once

#include <filesystem>
#include <memory>

#include "flowtalk/generate/chance.h"

namespace flowtalk::pipeline {

// Of a safetensors file with some of noise, step_noise, eps and uniforms. Error: none of them, or a
// tensor of another name.
std::shared_ptr<const generate::GivenChance> load_chance(const std::filesystem::path& path);

}  // namespace flowtalk::pipeline
