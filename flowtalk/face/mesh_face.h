// A mesh of triangles as a face that vertices over time move, and nothing else.
#pragma once

#include <filesystem>

#include "flowtalk/face/face.h"

namespace flowtalk::face {

// From a .ply file, as the data sets of BIWI and VOCASET come with: rest mesh, triangles and what
// dress() (flame_look.h) makes of them. There are no bases, joints or skinning, so parameters do
// not move it. Units are those of the file. Errors name the file: damaged, no triangles, a value
// that is not finite.
Face load_mesh(const std::filesystem::path& path);

}  // namespace flowtalk::face
