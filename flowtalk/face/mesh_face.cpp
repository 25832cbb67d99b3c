#include "flowtalk/face/mesh_face.h"

#include <cmath>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/face/flame_look.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/obj.h"
#include "flowtalk/formats/ply.h"

namespace flowtalk::face {

namespace {

std::pair<formats::Array, formats::Array> arrays_of(const std::filesystem::path& path) {
  if (formats::format_of(path) == "obj") {
    const formats::ObjMesh mesh = formats::load_obj(path);
    return {mesh.vertices, mesh.triangles};
  }
  const formats::PlyMesh mesh = formats::load_ply(path);
  return {mesh.vertices, mesh.triangles};
}

}  // namespace

bool is_mesh_name(const std::filesystem::path& path) {
  const std::string named = formats::format_of_name(path);
  return named == "ply" || named == "obj";
}

Face load_mesh(const std::filesystem::path& path) {
  Face face;
  face.name = path.string();
  const auto [vertices, triangles] = arrays_of(path);
  face.rest = formats::to_tensor(vertices, face.name).clone();
  for (const float x : face.rest.values()) {
    if (!std::isfinite(x)) fail("{}: holds a value that is not finite", face.name);
  }
  const auto corners = formats::to_int64(triangles, face.name);
  if (corners.empty()) fail("{}: points without triangles; expected a mesh", face.name);
  face.triangles.resize(corners.size() / 3);
  for (size_t i = 0; i < corners.size(); ++i) {
    face.triangles[i / 3][i % 3] = static_cast<uint32_t>(corners[i]);
  }
  dress(face);
  return face;
}

}  // namespace flowtalk::face
