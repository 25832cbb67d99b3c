// The people of the 3DMEAD data, as its two template files hold them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/face/face.h"

namespace flowtalk::face {

// One of the two is given.
struct Subject {
  tensor::Tensor rest;       // (V, 3) metres: takes the place of the face's rest mesh
  std::vector<float> shape;  // 300 coefficients
};

// From templates_mead_vert.pkl (meshes) or templates_mead_param.pkl (shape parameters), or another
// file of arrays by name (formats/named_arrays.h); names may be texts, bytes or numbers, meshes
// (V, 3) or, as FaceFormer's, (V * 3). Errors name the file: no such subject (those that there are
// are listed), an array that is neither, values that are not finite.
Subject load_subject(const std::filesystem::path& templates, const std::string& name);

}  // namespace flowtalk::face
