// The built-in head with morph targets and joints, moved, as a glTF file.
#include "flowtalk/avatar/animation.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/gltf/glb.h"
#include "flowtalk/pipeline/head_surface.h"
#include "flowtalk/pipeline/score_take.h"
#include "flowtalk/render/shading.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;
using gltf::Glb;
using Use = gltf::Glb::Use;

constexpr float kStillNormal = 1e-3f;  // changes below it are no part of a target

class HeadFile {
 public:
  HeadFile(const Scene& scene, HeadRig rig)
      : scene_(scene), surface_(surface_of(scene, std::move(rig))), rig_(surface_.rig) {}

  std::string bytes() {
    glb_.json["scene"] = 0;
    glb_.json["scenes"] = Json::array({{{"nodes", Json::array()}}});
    add_joints();
    for (const HeadPart& part : surface_.parts) add_part(part);
    if (scene_.motion.frames() > 0) add_animation();
    return glb_.bytes();
  }

 private:
  void add_joints() {
    std::vector<float> inverse;
    for (size_t j = 0; j < rig_.joints.size(); ++j) {
      const auto& at = rig_.places[j];
      joints_.push_back(glb_.add(
          "nodes", {{"name", name_of(rig_.joints[j])}, {"translation", surface_.place_of(j)}}));
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

  size_t add_material(const HeadPart& part) {
    Json material{{"name", part.name},
                  {"pbrMetallicRoughness",
                   {{"metallicFactor", 0},
                    {"roughnessFactor", double{render::finish_of(part.material).roughness}}}}};
    if (part.both_sides) material["doubleSided"] = true;
    return glb_.add("materials", std::move(material));
  }

  void add_part(const HeadPart& part) {
    const auto put = [&](std::span<const float> whole, bool bounds) {
      return glb_.floats(rows_of(whole, part.vertices, 3), 3, Use::kVertices, bounds);
    };
    Json primitive{{"attributes",
                    {{"POSITION", put(rig_.rest, true)},
                     {"NORMAL", put(surface_.normals, false)},
                     {"COLOR_0", put(surface_.colours, false)}}},
                   {"indices", glb_.indices(part.corners)},
                   {"material", add_material(part)}};
    add_skinning(part.vertices, primitive["attributes"]);
    Json mesh{{"name", part.name}};
    if (part.moves) {
      add_targets(part.vertices, primitive);
      mesh["weights"] = std::vector<int>(rig_.targets.size(), 0);
      for (const auto& target : rig_.targets) mesh["extras"]["targetNames"].push_back(target.name);
    }
    mesh["primitives"] = Json::array({primitive});
    const size_t place = glb_.add("meshes", std::move(mesh));
    const size_t node = glb_.add("nodes", {{"name", part.name}, {"mesh", place}, {"skin", 0}});
    glb_.json["scenes"][0]["nodes"].push_back(node);
    if (part.moves) moving_.push_back(node);
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

  void add_targets(const std::vector<uint32_t>& vertices, Json& primitive) {
    const auto put = [&](const std::vector<float>& whole, float least, bool bounds) {
      return glb_.sparse(rows_of(std::span<const float>(whole), vertices, 3), least, bounds);
    };
    for (size_t k = 0; k < rig_.targets.size(); ++k) {
      primitive["targets"].push_back({{"POSITION", put(rig_.targets[k].offsets, kStill_m, true)},
                                      {"NORMAL", put(surface_.turned[k], kStillNormal, false)}});
    }
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
      const auto turns = turns_of(scene_.motion, rig_.joints[j]);
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

  const Scene& scene_;
  const HeadSurface surface_;
  const HeadRig& rig_;
  Glb glb_;
  std::vector<size_t> joints_, moving_;  // nodes
};

}  // namespace

// The avatar's own file with the motion in it.
static void export_avatar(const Scene& scene, const fs::path& file, const Reporter& reporter) {
  if (scene.options.rig != Rig::kMorphs) {
    fail_usage("{}: is of the built-in head; an avatar has its own, leave it out", Field("rig"));
  }
  if (scene.motion.frames() == 0) {
    fail_usage("which motion? for example: {} happy.npz; at rest an avatar is its own file",
               Field("params"));
  }
  arkit::Cut cut;
  const std::string bytes = avatar::animated(*scene.avatar, scene.motion, scene.options.gain, cut);
  tell(cut, scene.motion.frames(), reporter);
  if (scene.avatar->document().json().contains("animations")) {
    reporter.note(fmt::format("{}: its own animations are left out", scene.face.name));
  }
  save_file(file, bytes);
}

void export_glb(const Scene& scene, const fs::path& file, const Reporter& reporter) {
  if (scene.avatar != nullptr) return export_avatar(scene, file, reporter);
  save_file(file, HeadFile(scene, rig_of(scene, reporter)).bytes());
}

}  // namespace flowtalk::pipeline
