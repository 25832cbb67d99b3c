// A checkpoint is a folder: config.json (what the model is, and the "format" of the folder) and
// weights.safetensors (names are scope paths). Other files in it belong to their writers. This is
// the only reader and the only writer of the two.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "flowtalk/base/fields.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::params {

inline constexpr int kCheckpointFormat = 3;  // what is written

// In the newest format, whatever the folder has.
struct Checkpoint {
  std::filesystem::path folder;
  Json config;  // without "format"
  formats::SafetensorsFile weights;
};

// Errors name the folder or the file in it: missing, damaged, of a newer format.
Checkpoint load_checkpoint(const std::filesystem::path& folder);
// The same from the bytes of both files, which are copied; `name` stands for the folder.
Checkpoint checkpoint_from_bytes(const std::string& name, std::string_view config,
                                 std::string_view weights);

// Written as a whole or not at all. `more` may add files to the folder that is being written.
void save_checkpoint(const std::filesystem::path& folder, const Json& config,
                     const formats::NamedTensors& tensors,
                     formats::Dtype dtype = formats::Dtype::kF32,
                     const std::function<void(const std::filesystem::path&)>& more = nullptr);

}  // namespace flowtalk::params
