#include "flowtalk/predict/default_checkpoint.h"

#include <fmt/ranges.h>

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
    places.push_back(program / ".." / "share" / "flowtalk" / "models");
  }
  places.emplace_back(fs::path(FLOWTALK_SOURCE_MODELS));
  std::vector<std::string> names;
  for (const auto& place : places) {
    if (fs::exists(place / name / "config.json")) return place / name;
    names.push_back((place / name).string());
  }
  fail("no {} model found in {}; set FLOWTALK_MODELS or give --{}", name, fmt::join(names, ", "),
       name == "default" ? "model" : name);
}

fs::path default_checkpoint() { return shipped_model("default"); }

}  // namespace flowtalk::predict
