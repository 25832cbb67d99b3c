// The meshes of an avatar as one: places, what moves them and what they look like.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "flowtalk/avatar/rig.h"
#include "flowtalk/face/face.h"

namespace flowtalk::avatar {

inline constexpr size_t kMostVertices = 1'000'000;

// What vertices hang on: they follow `node`, from where it stood when they were bound to it.
struct Hook {
  size_t node = 0;
  gltf::Matrix4 inverse = gltf::kIdentity;
};

struct Surface {
  std::vector<float> places;    // (V, 3), before hooks move them
  std::vector<float> normals;   // (V, 3); zeros where the file has none
  std::vector<uint32_t> first;  // V + 1, into the next two
  std::vector<uint32_t> hooks;  // in `all_hooks`
  std::vector<float> shares;    // of a vertex, they sum to 1
  std::vector<Hook> all_hooks;
  struct Morph {
    std::vector<uint32_t> vertices;
    std::vector<float> offsets;  // 3 each
  };
  std::vector<Morph> morphs;  // of Rig::targets
  std::vector<std::array<uint32_t, 3>> triangles;
  // Looks, per vertex.
  std::vector<uint32_t> material;                       // in the file's list; its length: none
  std::vector<std::array<float, 4>> colours;            // linear, with opacity
  std::vector<std::array<std::array<float, 2>, 2>> uv;  // two sets
  std::vector<face::Material> kind;

  size_t vertices() const { return material.size(); }
};

// All meshes that are shown, with targets that are not driven at their weight at rest. Errors:
// damaged meshes, more than kMostVertices, nothing but points or lines.
Surface surface_of(const gltf::Document& document, const gltf::Nodes& nodes, const Vrm& vrm,
                   const std::vector<MeshTargets>& targets, const Rig& rig);

// Keeps the triangles that `keep` marks, and the vertices of those.
void cut(Surface& surface, const std::vector<bool>& keep);

// Where the vertices are when the targets have these weights and the nodes stand there: V * 3.
void pose(const Surface& surface, std::span<const float> weights,
          const std::vector<gltf::Matrix4>& world, std::span<float> out);

}  // namespace flowtalk::avatar
