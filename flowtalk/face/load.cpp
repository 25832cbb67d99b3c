#include <map>
#include <memory>
#include <mutex>

#include "flowtalk/base/error.h"
#include "flowtalk/face/face.h"
#include "flowtalk/face/flame.h"
#include "flowtalk/formats/index_list.h"

namespace flowtalk::face {

const Face& load_face(const std::string& name_or_path) {
  if (name_or_path.empty() || name_or_path == text_of(motion::Axes::kBuiltin))
    return builtin_face();
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<const Face>> loaded;
  const std::lock_guard lock(mutex);
  auto& face = loaded[name_or_path];
  if (!face) {
    if (!std::filesystem::exists(name_or_path)) {
      fail("face \"{}\": no such file; expected \"builtin\" or the path of a FLAME file",
           name_or_path);
    }
    face = std::make_unique<const Face>(load_flame(name_or_path));
  }
  return *face;
}

Regions load_regions(const std::filesystem::path& folder, const Face& face) {
  const auto vertices = static_cast<uint64_t>(face.vertex_count());
  Regions regions = face.regions;
  regions.lips = formats::load_index_list(folder / "lve.txt", vertices);
  regions.upper_face = formats::load_index_list(folder / "fdd.txt", vertices);
  if (std::filesystem::exists(folder / "eve.txt")) {  // ours, not part of the published lists
    regions.eyes = formats::load_index_list(folder / "eve.txt", vertices);
  }
  return regions;
}

}  // namespace flowtalk::face
