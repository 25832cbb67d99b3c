// An animation for VRM 1.0 avatars (VRMC_vrm_animation): expressions as the x of a node each, the
// gaze as the turn of another, the head's turns by a humanoid's neck and head.
#include <algorithm>
#include <cmath>

#include "flowtalk/arkit/presets.h"
#include "flowtalk/avatar/humanoid.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/gltf/glb.h"
#include "flowtalk/gltf/nodes.h"
#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/score_take.h"

namespace flowtalk::pipeline {
namespace {

using gltf::Glb;
using gltf::Quaternion;
constexpr const char* kExtension = "VRMC_vrm_animation";

// R_y(left) R_x(down) R_z(roll), radians.
Quaternion turn_of(double left, double down, double roll) {
  const double cy = std::cos(left / 2), sy = std::sin(left / 2), cx = std::cos(down / 2),
               sx = std::sin(down / 2), cz = std::cos(roll / 2), sz = std::sin(roll / 2);
  return {cy * sx * cz + sy * cx * sz, sy * cx * cz - cy * sx * sz, cy * cx * sz - sy * sx * cz,
          cy * cx * cz + sy * sx * sz};
}

// Twice it is the turn, of less than half a circle.
Quaternion half_of(Quaternion q) {
  if (q[3] < 0) {
    for (double& x : q) x = -x;
  }
  q[3] += 1;
  const double length = std::sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
  for (double& x : q) x /= length;
  return q;
}

void put(const Quaternion& q, std::vector<float>& values) {
  for (const double x : q) values.push_back(static_cast<float>(x));
}

class Animation {
 public:
  explicit Animation(const arkit::Take& take) : take_(take) {
    glb_.json["extensionsUsed"] = {kExtension};
    glb_.json["scene"] = 0;
    glb_.json["scenes"] = Json::array({{{"nodes", Json::array()}}});
    std::vector<float> seconds;
    for (int64_t t = 0; t < take.frames(); ++t) {
      seconds.push_back(static_cast<float>(static_cast<double>(t) / take.rate_hz));
    }
    times_ = glb_.floats(seconds, 1, Glb::Use::kData, true);
  }

  // names: each gets the same values, (T) weights.
  void add_expression(const char* kind, const std::vector<std::string>& names,
                      const std::vector<float>& values) {
    std::vector<float> places;
    for (const float x : values) places.insert(places.end(), {x, 0, 0});
    const size_t output = glb_.floats(places, 3, Glb::Use::kData);
    for (const std::string& name : names) {
      const size_t node = add_node(name, {});
      add_channel(node, "translation", output);
      expressions_[kind][name] = {{"node", node}};
    }
  }

  // The mean of both eyes, as a turn to the side after one up or down.
  void add_gaze() {
    std::vector<float> turns;
    for (int64_t t = 0; t < take_.frames(); ++t) {
      const float* turn = turn_at(t);
      put(turn_of(-0.5 * (turn[3] + turn[6]), 0.5 * (turn[4] + turn[7]), 0), turns);
    }
    const size_t node = add_node("lookAt", {});
    add_channel(node, "rotation", glb_.floats(turns, 4, Glb::Use::kData));
    look_ = {{"node", node}, {"offsetFromHeadBone", {0, 0.06, 0}}};
  }

  // Half of a turn in the neck and half in the head, of a whole humanoid, which such a file has if
  // it has one of its bones.
  void add_head() {
    std::vector<float> halves;
    for (int64_t t = 0; t < take_.frames(); ++t) {
      const float* turn = turn_at(t);
      put(half_of(turn_of(-double{turn[0]}, turn[1], turn[2])), halves);
    }
    const size_t values = glb_.floats(halves, 4, Glb::Use::kData);
    std::vector<size_t> nodes;
    for (const auto& [name, parent, at] : avatar::kHumanoid) {
      Json entry{{"translation", at}};
      if (parent >= 0) {
        const auto& above = avatar::kHumanoid[static_cast<size_t>(parent)].at;
        entry["translation"] = {at[0] - above[0], at[1] - above[1], at[2] - above[2]};
      }
      nodes.push_back(add_node(name, std::move(entry),
                               parent < 0 ? nullptr : &nodes[static_cast<size_t>(parent)]));
      humanoid_["humanBones"][name] = {{"node", nodes.back()}};
      const std::string_view bone = name;
      if (bone == "neck" || bone == "head") add_channel(nodes.back(), "rotation", values);
    }
  }

