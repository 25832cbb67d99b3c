// The built-in head with morph targets and joints, moved, as a glTF file.
#include <algorithm>
#include <cmath>
#include <map>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/gltf/glb.h"
#include "flowtalk/pipeline/head_rig.h"
#include "flowtalk/render/mesh.h"
#include "flowtalk/render/shading.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;
using face::Material;
using gltf::Glb;
using Use = gltf::Glb::Use;

constexpr float kStill_m = 1e-6f, kStillNormal = 1e-3f;  // what is less is no part of a target

// What is a mesh of its own: one material, so one primitive, as importers like it.
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

// Rows of the whole mesh that a part has, in its order.
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

std::span<const float> flat(const std::vector<render::Vec3>& rows) {
  return {rows.data()->data(), 3 * rows.size()};
}

// Albedo, with the brows that the renderer paints mixed into the vertices that lie under them.
std::vector<float> colours_of(const face::Face& face) {
  const auto& look = face.appearance;
  std::vector<float> colours;
  for (const auto& albedo : look.albedo)
    colours.insert(colours.end(), albedo.begin(), albedo.end());
  if (look.brow.empty()) return colours;
  render::ShadeBatch batch;
  for (size_t v = 0; v < look.brow.size(); ++v) {
    for (size_t c = 0; c < 3; ++c) batch.attribute[render::kRed + c][0] = colours[3 * v + c];
    batch.brow[0] = look.brow[v];
    render::paint_brows(look.brow_colour, 0, 1, batch);
    for (size_t c = 0; c < 3; ++c) colours[3 * v + c] = batch.attribute[render::kRed + c][0];
  }
  return colours;
}

class HeadFile {
 public:
  HeadFile(const Scene& scene, HeadRig rig)
      : scene_(scene),
        rig_(std::move(rig)),
        adjacency_(scene.face.triangles, static_cast<size_t>(scene.face.vertex_count())),
        colours_(colours_of(scene.face)),
        normals_(normals_of(rig_.rest)) {
    for (const MorphTarget& target : rig_.targets) {
      std::vector<float> moved = rig_.rest;
      for (size_t i = 0; i < moved.size(); ++i) moved[i] += target.offsets[i];
      auto turned = normals_of(moved);
      for (size_t v = 0; v < turned.size(); ++v) {
        for (size_t k = 0; k < 3; ++k) turned[v][k] -= normals_[v][k];
      }
      turned_.push_back(std::move(turned));
    }
  }

  std::string bytes() {
    glb_.json["scene"] = 0;
    glb_.json["scenes"] = Json::array({{{"nodes", Json::array()}}});
    add_joints();
    for (const Part& part : kParts) add_part(part);
    if (scene_.motion.frames() > 0) add_animation();
    return glb_.bytes();
  }

 private:
  std::vector<render::Vec3> normals_of(const std::vector<float>& vertices) const {
    auto normals = render::vertex_normals(vertices, scene_.face.triangles, adjacency_, scene_.pool);
    for (render::Vec3& n : normals) {
      const float length = std::hypot(n[0], n[1], n[2]);
      for (float& x : n) x = length > 1e-6f ? x / length : 0;
      if (length <= 1e-6f) n[2] = 1;
    }
    return normals;
  }

  void add_joints() {
    std::vector<float> inverse;
    for (size_t j = 0; j < rig_.joints.size(); ++j) {
      const auto& at = rig_.places[j];
      std::array<float, 3> from{};
      if (rig_.parents[j] >= 0) from = rig_.places[static_cast<size_t>(rig_.parents[j])];
      joints_.push_back(glb_.add(
          "nodes", {{"name", kJointNames[static_cast<size_t>(rig_.joints[j])]},
                    {"translation", {at[0] - from[0], at[1] - from[1], at[2] - from[2]}}}));
      if (rig_.parents[j] < 0) {
        glb_.json["scenes"][0]["nodes"].push_back(joints_[j]);
      } else {
        glb_.json["nodes"][joints_[static_cast<size_t>(rig_.parents[j])]]["children"].push_back(
            joints_[j]);
      }
      inverse.insert(inverse.end(),
                     {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -at[0], -at[1], -at[2], 1});
    }
    glb_.add("skins", {{"inverseBindMatrices", glb_.floats(inverse, 16, Use::kData)},
                       {"skeleton", joints_[0]},
                       {"joints", joints_}});
  }

