#include "flowtalk/avatar/animation.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "flowtalk/base/error.h"

namespace flowtalk::avatar {
namespace {

using gltf::Glb;

// A turn below it is none.
constexpr double kStill = 1e-6;

class Animator {
 public:
  Animator(const Avatar& avatar, double rate_hz, std::vector<Moment> moments)
      : avatar_(avatar), glb_(avatar.document().json(), avatar.document().buffer()) {
    moments_ = std::move(moments);
    std::vector<float> seconds;
    for (size_t t = 0; t < moments_.size(); ++t) {
      seconds.push_back(static_cast<float>(static_cast<double>(t) / rate_hz));
    }
    times_ = glb_.floats(seconds, 1, Glb::Use::kData, true);
  }

  std::string bytes() {
    glb_.json.erase("animations");
    for (size_t mesh = 0; mesh < avatar_.targets().size(); ++mesh) add_weights(mesh);
    for (size_t bone = 0; bone < avatar_.rig().bones.size(); ++bone) {
      add_turns(bone);
      if (avatar_.rig().bones[bone].bone == Bone::kBody) add_shifts(bone);
    }
    if (!animation_["channels"].empty()) glb_.add("animations", std::move(animation_));
    return glb_.bytes();
  }

 private:
  void add_channel(size_t values, size_t node, const char* path) {
    animation_["samplers"].push_back(
        {{"input", times_}, {"interpolation", "LINEAR"}, {"output", values}});
    animation_["channels"].push_back({{"sampler", animation_["samplers"].size() - 1},
                                      {"target", {{"node", node}, {"path", path}}}});
  }

  // For each node that shows a mesh; those that have no weights of their own share their values.
  void add_weights(size_t mesh) {
    const auto drives = [&](const Target& target) { return target.mesh == mesh; };
    if (std::ranges::none_of(avatar_.rig().targets, drives)) return;
    std::optional<size_t> shared;
    const auto& nodes = avatar_.nodes().all;
    for (size_t node = 0; node < nodes.size(); ++node) {
      if (nodes[node].mesh != mesh) continue;
      const bool own = !nodes[node].weights.empty();
      if (own || !shared) {
        const size_t values =
            add_values(mesh, weights_at_rest(nodes[node], avatar_.targets()[mesh]));
        if (!own) shared = values;
        add_channel(values, node, "weights");
      } else {
        add_channel(*shared, node, "weights");
      }
    }
  }

  // All targets of a mesh, in the order of the file; those that nothing drives stay.
  size_t add_values(size_t mesh, const std::vector<float>& still) {
    const auto& targets = avatar_.rig().targets;
    std::vector<float> values;
    values.reserve(moments_.size() * still.size());
    for (const Moment& moment : moments_) {
      const size_t row = values.size();
      values.insert(values.end(), still.begin(), still.end());
      for (size_t i = 0; i < targets.size(); ++i) {
        if (targets[i].mesh == mesh) values[row + targets[i].place] = moment.weights[i];
      }
    }
    return glb_.floats(values, 1, Glb::Use::kData);
  }

  void add_turns(size_t bone) {
    std::vector<float> values;
    gltf::Quaternion before{0, 0, 0, 1};
    bool turns = false;
    gltf::Quaternion first{};
    for (const Moment& moment : moments_) {
      gltf::Quaternion q = avatar_.placed(moment, bone).rotation;
      double same = 0;
      for (size_t k = 0; k < 4; ++k) same += q[k] * before[k];
      for (double& x : q) x = same < 0 ? -x : x;  // the nearer of the two that say it
      before = q;
      if (values.empty()) first = q;
      for (size_t k = 0; k < 4; ++k) {
        turns |= std::abs(q[k] - first[k]) > kStill;
        values.push_back(static_cast<float>(q[k]));
      }
    }
    const gltf::Placed rest = avatar_.placed(avatar_.rest(), bone);
    double same = 0;
    for (size_t k = 0; k < 4; ++k) same += rest.rotation[k] * first[k];
    if (!turns && std::abs(same) > 1 - kStill) return;
    open_matrix(bone);
    add_channel(glb_.floats(values, 4, Glb::Use::kData), avatar_.rig().bones[bone].node,
                "rotation");
  }

  void add_shifts(size_t bone) {
    std::vector<float> values;
    for (const Moment& moment : moments_) {
      for (const double x : avatar_.placed(moment, bone).translation) {
        values.push_back(static_cast<float>(x));
      }
    }
    open_matrix(bone);
    add_channel(glb_.floats(values, 3, Glb::Use::kData), avatar_.rig().bones[bone].node,
                "translation");
  }

  // What is animated has its turn and place by themselves.
  void open_matrix(size_t bone) {
    Json& entry = glb_.json["nodes"][avatar_.rig().bones[bone].node];
    if (!entry.contains("matrix")) return;
    const gltf::Placed rest = avatar_.placed(avatar_.rest(), bone);
    entry.erase("matrix");
    entry["translation"] = rest.translation;
    entry["rotation"] = rest.rotation;
    entry["scale"] = rest.scale;
  }

  const Avatar& avatar_;
  Glb glb_;
  std::vector<Moment> moments_;
  size_t times_ = 0;
  Json animation_{{"name", "take"}, {"channels", Json::array()}, {"samplers", Json::array()}};
};

}  // namespace

std::string animated(const Avatar& avatar, const motion::Motion& motion, arkit::Gain gain,
                     arkit::Cut& cut) {
  require_axes(motion.axes, avatar.face());
  if (motion.frames() == 0) fail("{}: an avatar is written with a motion", avatar.face().name);
  std::vector<Moment> moments;
  for (int64_t t = 0; t < motion.frames(); ++t) {
    moments.push_back(avatar.moment(face::frame_of(motion, t), gain, cut));
  }
  return Animator(avatar, motion.rate_hz, std::move(moments)).bytes();
}

}  // namespace flowtalk::avatar
