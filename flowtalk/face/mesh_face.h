// A mesh of triangles as a face that vertices over time move, and nothing else.
#pragma once

#include <filesystem>
#include <string_view>

#include "flowtalk/face/face.h"

namespace flowtalk::face {

// From a .ply or .obj file, as the data sets of BIWI, VOCASET and Multiface come with: rest mesh,
// triangles and what dress() (flame_look.h) makes of them. There are no bases, joints or skinning,
// so parameters do not move it. Units are those of the file. Errors name the file: damaged, no
// triangles, a value that is not finite.
Face load_mesh(const std::filesystem::path& path);
// Whether the ending of the name is one of these.
bool is_mesh_name(const std::filesystem::path& path);
inline constexpr std::string_view kMeshEndings = ".ply or .obj";

}  // namespace flowtalk::face