  std::string bytes() {
    glb_.json["extensions"][kExtension] = {
        {"specVersion", "1.0"}, {"expressions", expressions_}, {"lookAt", look_}};
    if (!humanoid_.is_null()) glb_.json["extensions"][kExtension]["humanoid"] = humanoid_;
    glb_.add("animations", {{"name", "take"}, {"channels", channels_}, {"samplers", samplers_}});
    return glb_.bytes();
  }

 private:
  const float* turn_at(int64_t t) const { return take_.turns.data() + t * take_.turns.dim(1); }

  size_t add_node(const std::string& name, Json entry, const size_t* parent = nullptr) {
    entry["name"] = name;
    const size_t node = glb_.add("nodes", std::move(entry));
    Json& above = parent == nullptr ? glb_.json["scenes"][0]["nodes"]
                                    : glb_.json["nodes"][*parent]["children"];
    above.push_back(node);
    return node;
  }
  void add_channel(size_t node, const char* path, size_t output) {
    samplers_.push_back({{"input", times_}, {"interpolation", "LINEAR"}, {"output", output}});
    channels_.push_back(
        {{"sampler", samplers_.size() - 1}, {"target", {{"node", node}, {"path", path}}}});
  }

  const arkit::Take& take_;
  Glb glb_;
  size_t times_ = 0;
  Json expressions_ = Json::object(), look_, humanoid_, channels_ = Json::array(),
       samplers_ = Json::array();
};

// All frames of each of several expressions: (names, T).
std::vector<std::vector<float>> presets_over(const arkit::Take& take, float moods) {
  std::vector<std::vector<float>> curves(arkit::kPresetNames.size());
  for (int64_t t = 0; t < take.frames(); ++t) {
    arkit::Scores scores{};
    std::copy_n(take.scores.data() + t * take.scores.dim(1), scores.size(), scores.begin());
    const arkit::Presets presets = arkit::presets_of(scores, moods);
    for (size_t i = 0; i < presets.size(); ++i) curves[i].push_back(presets[i]);
  }
  return curves;
}

}  // namespace

void export_vrma(const Scene& scene, const std::filesystem::path& file, const Reporter& reporter) {
  if (scene.options.names != AvatarNames::kPresets && scene.options.moods != 1) {
    fail_usage("{} is of presets, and {} {} has none; leave one out", Field("moods"),
               Field("names"), text_of(scene.options.names));
  }
  const arkit::Take take = scores_of(scene, reporter);
  Animation animation(take);
  if (scene.options.names == AvatarNames::kPresets) {
    const auto curves = presets_over(take, scene.options.moods);
    for (size_t i = 0; i < curves.size(); ++i) {
      animation.add_expression("preset", {std::string(arkit::kPresetNames[i])}, curves[i]);
    }
  } else {
    for (size_t i = 0; i < arkit::kShapes; ++i) {
      if (arkit::kNames[i].starts_with("eyeLook")) continue;  // the gaze says it
      std::vector<float> curve;
      for (int64_t t = 0; t < take.frames(); ++t) {
        curve.push_back(take.scores[t * take.scores.dim(1) + static_cast<int64_t>(i)]);
      }
      // Avatars spell them with a capital as often as not, and players compare letter by letter.
      const std::string name(arkit::kNames[i]);
      animation.add_expression("custom", {name, arkit::pascal(name)}, curve);
    }
  }
  animation.add_gaze();
  if (scene.options.head) animation.add_head();
  save_file(file, animation.bytes());
}

}  // namespace flowtalk::pipeline
