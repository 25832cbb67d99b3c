// A mesh as the text of an OBJ file.
#pragma once

#include <span>
#include <string>

#include "flowtalk/face/face.h"

namespace flowtalk::pipeline {

// vertices: (V, 3) metres, in the order of the face's. Triangles are grouped by what they are of.
std::string obj_text(const face::Face& face, std::span<const float> vertices);

}  // namespace flowtalk::pipeline
