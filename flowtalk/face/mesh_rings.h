// Neighbours, open edges and rings of a triangle mesh.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace flowtalk::face {

using Triangles = std::span<const std::array<uint32_t, 3>>;

class MeshRings {
 public:
  MeshRings(Triangles triangles, size_t vertices);
  // Sorted, each once.
  const std::vector<uint32_t>& neighbours(uint32_t vertex) const { return neighbours_[vertex]; }
  // The open edges as closed rows of vertices; edges that do not close are left out.
  std::vector<std::vector<uint32_t>> open_loops() const;
  // Number of edges from the nearest of `start` to each vertex; -1 where there is no way.
  std::vector<int> rings_from(std::span<const uint32_t> start) const;

 private:
  std::vector<std::vector<uint32_t>> neighbours_;
  std::vector<std::array<uint32_t, 2>> open_edges_;  // directed as in their triangle
};

}  // namespace flowtalk::face
