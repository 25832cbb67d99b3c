// Light on surfaces: a studio rig that follows the camera, skin that scatters, wet highlights.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "flowtalk/face/face.h"
#include "flowtalk/render/camera.h"
#include "flowtalk/render/image.h"
#include "flowtalk/render/mesh.h"

namespace flowtalk::render {

// How a material answers light.
struct Finish {
  float reflectance;    // of the surface seen straight on, 0..1
  float roughness;      // 0 mirror .. 1 chalk
  float scatter;        // 0..1, light that spreads under the surface and softens the terminator
  float least_ambient;  // where the rest shape hides what motion will show (lids, inner lips)
  float least_key;      // of the key light in shadow: eyes keep their glint under the brow
};
Finish finish_of(face::Material material);
Finish clay_finish(face::Material material);  // of the grey look

// Light colours are linear; a white wall facing a light of 1 shows 1.
struct Light {
  Vec3 direction;  // towards the light, camera space (right, up, towards the viewer), unit length
  Vec3 colour;
};
// A studio that follows the camera. The rims light only what the eye sees at a grazing angle.
struct Rig {
  Light key, fill;            // upper left, and right
  std::array<Light, 2> rims;  // behind, right and left
  Vec3 sky, ground;           // from above and below, from everywhere
  Vec3 scatter_width;         // how far red, green and blue light wraps around skin
};
enum class Look : uint8_t {
  kNatural,  // skin, hair and eyes in colour, warm and cool light
  kGrey      // matte clay in white light on a plain ground, as figures in papers show meshes
};
const Rig& studio(Look look);

std::string text_of(Look look);                       // "natural", "grey"
void from_text(const std::string& text, Look& look);  // Error: another word
std::vector<std::string> all_texts(Look);             // every word

// Up to kBatch points, one array per attribute, so that the compiler can work on many at once.
inline constexpr size_t kBatch = 512;
struct ShadeBatch {
  alignas(64) std::array<std::array<float, kBatch>, kAttributes> attribute;
  alignas(64) std::array<float, kBatch> pores_x, pores_y;  // for roughen_skin alone
  std::array<face::BrowPlace, kBatch> brow;                // for paint_brows alone
  alignas(64) std::array<float, kBatch> view_x, view_y;    // slope of the ray from point to eye
  alignas(64) std::array<std::array<float, kBatch>, 3> colour;  // out: linear, 0..1
};
// Shades the first `count` entries, a multiple of kShadedTogether. strand_contrast: 0..1, how much
// of the strands of hair this picture can resolve.
inline constexpr size_t kShadedTogether = 16;
void shade(const Rig& rig, float strand_contrast, size_t count, ShadeBatch& batch);

// Tilts the normals of skin and changes its colour a little, as pores and fine blood vessels do.
// contrast: 0..1, how much of them this picture can resolve.
void roughen_skin(float contrast, size_t count, ShadeBatch& batch);

// Mixes the colour of brows into the first `count` entries, with the strands of shade().
void paint_brows(const Vec3& brow_colour, float strand_contrast, size_t count, ShadeBatch& batch);

}  // namespace flowtalk::render
