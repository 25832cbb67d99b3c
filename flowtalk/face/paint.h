// What the surfaces of a mesh from elsewhere look like: pictures on them, and what can be seen
// through.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace flowtalk::face {

// What a picture shows beyond its edge.
enum class Wrap : uint8_t { kRepeat, kClamp, kMirror };

// An 8-bit sRGB picture with alpha; (0, 0) is its top left corner.
struct Texture {
  int width = 0, height = 0;
  std::vector<uint8_t> rgba;  // height * width * 4
  Wrap wrap_x = Wrap::kRepeat, wrap_y = Wrap::kRepeat;
};

enum class Alpha : uint8_t {
  kOpaque,
  kMask,  // there or not
  kBlend  // mixed with what is behind
};

// One surface. Its colour is albedo of the vertex times the picture.
struct PaintedSurface {
  int texture = -1;  // none
  Alpha alpha = Alpha::kOpaque;
  float opacity = 1, cutoff = 0.5f;  // of kMask: there from this alpha on
  bool both_sides = false;
  bool unlit = false;  // shown as it is, without light
};

struct Paint {
  std::vector<PaintedSurface> surfaces;
  std::vector<Texture> textures;
  std::vector<std::string> remarks;  // what is not drawn as the file has it, a line each
  // Per vertex. A triangle's vertices are of one surface.
  std::vector<uint32_t> surface;
  std::vector<std::array<float, 2>> uv;  // 0..1 across a picture
  std::vector<float> opacity;
  // The first vertex at the same place of the same smooth surface: meshes are cut where pictures
  // have edges, light is not.
  std::vector<uint32_t> joined;
};

}  // namespace flowtalk::face
