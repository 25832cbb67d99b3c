// A finer mesh where brows are painted: the renderer paints them between vertices, other programs
// can only mix the colours of vertices.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "flowtalk/face/face.h"

namespace flowtalk::pipeline {

struct RefinedMesh {
  std::vector<std::array<uint32_t, 3>> triangles;
  std::vector<face::Material> material;                // of each triangle: that of its first vertex
  std::vector<std::pair<uint32_t, uint32_t>> halfway;  // vertices beyond the face's: between which
};

// Triangles near a brow become 16, with vertices halfway along their edges; those beside them are
// split along, so that no edge has a vertex on one side only.
RefinedMesh refine_brows(const face::Face& face);

// Rows of `width` per vertex of the face, continued to those of the finer mesh: the means of two.
template <class Row>
void continue_rows(std::vector<Row>& rows, size_t width, const RefinedMesh& mesh) {
  rows.reserve(rows.size() + mesh.halfway.size() * width);
  for (const auto& [a, b] : mesh.halfway) {
    for (size_t k = 0; k < width; ++k) {
      const Row mean = (rows[a * width + k] + rows[b * width + k]) / 2;
      rows.push_back(mean);
    }
  }
}

}  // namespace flowtalk::pipeline