  size_t add_material(const Part& part) {
    Json material{{"name", part.name},
                  {"pbrMetallicRoughness",
                   {{"metallicFactor", 0},
                    {"roughnessFactor", double{render::finish_of(part.material).roughness}}}}};
    if (part.both_sides) material["doubleSided"] = true;
    return glb_.add("materials", std::move(material));
  }

  // The vertices of a part's triangles, and the triangles by their places among them.
  std::vector<uint32_t> vertices_of(Material material, std::vector<uint32_t>& corners) const {
    std::map<uint32_t, uint32_t> places;
    std::vector<uint32_t> vertices;
    for (const auto& triangle : scene_.face.triangles) {
      if (scene_.face.appearance.material[triangle[0]] != material) continue;
      for (const uint32_t v : triangle) {
        const auto [place, fresh] = places.try_emplace(v, static_cast<uint32_t>(vertices.size()));
        if (fresh) vertices.push_back(v);
        corners.push_back(place->second);
      }
    }
    return vertices;
  }

  void add_part(const Part& part) {
    std::vector<uint32_t> corners;
    const auto vertices = vertices_of(part.material, corners);
    if (vertices.empty()) return;
    const auto put = [&](std::span<const float> whole, bool bounds) {
      return glb_.floats(rows_of(whole, vertices, 3), 3, Use::kVertices, bounds);
    };
    Json primitive{{"attributes",
                    {{"POSITION", put(rig_.rest, true)},
                     {"NORMAL", put(flat(normals_), false)},
                     {"COLOR_0", put(colours_, false)}}},
                   {"indices", glb_.indices(corners)},
                   {"material", add_material(part)}};
    add_skinning(vertices, primitive["attributes"]);
    Json mesh{{"name", part.name}};
    const bool moves = add_targets(vertices, primitive);
    mesh["primitives"] = Json::array({primitive});
    if (moves) {
      mesh["weights"] = std::vector<int>(rig_.targets.size(), 0);
      for (const auto& target : rig_.targets) mesh["extras"]["targetNames"].push_back(target.name);
    }
    const size_t place = glb_.add("meshes", std::move(mesh));
    const size_t node = glb_.add("nodes", {{"name", part.name}, {"mesh", place}, {"skin", 0}});
    glb_.json["scenes"][0]["nodes"].push_back(node);
    if (moves) moving_.push_back(node);
  }

  // Four joints and their shares per vertex; no vertex hangs on more.
  void add_skinning(const std::vector<uint32_t>& vertices, Json& attributes) {
    const size_t count = rig_.joints.size();
    std::vector<uint8_t> joints(4 * vertices.size(), 0);
    std::vector<float> shares(4 * vertices.size(), 0.0f);
    for (size_t i = 0; i < vertices.size(); ++i) {
      size_t at = 4 * i;
      double sum = 0;
      for (size_t j = 0; j < count; ++j) {
        const float share = rig_.skinning[vertices[i] * count + j];
        if (share <= 0) continue;
        FT_CHECK(at < 4 * i + 4, "vertex {} hangs on more than four joints", vertices[i]);
        joints[at] = static_cast<uint8_t>(j);
        shares[at++] = share;
        sum += double{share};
      }
      for (size_t k = 4 * i; k < at; ++k) shares[k] = static_cast<float>(shares[k] / sum);
    }
    attributes["JOINTS_0"] = glb_.bytes_of_four(joints);
    attributes["WEIGHTS_0"] = glb_.floats(shares, 4, Use::kVertices);
  }

