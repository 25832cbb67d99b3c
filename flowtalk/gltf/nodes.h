// The nodes of a glTF file: how they hang on each other and where they stand.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/gltf/document.h"

namespace flowtalk::gltf {

using Matrix4 = std::array<double, 16>;  // by columns, as glTF has them
inline constexpr Matrix4 kIdentity{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
using Quaternion = std::array<double, 4>;  // x y z w

Matrix4 product(const Matrix4& a, const Matrix4& b);
// Of a matrix whose last row is 0 0 0 1; none where it flattens space.
std::optional<Matrix4> inverse(const Matrix4& m);
// Translation, then rotation, then scale, and back; shear is lost on the way back.
struct Placed {
  std::array<double, 3> translation{0, 0, 0}, scale{1, 1, 1};
  Quaternion rotation{0, 0, 0, 1};
};
Matrix4 matrix_of(const Placed& placed);
Placed placed_of(const Matrix4& m);

struct Node {
  std::string name;
  int parent = -1;
  Placed placed;
  Matrix4 local = kIdentity;
  bool is_matrix = false;  // the file tells no translation, rotation and scale
  std::optional<size_t> mesh, skin;
  std::vector<double> weights;  // of its mesh's targets; empty: those of the mesh
};

struct Nodes {
  std::vector<Node> all;
  std::vector<size_t> order;  // all, parents before children
  std::vector<bool> shown;    // in the file's scene

  // Where each stands, by their local matrices as they are now, above them `world`.
  std::vector<Matrix4> placed_in(const Matrix4& world) const;
};

// Errors: two parents, circles, values of other sizes.
Nodes nodes_of(const Document& document);

}  // namespace flowtalk::gltf
