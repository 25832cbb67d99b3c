// How an avatar is moved: which of its morph targets and bones follow which of ARKit's shapes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flowtalk/arkit/scores.h"
#include "flowtalk/avatar/vrm.h"
#include "flowtalk/face/pose.h"

namespace flowtalk::avatar {

// What moves its mouth: the best that it has.
enum class MouthBy : uint8_t { kArkit, kVisemes, kVowels, kJaw };
std::string text_of(MouthBy by);

// How many of ARKit's shapes, of visemes and of vowels it needs to be moved by those.
inline constexpr size_t kEnoughShapes = 30, kEnoughVisemes = 8, kEnoughVowels = 3;

// A morph target that is driven.
struct Target {
  size_t mesh = 0, place = 0;
};
// A channel that drives a target; several add up.
struct Wire {
  size_t channel = 0, target = 0;  // in Rig::targets
  float weight = 1;
  bool binary = false;
  size_t part = 0;  // of a mood that lies there in parts (moods.h)
  float most = 1;   // of the channel
};
inline constexpr size_t kMoodParts = 3;  // brows, eyes, mouth
// What is shown of a channel: all or nothing, if it is binary.
inline float shown(float value, bool binary) {
  return binary ? (value > 0.5f ? 1.0f : 0.0f) : value;
}
// A mood that is driven. It may hold back what else moves mouth, lids or looks, as much as it
// shows. Where VRM stops these altogether, from the least weight on, they are only held back here:
// moods of speech are seldom quite at rest.
struct Mood {
  size_t channel = 0;
  bool binary = false;
  Overrides overrides = {};
  float most = 1;  // of it is shown
};
// A bone that turns, about where it stands at rest.
struct TurningBone {
  Bone bone = Bone::kHead;
  size_t node = 0;
  bool halves = false;  // neck and head take half of a turn each
};

// What `inspect` says of an avatar's names.
struct Found {
  std::vector<std::string> arkit, missing;  // of the 52
  std::vector<std::string> visemes, vowels, others, bones;
  std::vector<std::string> left;     // moods that would stop the mouth, and are left at rest
  std::vector<std::string> doubled;  // further names of what another one moves already
  std::vector<std::string> unknown;  // names of targets and expressions that say nothing
};

struct Rig {
  MouthBy mouth = MouthBy::kArkit;
  std::vector<Target> targets;
  std::vector<Wire> wires;
  std::vector<TurningBone> bones;
  std::vector<Mood> moods;
  bool looks_in_ranges = false;  // eyes turn by these, as VRM has it,
  bool looks_by_weight = false;  // or lookUp and its kin are driven by these
  LookRange inner, outer, up, down;
  Found found;
};

// The targets of each mesh: their names ("" where the file has none) and their weights at rest.
struct MeshTargets {
  std::vector<std::string> names;
  std::vector<float> weights;
};
std::vector<MeshTargets> mesh_targets(const gltf::Document& document);
// Those of a node's mesh, unless the node has its own.
std::vector<float> weights_at_rest(const gltf::Node& node, const MeshTargets& mesh);

// What its names say, whether or not something moves its mouth.
Found found_in(const gltf::Document& document, const gltf::Nodes& nodes,
               const std::vector<MeshTargets>& targets, const Vrm& vrm);

// Error: nothing that moves a mouth, with what is expected.
Rig rig_of(const gltf::Document& document, const gltf::Nodes& nodes,
           const std::vector<MeshTargets>& targets, const Vrm& vrm);

// An avatar at one moment.
struct Moment {
  std::vector<float> weights;        // of Rig::targets, 0..1
  std::vector<face::Matrix3> turns;  // of Rig::bones, in the world's axes
  std::array<float, 3> shift{};      // of the body's bone, metres
};
// face: what `frame` shows, whose turns and translation of the whole count, too. Where a rig has no
// body below its neck, its head turns as a whole and stays where it is.
Moment moment_of(const Rig& rig, const arkit::Scored& face, const face::FaceFrame& frame);

}  // namespace flowtalk::avatar
