// Simple meshes for the tests of this room.
#pragma once

#include "flowtalk/face/face.h"

namespace flowtalk::render {

// A sphere of equal triangles (20 * 4^level), radius in metres, all of one material.
face::Face make_sphere(int level, float radius_m, face::Material material = face::Material::kSkin);

// A mesh of the given corners (x, y, z each) and triangles, white skin.
face::Face make_mesh(const std::vector<float>& corners,
                     const std::vector<std::array<uint32_t, 3>>& triangles);

}  // namespace flowtalk::render
