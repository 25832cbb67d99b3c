#include "flowtalk/face/mesh_rings.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace flowtalk::face {

MeshRings::MeshRings(Triangles triangles, size_t vertices) : neighbours_(vertices) {
  std::set<std::pair<uint32_t, uint32_t>> edges;
  for (const auto& t : triangles) {
    for (size_t k = 0; k < 3; ++k) edges.insert({t[k], t[(k + 1) % 3]});
  }
  for (const auto& [a, b] : edges) {
    neighbours_[a].push_back(b);
    neighbours_[b].push_back(a);
    if (!edges.contains({b, a})) open_edges_.push_back({a, b});
  }
  for (auto& list : neighbours_) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
}

std::vector<std::vector<uint32_t>> MeshRings::open_loops() const {
  std::map<uint32_t, uint32_t> next;
  for (const auto& [a, b] : open_edges_) next[a] = b;
  std::vector<std::vector<uint32_t>> loops;
  while (!next.empty()) {
    const uint32_t start = next.begin()->first;
    std::vector<uint32_t> loop;
    uint32_t at = start;
    for (auto found = next.find(at); found != next.end(); found = next.find(at)) {
      loop.push_back(at);
      at = found->second;
      next.erase(found);
    }
    if (at == start) loops.push_back(std::move(loop));
  }
  return loops;
}

std::vector<int> MeshRings::rings_from(std::span<const uint32_t> start) const {
  std::vector<int> ring(neighbours_.size(), -1);
  std::vector<uint32_t> front(start.begin(), start.end());
  for (const uint32_t v : front) ring[v] = 0;
  for (size_t i = 0; i < front.size(); ++i) {
    for (const uint32_t n : neighbours_[front[i]]) {
      if (ring[n] >= 0) continue;
      ring[n] = ring[front[i]] + 1;
      front.push_back(n);
    }
  }
  return ring;
}

}  // namespace flowtalk::face
