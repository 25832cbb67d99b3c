// Where the files are that ship with the programs, those of models/.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace flowtalk {

// The environment variable that names a folder of models, which is looked into first.
inline constexpr const char* kModelsVariable = "FLOWTALK_MODELS";

// A file by its name within models/: in $FLOWTALK_MODELS, in models/ beside the program, or in
// share/flowtalk/models of a folder above it, which is where it lies once installed and, by a link,
// in a build tree. Nothing if it is in none of them.
std::optional<std::filesystem::path> find_shipped(const std::filesystem::path& file);
// Those places, as errors name them.
std::string shipped_places();

}  // namespace flowtalk
