// Polygon meshes in OBJ files (Wavefront 1992), as the topologies of BIWI and Multiface are stored.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "flowtalk/formats/array.h"

namespace flowtalk::formats {

struct ObjMesh {
  Array vertices;   // (V, 3) float32, in the order of the file
  Array triangles;  // (F, 3) uint32; polygons are cut into fans, F may be 0
};

// Other statements (texture, normals, groups, materials) are skipped. Errors name the file and the
// line: a vertex or face that is none, a face that names a vertex that is not there; no vertices.
ObjMesh load_obj(const std::filesystem::path& path);
ObjMesh read_obj(std::string_view bytes, const std::string& where);

}  // namespace flowtalk::formats
