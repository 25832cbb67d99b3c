// What a rig looks like, in the parts that other programs want: a mesh per material, with normals
// and colours.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/pipeline/head_rig.h"

namespace flowtalk::pipeline {

// One material, so one primitive, as importers like it.
struct HeadPart {
  const char* name;
  face::Material material;
  bool both_sides = false;
  std::vector<uint32_t> vertices{}, corners{};  // of the surface; of its triangles among those
  bool moves = false;                           // by a target
};

struct HeadSurface {
  HeadRig rig;  // its rows continued to the vertices below
  // V vertices: the face's own and those that make its brows finer.
  std::vector<float> normals, colours;     // (V, 3) of length 1; linear RGB
  std::vector<std::vector<float>> turned;  // (V, 3) per target: what it adds to normals
  std::vector<HeadPart> parts;             // those that the face has

  // Where a joint stands against its parent.
  std::array<float, 3> place_of(size_t joint) const;
};

// Displacements below it are no part of a target, metres.
inline constexpr float kStill_m = 1e-6f;
// "Root", "Neck", ...
const char* name_of(flame::Joint joint);

HeadSurface surface_of(const Scene& scene, HeadRig rig);

// A joint over time, (T, 4) quaternions x y z w, each the nearer of the two that say it; empty if
// it never turns.
std::vector<float> turns_of(const motion::Motion& motion, flame::Joint joint);

// Rows of the whole surface that a part has, in its order.
template <class T>
std::vector<T> rows_of(std::span<const T> whole, const std::vector<uint32_t>& vertices,
                       size_t width) {
  std::vector<T> rows;
  rows.reserve(vertices.size() * width);
  for (const uint32_t v : vertices) {
    const auto row = whole.subspan(v * width, width);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return rows;
}

}  // namespace flowtalk::pipeline
