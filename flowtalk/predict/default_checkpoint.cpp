#include "flowtalk/predict/default_checkpoint.h"

#include <cstdlib>
#include <optional>
#include <vector>

#include "flowtalk/base/error.h"

namespace flowtalk::predict {
namespace fs = std::filesystem;

namespace {

constexpr const char* kVariable = "FLOWTALK_MODELS";

// The folder that the environment names, if it names one. Error: it holds no models, so that
// whatever else were taken in their place would not be what was asked for.
std::optional<fs::path> named_place() {
  const char* models = std::getenv(kVariable);
  if (models == nullptr || *models == '\0') return std::nullopt;
  const fs::path place = models;
  if (fs::exists(place / "default" / "config.json")) return place;
  fail("{}={}: {}; name a folder that holds default/ with config.json, or unset it", kVariable,
       models,
       !fs::exists(place)                  ? "no such folder"
       : fs::exists(place / "config.json") ? "is a model itself, not a folder of models"
                                           : "holds no model named default");
}

}  // namespace

fs::path shipped_model(const std::string& name) {
  std::vector<fs::path> places;
  if (const auto named = named_place()) places.push_back(*named);
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
