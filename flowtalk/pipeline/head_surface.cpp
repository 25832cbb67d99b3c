#include "flowtalk/pipeline/head_surface.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "flowtalk/pipeline/refined_brows.h"
#include "flowtalk/render/mesh.h"
#include "flowtalk/render/shading.h"

namespace flowtalk::pipeline {
namespace {

using face::Material;

struct Part {
  const char* name;
  Material material;
  bool both_sides = false;
};
constexpr std::array kParts{
    Part{"Head", Material::kSkin},         Part{"Lips", Material::kLips},
    Part{"Lashes", Material::kLash, true}, Part{"Eyes", Material::kEyeball},
    Part{"Tears", Material::kTear},        Part{"Teeth", Material::kTeeth},
    Part{"Tongue", Material::kTongue},     Part{"Mouth", Material::kMouthInside, true},
    Part{"Hair", Material::kHair, true},   Part{"Shirt", Material::kCloth}};
constexpr std::array<const char*, flame::kJoints> kJointNames{"Root", "Neck", "Jaw", "LeftEye",
                                                              "RightEye"};

// Normals of length 1; what has none looks forward.
void make_unit(std::vector<float>& normals) {
  for (size_t i = 0; i < normals.size(); i += 3) {
    float* n = normals.data() + i;
    const float length = std::hypot(n[0], n[1], n[2]);
    for (size_t k = 0; k < 3; ++k) n[k] = length > 1e-6f ? n[k] / length : 0;
    if (length <= 1e-6f) n[2] = 1;
  }
}

// Albedo, with the brows that the renderer paints mixed into the vertices that lie under them.
std::vector<float> colours_of(const face::Face& face, const RefinedMesh& mesh) {
  const auto& look = face.appearance;
  std::vector<float> colours;
  for (const auto& albedo : look.albedo)
    colours.insert(colours.end(), albedo.begin(), albedo.end());
  continue_rows(colours, 3, mesh);
  std::vector<float> places;
  for (const face::BrowPlace& place : look.brow) {
    places.insert(places.end(), {place.along, place.across});
  }
  if (places.empty()) return colours;
  continue_rows(places, 2, mesh);
  render::ShadeBatch batch;
  for (size_t v = 0; v < places.size() / 2; ++v) {
    for (size_t c = 0; c < 3; ++c) batch.attribute[render::kRed + c][0] = colours[3 * v + c];
    batch.brow[0] = {places[2 * v], places[2 * v + 1]};
    render::paint_brows(look.brow_colour, 0, 1, batch);
    for (size_t c = 0; c < 3; ++c) colours[3 * v + c] = batch.attribute[render::kRed + c][0];
  }
  return colours;
}

// (V, 3), of the face's own vertices.
std::vector<float> normals_of(const Scene& scene, const std::vector<float>& vertices,
                              const render::Adjacency& adjacency) {
  std::vector<float> normals;
  for (const render::Vec3& n :
       render::vertex_normals(vertices, scene.face.triangles, adjacency, scene.pool)) {
    normals.insert(normals.end(), n.begin(), n.end());
  }
  make_unit(normals);
  return normals;
}

// The part of a material; empty if the face has none.
HeadPart part_of(const Part& of, const RefinedMesh& mesh, const HeadRig& rig) {
  HeadPart part{of.name, of.material, of.both_sides};
  std::map<uint32_t, uint32_t> places;
  for (size_t i = 0; i < mesh.triangles.size(); ++i) {
    if (mesh.material[i] != of.material) continue;
    for (const uint32_t v : mesh.triangles[i]) {
      const auto [place, fresh] =
          places.try_emplace(v, static_cast<uint32_t>(part.vertices.size()));
      if (fresh) part.vertices.push_back(v);
      part.corners.push_back(place->second);
    }
  }
  part.moves = std::ranges::any_of(rig.targets, [&](const MorphTarget& target) {
    return std::ranges::any_of(part.vertices, [&](uint32_t v) {
      const float* offset = target.offsets.data() + 3 * size_t{v};
      return std::max({std::abs(offset[0]), std::abs(offset[1]), std::abs(offset[2])}) > kStill_m;
    });
  });
  return part;
}

}  // namespace

const char* name_of(flame::Joint joint) { return kJointNames[static_cast<size_t>(joint)]; }

std::array<float, 3> HeadSurface::place_of(size_t joint) const {
  std::array<float, 3> at = rig.places[joint];
  if (rig.parents[joint] < 0) return at;
  const auto& from = rig.places[static_cast<size_t>(rig.parents[joint])];
  for (size_t k = 0; k < 3; ++k) at[k] -= from[k];
  return at;
}

HeadSurface surface_of(const Scene& scene, HeadRig rig) {
  const RefinedMesh mesh = refine_brows(scene.face);
  const render::Adjacency adjacency(scene.face.triangles,
                                    static_cast<size_t>(scene.face.vertex_count()));
  HeadSurface surface;
  surface.colours = colours_of(scene.face, mesh);
  surface.normals = normals_of(scene, rig.rest, adjacency);
  for (MorphTarget& target : rig.targets) {
    std::vector<float> moved = rig.rest;
    for (size_t i = 0; i < moved.size(); ++i) moved[i] += target.offsets[i];
    std::vector<float> turned = normals_of(scene, moved, adjacency);
    for (size_t i = 0; i < turned.size(); ++i) turned[i] -= surface.normals[i];
    continue_rows(turned, 3, mesh);
    continue_rows(target.offsets, 3, mesh);
    surface.turned.push_back(std::move(turned));
  }
  continue_rows(rig.rest, 3, mesh);
  continue_rows(rig.skinning, rig.joints.size(), mesh);
  continue_rows(surface.normals, 3, mesh);
  make_unit(surface.normals);
  for (const Part& part : kParts) {
    HeadPart made = part_of(part, mesh, rig);
    if (!made.vertices.empty()) surface.parts.push_back(std::move(made));
  }
  surface.rig = std::move(rig);
  return surface;
}

std::vector<float> turns_of(const motion::Motion& motion, flame::Joint joint) {
  std::vector<float> turns;
  bool still = true;
  std::array<double, 4> last{0, 0, 0, 1};
  for (int64_t t = 0; t < motion.frames(); ++t) {
    const face::FaceFrame frame = face::frame_of(motion, t);
    const std::array parts{frame.root, frame.neck, frame.jaw, frame.left_eye, frame.right_eye};
    const auto& turn = parts[static_cast<size_t>(joint)];
    const double angle = std::hypot(double{turn[0]}, double{turn[1]}, double{turn[2]});
    still = still && angle == 0;
    const double scale = angle > 0 ? std::sin(angle / 2) / angle : 0;
    std::array<double, 4> q{scale * turn[0], scale * turn[1], scale * turn[2], std::cos(angle / 2)};
    double along = 0;
    for (size_t k = 0; k < 4; ++k) along += q[k] * last[k];
    for (size_t k = 0; k < 4; ++k) {
      if (along < 0) q[k] = -q[k];
      turns.push_back(static_cast<float>(q[k]));
    }
    last = q;
  }
  return still ? std::vector<float>() : turns;
}

}  // namespace flowtalk::pipeline
