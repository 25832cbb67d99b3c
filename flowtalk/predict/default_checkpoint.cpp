#include "flowtalk/predict/default_checkpoint.h"

#include <cstdlib>
#include <vector>

#include "flowtalk/base/error.h"

namespace flowtalk::predict {
namespace fs = std::filesystem;

fs::path shipped_model(const std::string& name) {
  std::vector<fs::path> places;
  if (const char* models = std::getenv("FLOWTALK_MODELS")) places.emplace_back(fs::path(models));
  std::error_code code;
  const fs::path program = fs::read_symlink("/proc/self/exe", code).parent_path();
  if (!code) {
    places.push_back(program / "models");
    for (fs::path above = program; above.has_relative_path(); above = above.parent_path()) {
      places.push_back(above.parent_path() / "share" / "flowtalk" / "models");
    }
  }
  for (const auto& place : places) {
    if (fs::exists(place / name / "config.json", code)) return place / name;
  }
  fail(
      "no {} model found in models/ beside the program or share/flowtalk/models above it ({}); set "
      "FLOWTALK_MODELS or give {}",
      name, program.string(), Field(name == "default" ? "model" : name));
}

fs::path default_checkpoint() { return shipped_model("default"); }

}  // namespace flowtalk::predict
