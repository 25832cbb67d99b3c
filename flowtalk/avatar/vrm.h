// What the VRM extensions of a glTF file say, of version 0.x and 1.0 alike.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/avatar/names.h"
#include "flowtalk/gltf/nodes.h"

namespace flowtalk::avatar {

// What an expression of VRM 1.0 does to what else moves a part of the face: nothing, leaves it as
// much as it does not show itself, or stops it.
enum class Override : uint8_t { kNone, kBlend, kBlock };
struct Overrides {
  Override mouth = Override::kNone, blink = Override::kNone, look = Override::kNone;
};

// A weight of 1 of an expression puts these on targets of meshes.
struct Expression {
  struct Bind {
    size_t mesh = 0, target = 0;
    float weight = 1;
  };
  std::string name;
  bool binary = false;  // all or nothing
  Overrides overrides;
  std::vector<Bind> binds;
};

// How far an eye turns for a look: of `input` degrees and more, `output` degrees; where expressions
// move eyes, so much weight.
struct LookRange {
  double input = 90, output = 10;
};

struct Vrm {
  int version = 0;                             // 1: 0.x, 2: 1.0; 0: no VRM
  std::vector<std::pair<Bone, size_t>> bones;  // and nodes
  std::vector<Expression> expressions;
  bool looks_by_bones = true;
  LookRange inner, outer, up, down;
  std::vector<size_t> hidden;  // nodes, and meshes of 0.x below
  std::vector<size_t> hidden_meshes;

  bool is_any() const { return version > 0; }
  bool faces_back() const { return version == 1; }  // towards -z
};

// Errors: places beyond the file's lists, values of other kinds. targets: how many each mesh has.
Vrm vrm_of(const gltf::Document& document, const gltf::Nodes& nodes,
           const std::vector<size_t>& targets);

}  // namespace flowtalk::avatar
