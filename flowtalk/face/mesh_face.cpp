#include "flowtalk/face/mesh_face.h"

#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/face/flame_look.h"
#include "flowtalk/formats/ply.h"

namespace flowtalk::face {

Face load_mesh(const std::filesystem::path& path) {
  const formats::PlyMesh mesh = formats::load_ply(path);
  Face face;
  face.name = path.string();
  face.rest = formats::to_tensor(mesh.vertices, face.name).clone();
  for (const float x : face.rest.values()) {
    if (!std::isfinite(x)) fail("{}: holds a value that is not finite", face.name);
  }
  const auto corners = formats::to_int64(mesh.triangles, face.name);
  if (corners.empty()) fail("{}: points without triangles; expected a mesh", face.name);
  face.triangles.resize(corners.size() / 3);
  for (size_t i = 0; i < corners.size(); ++i) {
    face.triangles[i / 3][i % 3] = static_cast<uint32_t>(corners[i]);
  }
  dress(face);
  return face;
}

}  // namespace flowtalk::face
