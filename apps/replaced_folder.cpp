#include "apps/replaced_folder.h"

#include "flowtalk/base/error.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;

fs::path replaced_folder(const fs::path& given, const std::string& option,
                         const std::function<bool(const std::string&)>& ours) {
  const fs::path folder = given.has_filename() ? given : given.parent_path();
  if (!fs::exists(folder)) return folder;
  if (!fs::is_directory(folder)) {
    fail("{} {}: is a file, expected a folder; choose another", option, given.string());
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory() && ours(name)) continue;
    fail("{} {}: holds '{}', which would be lost; give a new folder", option, given.string(), name);
  }
  return folder;
}

fs::path model_folder(const fs::path& folder) {
  return replaced_folder(folder, "-o", [](const std::string& name) {
    return name == "config.json" || name == "weights.safetensors" || name == "card.md";
  });
}

}  // namespace flowtalk::apps
