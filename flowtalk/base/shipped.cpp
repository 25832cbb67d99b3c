#include "flowtalk/base/shipped.h"

#include <fmt/core.h>

#include <cstdlib>
#include <vector>

namespace flowtalk {
namespace fs = std::filesystem;

namespace {

// Empty where the system does not say.
fs::path program_folder() {
  std::error_code code;
  return fs::read_symlink("/proc/self/exe", code).parent_path();
}

}  // namespace

std::optional<fs::path> find_shipped(const fs::path& file) {
  std::vector<fs::path> places;
  const char* models = std::getenv(kModelsVariable);
  if (models != nullptr && *models != '\0') places.emplace_back(models);
  const fs::path program = program_folder();
  if (!program.empty()) places.push_back(program / "models");
  for (fs::path above = program; above.has_relative_path(); above = above.parent_path()) {
    places.push_back(above.parent_path() / "share" / "flowtalk" / "models");
  }
  std::error_code code;
  for (const fs::path& place : places) {
    if (fs::exists(place / file, code)) return place / file;
  }
  return std::nullopt;
}

std::string shipped_places() {
  return fmt::format("models/ beside the program or share/flowtalk/models above it ({})",
                     program_folder().string());
}

}  // namespace flowtalk
