// A checkpoint is a folder: config.json (what the model is, and the "format" of the folder) and
// weights.safetensors (names are scope paths). Other files in it belong to their writers. This is
// the only reader and the only writer of the two.
#pragma once

#include <filesystem>
#include <functional>

#include "flowtalk/base/fields.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::params {

// What is written. The step from 1 to 2 (migrations.cpp) is for a ModelConfig with "generator":
// the newest format becomes 2 together with that.
inline constexpr int kCheckpointFormat = 1;

// In the newest format, whatever the folder has.
struct Checkpoint {
  std::filesystem::path folder;
  Json config;  // without "format"
  formats::SafetensorsFile weights;
};

// Errors name the folder or the file in it: missing, damaged, of a newer format.
Checkpoint load_checkpoint(const std::filesystem::path& folder);

// Written as a whole or not at all. `more` may add files to the folder that is being written.
void save_checkpoint(const std::filesystem::path& folder, const Json& config,
                     const formats::NamedTensors& tensors,
                     formats::Dtype dtype = formats::Dtype::kF32,
                     const std::function<void(const std::filesystem::path&)>& more = nullptr);

}  // namespace flowtalk::params
