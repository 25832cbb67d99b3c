#include "flowtalk/pipeline/refined_brows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace flowtalk::pipeline {
namespace {

constexpr int kHalvings = 2;
constexpr float kNear = 0.2f, kBeyond = 0.15f;  // in lengths of the brow: across it, past its ends

bool is_near(const face::BrowPlace& place) {
  return std::abs(place.across) < kNear && place.along > -kBeyond && place.along < 1 + kBeyond;
}

using Triangle = std::array<uint32_t, 3>;
using Halfway = std::map<std::pair<uint32_t, uint32_t>, uint32_t>;  // the vertex of an edge

// The triangles that one becomes whose edges may have a vertex halfway: so no edge is left that has
// a vertex on one side only, and would show a crack.
std::vector<Triangle> split(Triangle t, const Halfway& halfway) {
  const auto between = [&](uint32_t a, uint32_t b) -> std::optional<uint32_t> {
    const auto found = halfway.find(std::minmax(a, b));
    if (found == halfway.end()) return std::nullopt;
    return found->second;
  };
  std::array<std::optional<uint32_t>, 3> middle;
  const auto look = [&] {
    for (size_t k = 0; k < 3; ++k) middle[k] = between(t[k], t[(k + 1) % 3]);
    return std::ranges::count_if(middle, [](const auto& m) { return m.has_value(); });
  };
  const auto count = look();
  if (count == 0) return {t};
  // The first edge has one; of two, the last has none.
  while (!middle[0] || (count == 2 && middle[2])) {
    std::ranges::rotate(t, t.begin() + 1);
    look();
  }
  const auto [a, b, c] = t;
  const uint32_t ab = *middle[0];
  if (count == 1) return {{a, ab, c}, {ab, b, c}};
  const uint32_t bc = *middle[1];
  if (count == 2) return {{ab, b, bc}, {a, ab, bc}, {a, bc, c}};
  const uint32_t ca = *middle[2];
  return {{a, ab, ca}, {ab, b, bc}, {ca, bc, c}, {ab, bc, ca}};
}

}  // namespace

RefinedMesh refine_brows(const face::Face& face) {
  RefinedMesh mesh;
  mesh.triangles = face.triangles;
  for (const auto& t : face.triangles) {
    mesh.material.push_back(face.appearance.material[t[0]]);
  }
  std::vector<face::BrowPlace> places = face.appearance.brow;
  if (places.empty()) return mesh;
  for (int halving = 0; halving < kHalvings; ++halving) {
    Halfway halfway;
    for (const Triangle& t : mesh.triangles) {
      if (std::ranges::none_of(t, [&](uint32_t v) { return is_near(places[v]); })) continue;
      for (size_t k = 0; k < 3; ++k) {
        const std::pair<uint32_t, uint32_t> edge = std::minmax(t[k], t[(k + 1) % 3]);
        if (!halfway.try_emplace(edge, static_cast<uint32_t>(places.size())).second) continue;
        const face::BrowPlace &a = places[edge.first], &b = places[edge.second];
        mesh.halfway.push_back(edge);
        places.push_back({(a.along + b.along) / 2, (a.across + b.across) / 2});
      }
    }
    std::vector<Triangle> triangles;
    std::vector<face::Material> material;
    for (size_t i = 0; i < mesh.triangles.size(); ++i) {
      for (const Triangle& t : split(mesh.triangles[i], halfway)) {
        triangles.push_back(t);
        material.push_back(mesh.material[i]);
      }
    }
    mesh.triangles = std::move(triangles);
    mesh.material = std::move(material);
  }
  return mesh;
}

}  // namespace flowtalk::pipeline
