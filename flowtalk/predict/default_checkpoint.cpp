#include "flowtalk/predict/default_checkpoint.h"

#include <cstdlib>

#include "flowtalk/base/error.h"
#include "flowtalk/base/shipped.h"

namespace flowtalk::predict {
namespace fs = std::filesystem;

namespace {

// Error: the folder that the environment names holds no models, so that whatever else were taken in
// their place would not be what was asked for.
void check_named_place() {
  const char* models = std::getenv(kModelsVariable);
  if (models == nullptr || *models == '\0') return;
  const fs::path place = models;
  if (fs::exists(place / "default" / "config.json")) return;
  fail("{}={}: {}; name a folder that holds default/ with config.json, or unset it",
       kModelsVariable, models,
       !fs::exists(place)                  ? "no such folder"
       : fs::exists(place / "config.json") ? "is a model itself, not a folder of models"
                                           : "holds no model named default");
}

}  // namespace

fs::path shipped_model(const std::string& name) {
  check_named_place();
  if (const auto config = find_shipped(fs::path(name) / "config.json"))
    return config->parent_path();
  fail("no {} model found in {}; set {} or give {}", name, shipped_places(), kModelsVariable,
       Field(name == "default" ? "model" : name));
}

fs::path default_checkpoint() { return shipped_model("default"); }

}  // namespace flowtalk::predict
