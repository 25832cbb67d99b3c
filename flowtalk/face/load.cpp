#include <map>
#include <memory>
#include <mutex>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/face/face.h"
#include "flowtalk/face/flame.h"
#include "flowtalk/face/regions.h"

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
      fail(
          "face \"{}\": no such file; expected \"builtin\" or the path of a FLAME file, "
          "or of an avatar (.glb, .vrm) where a face is shown",
          name_or_path);
    }
    const std::string ending = ending_of(name_or_path);
    if (ending == ".glb" || ending == ".vrm") {
      fail("{}: an avatar, which talk, render and export glb take; expected a FLAME file here",
           name_or_path);
    }
    face = std::make_unique<const Face>(load_flame(name_or_path));
  }
  return *face;
}

Regions load_regions(const std::filesystem::path& place, const Face& face) {
  const RegionLists lists = read_regions(place, static_cast<uint64_t>(face.vertex_count()));
  if (!lists.lips || !lists.upper_face) {
    fail("{}: expected a folder with lve.txt and fdd.txt, or FLAME's masks with lips and forehead",
         place.string());
  }
  check_lips(*lists.lips, face, place);
  Regions regions = face.regions;
  regions.lips = *lists.lips;
  regions.upper_face = *lists.upper_face;
  if (lists.eyes) regions.eyes = *lists.eyes;  // ours, not part of the published lists
  return regions;
}

}  // namespace flowtalk::face
