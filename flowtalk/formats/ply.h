// Triangle meshes in PLY files (Turk 1994), as FLAME's sample mesh is stored.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "flowtalk/formats/array.h"

namespace flowtalk::formats {

struct PlyMesh {
  std::string encoding;  // "ascii", "binary_little_endian" or "binary_big_endian"
  Array vertices;        // (V, 3) x, y, z as float32, or float64 if the file says double
  Array triangles;       // (F, 3) uint32; F is 0 for a cloud of points
};

// Other properties and elements are skipped. Errors name the file: not PLY, damaged, cut off or
// with bytes left over, no x, y, z, faces that are not triangles or point beyond the vertices.
PlyMesh load_ply(const std::filesystem::path& path);
PlyMesh read_ply(std::string_view bytes, const std::string& where);

}  // namespace flowtalk::formats
