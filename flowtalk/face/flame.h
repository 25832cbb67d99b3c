// FLAME face models (flame.is.tue.mpg.de): the user's own file becomes a Face. A FLAME file holds
// geometry only; looks, lip landmarks and regions are derived from its fixed topology.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "flowtalk/face/face.h"
#include "flowtalk/formats/array.h"

namespace flowtalk::face {

// What is said where a mesh of a FLAME head is written.
inline constexpr std::string_view kFlameTerms =
    "a head of FLAME; the terms of its file hold for meshes of it, too, and several versions are "
    "for non-commercial research alone: https://flame.is.tue.mpg.de";

// The arrays of a model file that count, under the file's own names. Number types are free.
struct FlameArrays {
  formats::Array v_template;     // (V, 3) metres
  formats::Array shapedirs;      // (V, 3, K): 300 shape components, then up to 100 expressions
  formats::Array posedirs;       // (V, 3, 36)
  formats::Array J_regressor;    // (5, V)
  formats::Array weights;        // (V, 5)
  formats::Array f;              // (F, 3) triangles
  formats::Array kintree_table;  // (2, 5): parents (the root's is -1 or 2^32 - 1), joints 0..4
};

// A pickle of 2019, 2020 (chumpy, scipy) or 2023 (numpy). Error: not such a pickle, and all that
// make_flame refuses.
Face load_flame(const std::filesystem::path& path);

// Checks the arrays against each other and makes the face, dressed if the topology is FLAME's.
// Errors name `where` and the array: shapes that do not fit, numbers that are not finite, triangles
// beyond the vertices, skinning weights that do not sum to 1, joints that are not FLAME's.
Face make_flame(const FlameArrays& arrays, const std::string& where);

}  // namespace flowtalk::face
