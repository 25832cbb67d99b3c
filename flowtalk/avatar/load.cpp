#include <map>
#include <mutex>

#include "flowtalk/avatar/avatar.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/video/ktx2.h"

namespace flowtalk::avatar {
namespace {

constexpr int kMostEdge = 2048;  // of a picture on a head that is shown as a portrait

// In the place of a picture that is not read.
face::Texture grey() { return {1, 1, {150, 150, 150, 255}}; }

// Those that the head shows.
void load_pictures(Avatar& avatar) {
  const face::Paint& paint = *avatar.face().appearance.paint;
  std::vector<bool> seen(paint.textures.size(), false);
  for (const uint32_t surface : paint.surface) {
    const int texture = paint.surfaces[surface].texture;
    if (texture >= 0) seen[static_cast<size_t>(texture)] = true;
  }
  size_t unread = 0;
  for (size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i]) continue;
    const std::string where = fmt::format("{}: picture {}", avatar.face().name, i);
    const std::string bytes = avatar.picture(i);
    if (video::is_ktx2(bytes) && !video::is_read_ktx2(bytes, where)) {
      avatar.set_picture(i, grey());
      ++unread;
      continue;
    }
    auto [width, height, rgba] = video::decode_picture(bytes, kMostEdge, where);
    avatar.set_picture(i, {width, height, std::move(rgba)});
  }
  if (unread == 0) return;
  avatar.add_remark(
      fmt::format("{}: {} of its pictures are KTX2 of UASTC, which is not read, and drawn grey; "
                  "save them as ETC1S, PNG, JPEG or WebP",
                  avatar.face().name, unread));
}

}  // namespace

const Avatar& load_avatar(const std::filesystem::path& path) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<const Avatar>> loaded;
  const std::lock_guard lock(mutex);
  auto& avatar = loaded[path.string()];
  if (!avatar) {
    auto made = std::make_unique<Avatar>(load_file(path, gltf::kMostBytes), path.string());
    load_pictures(*made);
    avatar = std::move(made);
  }
  return *avatar;
}

}  // namespace flowtalk::avatar