  // False, and none, if no target moves the part.
  bool add_targets(const std::vector<uint32_t>& vertices, Json& primitive) {
    std::vector<std::vector<float>> offsets;
    bool moves = false;
    for (const MorphTarget& target : rig_.targets) {
      offsets.push_back(rows_of(std::span<const float>(target.offsets), vertices, 3));
      moves = moves ||
              std::ranges::any_of(offsets.back(), [](float x) { return std::abs(x) > kStill_m; });
    }
    if (!moves) return false;
    for (size_t k = 0; k < offsets.size(); ++k) {
      const auto turned = rows_of(flat(turned_[k]), vertices, 3);
      primitive["targets"].push_back({{"POSITION", glb_.sparse(offsets[k], kStill_m, true)},
                                      {"NORMAL", glb_.sparse(turned, kStillNormal, false)}});
    }
    return true;
  }

  size_t add_sampler(Json& animation, size_t times, size_t values) {
    animation["samplers"].push_back(
        {{"input", times}, {"interpolation", "LINEAR"}, {"output", values}});
    return animation["samplers"].size() - 1;
  }

  void add_animation() {
    const int64_t frames = scene_.motion.frames();
    std::vector<float> seconds;
    for (int64_t t = 0; t < frames; ++t) {
      seconds.push_back(static_cast<float>(static_cast<double>(t) / scene_.motion.rate_hz));
    }
    const size_t times = glb_.floats(seconds, 1, Use::kData, true);
    Json animation{{"name", "take"}, {"channels", Json::array()}, {"samplers", Json::array()}};
    const size_t weights =
        add_sampler(animation, times, glb_.floats(rig_.weights.values(), 1, Use::kData));
    const auto channel = [&](size_t sampler, size_t node, const char* path) {
      animation["channels"].push_back(
          {{"sampler", sampler}, {"target", {{"node", node}, {"path", path}}}});
    };
    for (const size_t node : moving_) channel(weights, node, "weights");
    for (size_t j = 0; j < rig_.joints.size(); ++j) {
      const auto turns = turns_of(rig_.joints[j]);
      if (turns.empty()) continue;
      channel(add_sampler(animation, times, glb_.floats(turns, 4, Use::kData)), joints_[j],
              "rotation");
    }
    if (!scene_.motion.translation.empty()) {
      std::vector<float> places;
      for (int64_t t = 0; t < frames; ++t) {
        const auto moved = scene_.motion.translation.at(t);
        for (size_t k = 0; k < 3; ++k) places.push_back(rig_.places[0][k] + moved[k]);
      }
      channel(add_sampler(animation, times, glb_.floats(places, 3, Use::kData)), joints_[0],
              "translation");
    }
    glb_.add("animations", std::move(animation));
  }

  // (T, 4) quaternions x y z w of a joint, each the nearer of the two that say it; empty if it
  // never turns.
  std::vector<float> turns_of(flame::Joint joint) const {
    std::vector<float> turns;
    bool still = true;
    std::array<double, 4> last{0, 0, 0, 1};
    for (int64_t t = 0; t < scene_.motion.frames(); ++t) {
      const face::FaceFrame frame = face::frame_of(scene_.motion, t);
      const std::array parts{frame.root, frame.neck, frame.jaw, frame.left_eye, frame.right_eye};
      const auto& turn = parts[static_cast<size_t>(joint)];
      const double angle = std::hypot(double{turn[0]}, double{turn[1]}, double{turn[2]});
      still = still && angle == 0;
      const double scale = angle > 0 ? std::sin(angle / 2) / angle : 0;
      std::array<double, 4> q{scale * turn[0], scale * turn[1], scale * turn[2],
                              std::cos(angle / 2)};
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

  const Scene& scene_;
  HeadRig rig_;
  render::Adjacency adjacency_;
  std::vector<float> colours_;
  std::vector<render::Vec3> normals_;
  std::vector<std::vector<render::Vec3>> turned_;  // change of the normals, per target
  Glb glb_;
  std::vector<size_t> joints_, moving_;  // nodes
};

}  // namespace

void export_glb(const Scene& scene, const fs::path& file, const Reporter& reporter) {
  save_file(file, HeadFile(scene, rig_of(scene, reporter)).bytes());
}

}  // namespace flowtalk::pipeline
