// An animation for VRM 1.0 avatars (VRMC_vrm_animation): expressions as the x of a node each, the
// gaze as the turn of another.
#include <algorithm>
#include <cmath>

#include "flowtalk/arkit/presets.h"
#include "flowtalk/base/files.h"
#include "flowtalk/gltf/glb.h"
#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/score_take.h"

namespace flowtalk::pipeline {
namespace {

using gltf::Glb;
constexpr const char* kExtension = "VRMC_vrm_animation";

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

  // values: (T) weights.
  void add_expression(const char* kind, std::string_view name, const std::vector<float>& values) {
    std::vector<float> places;
    for (const float x : values) places.insert(places.end(), {x, 0, 0});
    const size_t node = add_node(std::string(name));
    add_channel(node, "translation", glb_.floats(places, 3, Glb::Use::kData));
    expressions_[kind][std::string(name)] = {{"node", node}};
  }

  // The mean of both eyes, as a turn to the side after one up or down.
  void add_gaze() {
    std::vector<float> turns;
    for (int64_t t = 0; t < take_.frames(); ++t) {
      const float* turn = take_.turns.data() + t * take_.turns.dim(1);
      const double left = -0.25 * (turn[3] + turn[6]), down = 0.25 * (turn[4] + turn[7]);  // halves
      const double cy = std::cos(left), sy = std::sin(left), cx = std::cos(down),
                   sx = std::sin(down);
      for (const double q : {cy * sx, sy * cx, -sy * sx, cy * cx}) {
        turns.push_back(static_cast<float>(q));
      }
    }
    const size_t node = add_node("lookAt");
    add_channel(node, "rotation", glb_.floats(turns, 4, Glb::Use::kData));
    look_ = {{"node", node}, {"offsetFromHeadBone", {0, 0.06, 0}}};
  }

  std::string bytes() {
    glb_.json["extensions"][kExtension] = {
        {"specVersion", "1.0"}, {"expressions", expressions_}, {"lookAt", look_}};
    glb_.add("animations", {{"name", "take"}, {"channels", channels_}, {"samplers", samplers_}});
    return glb_.bytes();
  }

 private:
  size_t add_node(const std::string& name) {
    const size_t node = glb_.add("nodes", {{"name", name}});
    glb_.json["scenes"][0]["nodes"].push_back(node);
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
  Json expressions_ = Json::object(), look_, channels_ = Json::array(), samplers_ = Json::array();
};

// All frames of each of several expressions: (names, T).
std::vector<std::vector<float>> presets_over(const arkit::Take& take) {
  std::vector<std::vector<float>> curves(arkit::kPresetNames.size());
  for (int64_t t = 0; t < take.frames(); ++t) {
    arkit::Scores scores{};
    std::copy_n(take.scores.data() + t * take.scores.dim(1), scores.size(), scores.begin());
    const arkit::Presets presets = arkit::presets_of(scores);
    for (size_t i = 0; i < presets.size(); ++i) curves[i].push_back(presets[i]);
  }
  return curves;
}

}  // namespace

void export_vrma(const Scene& scene, const std::filesystem::path& file, const Reporter& reporter) {
  const arkit::Take take = scores_of(scene, reporter);
  Animation animation(take);
  if (scene.options.names == AvatarNames::kPresets) {
    const auto curves = presets_over(take);
    for (size_t i = 0; i < curves.size(); ++i) {
      animation.add_expression("preset", arkit::kPresetNames[i], curves[i]);
    }
  } else {
    for (size_t i = 0; i < arkit::kShapes; ++i) {
      if (arkit::kNames[i].starts_with("eyeLook")) continue;  // the gaze says it
      std::vector<float> curve;
      for (int64_t t = 0; t < take.frames(); ++t) {
        curve.push_back(take.scores[t * take.scores.dim(1) + static_cast<int64_t>(i)]);
      }
      animation.add_expression("custom", arkit::kNames[i], curve);
    }
  }
  animation.add_gaze();
  save_file(file, animation.bytes());
}

}  // namespace flowtalk::pipeline
