#include "flowtalk/avatar/rig.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "flowtalk/avatar/moods.h"
#include "flowtalk/avatar/sources.h"
#include "flowtalk/base/error.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/head_angles.h"

namespace flowtalk::avatar {
namespace {

using gltf::Entry;

constexpr size_t kMostTargets = 4096;  // of a mesh
constexpr double kDegrees = 180 / std::numbers::pi;

size_t count(const Sources& sources, size_t first, size_t end) {
  return static_cast<size_t>(std::count_if(sources.begin() + static_cast<std::ptrdiff_t>(first),
                                           sources.begin() + static_cast<std::ptrdiff_t>(end),
                                           [](const Source& source) { return source.any(); }));
}

bool is_of_mouth(std::string_view shape) {
  return shape.starts_with("jaw") || shape.starts_with("mouth") || shape == "tongueOut";
}
// Moods of the mouth's corners, which go together with whole mouths.
bool is_of_corners(std::string_view shape) {
  return shape.starts_with("mouthSmile") || shape.starts_with("mouthFrown");
}

bool any_mouth(const Sources& sources) {
  for (size_t i = 0; i < arkit::kShapes; ++i) {
    if (is_of_mouth(arkit::kNames[i]) && sources[i].any()) return true;
  }
  return sources[kMouthOpen].any();
}

// The bones of a file: VRM names them; elsewhere joints and what meshes hang on are asked for their
// names.
using Bones = std::vector<std::pair<Bone, size_t>>;
Bones bones_of(const gltf::Document& document, const gltf::Nodes& nodes, const Vrm& vrm) {
  if (vrm.is_any()) return vrm.bones;
  std::vector<bool> may(nodes.all.size(), false);
  const Entry root = document.root();
  for (size_t i = 0; i < root.size("skins"); ++i) {
    for (const size_t joint : root.item("skins", i).indices("joints", may.size()))
      may[joint] = true;
  }
  for (auto at = nodes.order.rbegin(); at != nodes.order.rend(); ++at) {  // children first
    const gltf::Node& node = nodes.all[*at];
    if (node.parent < 0 || !(node.mesh || may[*at])) continue;
    may[static_cast<size_t>(node.parent)] = true;
  }
  Bones bones;
  const auto place_of = [&](Bone bone) {
    return std::ranges::find_if(bones, [&](const auto& other) { return other.first == bone; });
  };
  for (const size_t i : nodes.order) {
    const auto bone = may[i] ? bone_of(nodes.all[i].name) : std::nullopt;
    if (bone && place_of(*bone) == bones.end()) bones.emplace_back(*bone, i);
  }
  // Only right below the neck, as exported heads have it: elsewhere a root lies at the feet.
  const auto body = place_of(Bone::kBody), neck = place_of(Bone::kNeck);
  const bool below = body != bones.end() && neck != bones.end() &&
                     nodes.all[neck->second].parent == static_cast<int>(body->second);
  if (body != bones.end() && !below) bones.erase(body);
  return bones;
}

MouthBy mouth_of(const Sources& sources, bool has_jaw, const std::string& where) {
  const size_t shapes = count(sources, 0, kFirstViseme),
               visemes = count(sources, kFirstViseme, kFirstVowel),
               vowels = count(sources, kFirstVowel, kFirstMood);
  const bool opens = sources[arkit::shape("jawOpen")].any() || sources[kMouthOpen].any();
  if (shapes >= kEnoughShapes && (opens || has_jaw)) return MouthBy::kArkit;
  if (visemes >= kEnoughVisemes) return MouthBy::kVisemes;
  if (vowels >= kEnoughVowels) return MouthBy::kVowels;
  if (opens || (has_jaw && any_mouth(sources))) return MouthBy::kArkit;
  if (has_jaw) return MouthBy::kJaw;
  fail(
      "{}: nothing moves its mouth: expected morph targets called as ARKit's 52 shapes (jawOpen, "
      "mouthFunnel, ...), {} visemes or more (viseme_aa; it has {}), {} vowels or more (A, I, U, "
      "E, O; it has {}), or a bone called Jaw; `flowtalk inspect` lists what it has",
      where, kEnoughVisemes, visemes, kEnoughVowels, vowels);
}

// Which channels drive what they name.
std::vector<bool> active_channels(const Sources& sources, MouthBy mouth, bool eyes_by_bones) {
  std::vector<bool> active(kChannels, false);
  for (size_t i = 0; i < arkit::kShapes; ++i) {
    const std::string_view name = arkit::kNames[i];
    const bool looks = name.starts_with("eyeLook");
    active[i] = !(looks && eyes_by_bones) &&
                (mouth == MouthBy::kArkit || !is_of_mouth(name) || is_of_corners(name));
  }
  std::fill_n(active.begin() + kFirstViseme, arkit::kVisemeNames.size(),
              mouth == MouthBy::kVisemes);
  std::fill_n(active.begin() + kFirstVowel, kVowels, mouth == MouthBy::kVowels);
  std::fill_n(active.begin() + kFirstMood, kMoods, mouth != MouthBy::kArkit);
  for (size_t i = 0; i < kTogether.size(); ++i) {
    const auto& [a, b] = kTogether[i].shapes;
    active[kFirstTogether + i] = active[a] && !sources[a].any() && !sources[b].any();
  }
  return active;
}

// Adds the wires of channels, to targets that get a place in Rig::targets.
class Wiring {
 public:
  Wiring(const std::vector<MeshTargets>& meshes, Rig& rig) : meshes_(meshes), rig_(rig) {}

  // A mood that lies there in parts, too, is moved by these.
  void add(size_t channel, size_t mesh, size_t target, float weight, bool binary) {
    const bool mood = group_of(channel) == Group::kMood;
    const auto parts = mood ? parts_of_mood(meshes_[mesh], target) : std::nullopt;
    for (size_t part = 0; part < (parts ? kMoodParts : 1); ++part) {
      const size_t place = place_of(mesh, parts ? (*parts)[part] : target);
      rig_.wires.push_back({channel, place, weight, binary, part});
    }
  }

 private:
  size_t place_of(size_t mesh, size_t target) {
    const auto [at, added] = places_.try_emplace({mesh, target}, rig_.targets.size());
    if (added) rig_.targets.push_back({mesh, target});
    return at->second;
  }

  const std::vector<MeshTargets>& meshes_;
  Rig& rig_;
  std::map<std::pair<size_t, size_t>, size_t> places_;
};

void add_wires(const Sources& sources, const std::vector<bool>& active,
               const std::vector<MeshTargets>& meshes, Rig& rig) {
  Wiring wiring(meshes, rig);
  for (size_t channel = 0; channel < kChannels; ++channel) {
    if (!active[channel] || !sources[channel].any()) continue;
    const Source& source = sources[channel];
    const bool mood = group_of(channel) == Group::kMood;
    for (const Expression& expression : source.expressions) {
      if (mood) rig.moods.push_back({channel, expression.binary, expression.overrides});
      for (const auto& bind : expression.binds) {
        wiring.add(channel, bind.mesh, bind.target, bind.weight, expression.binary);
      }
    }
    if (!source.expressions.empty()) continue;
    if (mood) rig.moods.push_back({channel});
    for (const auto& [mesh, target] : source.targets) wiring.add(channel, mesh, target, 1, false);
  }
}

void tell(const Sources& sources, const Bones& bones, Found& found) {
  for (const auto& bone : bones) {
    found.bones.emplace_back(kBoneNames[static_cast<size_t>(bone.first)]);
  }
  for (size_t i = 0; i < kChannels; ++i) {
    const std::string name(channel_name(i));
    if (sources[i].left) found.left.push_back(name);
    if (group_of(i) == Group::kArkit)
      (sources[i].any() ? found.arkit : found.missing).push_back(name);
    if (group_of(i) == Group::kArkit || !sources[i].any()) continue;
    const bool viseme = group_of(i) == Group::kViseme, vowel = group_of(i) == Group::kVowel;
    (viseme ? found.visemes : vowel ? found.vowels : found.others).push_back(name);
  }
}

bool looks_by_shapes(const Sources& sources) {
  for (size_t i = 0; i < kChannels; ++i) {
    const std::string_view name = channel_name(i);
    if ((name.starts_with("eyeLook") || name.starts_with("look")) && sources[i].any()) return true;
  }
  return false;
}

double in_range(double degrees, const LookRange& range) {
  const double input = std::max(1e-3, range.input);
  return std::min(degrees, input) / input * range.output;
}

// By VRM's ranges: what both eyes do on average, whichever eye, as far as the outer one may.
void put_looks(const Rig& rig, const arkit::Turns& turns, std::array<float, kChannels>& values) {
  const double left = -0.5 * kDegrees * (double{turns[3]} + double{turns[6]}),
               down = 0.5 * kDegrees * (double{turns[4]} + double{turns[7]});
  const auto put = [&](std::string_view name, double degrees, const LookRange& range) {
    for (size_t i = 0; i < kTogether.size(); ++i) {
      if (kTogether[i].name != name) continue;
      values[kFirstTogether + i] = static_cast<float>(in_range(std::max(0.0, degrees), range));
    }
  };
  put("lookLeft", left, rig.outer);
  put("lookRight", -left, rig.outer);
  put("lookDown", down, rig.down);
  put("lookUp", -down, rig.up);
}

// The values of all channels.
std::array<float, kChannels> values_of(const arkit::Scores& scores) {
  std::array<float, kChannels> values{};
  std::ranges::copy(scores, values.begin());
  std::ranges::copy(arkit::visemes_of(scores), values.begin() + kFirstViseme);
  const arkit::Presets presets = arkit::presets_of(scores);
  constexpr size_t kBlinks = 2;
  std::copy_n(presets.begin(), kVowels, values.begin() + kFirstVowel);
  std::copy_n(presets.begin() + kVowels + kBlinks, kMoods, values.begin() + kFirstMood);
  for (size_t i = 0; i < kTogether.size(); ++i) {
    const auto& [a, b] = kTogether[i].shapes;
    values[kFirstTogether + i] = 0.5f * (scores[a] + scores[b]);
  }
  return values;
}

face::Matrix3 half_of(const face::Matrix3& r) {
  // By quaternions: (w + 1, x, y, z), brought to length 1, is half of the turn.
  gltf::Matrix4 m = gltf::kIdentity;
  for (size_t row = 0; row < 3; ++row) {
    for (size_t column = 0; column < 3; ++column) m[4 * column + row] = r[3 * row + column];
  }
  gltf::Placed placed = gltf::placed_of(m);
  auto& q = placed.rotation;
  if (q[3] < 0) {
    for (double& x : q) x = -x;
  }
  q[3] += 1;
  const double length = std::sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
  for (double& x : q) x /= length;
  m = gltf::matrix_of(placed);
  face::Matrix3 half{};
  for (size_t row = 0; row < 3; ++row) {
    for (size_t column = 0; column < 3; ++column) half[3 * row + column] = m[4 * column + row];
  }
  return half;
}

// How an eye turns; turns: yaw towards the person's right and pitch downwards, radians.
face::Matrix3 eye_turn(const Rig& rig, bool left_eye, float yaw, float pitch) {
  double left = -double{yaw} * kDegrees, down = double{pitch} * kDegrees;
  if (rig.looks_in_ranges) {
    const bool outwards = left_eye == (left > 0);
    const double aside = in_range(std::abs(left), outwards ? rig.outer : rig.inner);
    left = left > 0 ? aside : -aside;
    down = down > 0 ? in_range(down, rig.down) : -in_range(-down, rig.up);
  }
  return face::rotation_of({down, left, 0});
}

// Extras may be anything.
std::vector<std::string> names_in_extras(const Entry& entry) {
  const Json extras = entry.json().value("extras", Json());
  if (!extras.is_object() || !extras.value("targetNames", Json()).is_array()) return {};
  return Entry(extras, entry.where()).texts("targetNames");
}

}  // namespace

std::string text_of(MouthBy by) {
  switch (by) {
    case MouthBy::kArkit:
      return "ARKit's shapes";
    case MouthBy::kVisemes:
      return "visemes";
    case MouthBy::kVowels:
      return "vowels";
    case MouthBy::kJaw:
      break;
  }
  return "the jaw's bone";
}

std::vector<MeshTargets> mesh_targets(const gltf::Document& document) {
  std::vector<MeshTargets> meshes;
  const Entry root = document.root();
  for (size_t i = 0; i < root.size("meshes"); ++i) {
    const Entry mesh = root.item("meshes", i);
    MeshTargets& out = meshes.emplace_back();
    if (mesh.size("primitives") == 0) continue;
    const Entry primitive = mesh.item("primitives", 0);
    const size_t count = primitive.size("targets");
    if (count > kMostTargets) {
      fail("{}: {} morph targets; expected at most {}", mesh.where(), count, kMostTargets);
    }
    out.names = names_in_extras(mesh);
    if (out.names.empty()) out.names = names_in_extras(primitive);
    out.names.resize(count);
    out.weights.assign(count, 0.0f);
    const auto weights = mesh.numbers("weights");
    for (size_t k = 0; k < std::min(count, weights.size()); ++k) {
      out.weights[k] = static_cast<float>(weights[k]);
    }
    // Some have the names at their numbers.
    for (size_t k = 0; k < count; ++k) {
      const auto accessor = primitive.item("targets", k).index("POSITION", root.size("accessors"));
      if (out.names[k].empty() && accessor) {
        out.names[k] = root.item("accessors", *accessor).text("name");
      }
    }
  }
  return meshes;
}

std::vector<float> weights_at_rest(const gltf::Node& node, const MeshTargets& mesh) {
  std::vector<float> weights = mesh.weights;
  for (size_t k = 0; k < std::min(weights.size(), node.weights.size()); ++k) {
    weights[k] = static_cast<float>(node.weights[k]);
  }
  return weights;
}

Found found_in(const gltf::Document& document, const gltf::Nodes& nodes,
               const std::vector<MeshTargets>& targets, const Vrm& vrm) {
  Found found;
  const Sources sources = sources_of(targets, vrm, found);
  tell(sources, bones_of(document, nodes, vrm), found);
  return found;
}

Rig rig_of(const gltf::Document& document, const gltf::Nodes& nodes,
           const std::vector<MeshTargets>& targets, const Vrm& vrm) {
  Rig rig;
  const Sources sources = sources_of(targets, vrm, rig.found);
  const auto bones = bones_of(document, nodes, vrm);
  const auto has = [&](Bone bone) {
    return std::ranges::any_of(bones, [&](const auto& b) { return b.first == bone; });
  };
  rig.mouth = mouth_of(sources, has(Bone::kJaw), document.where());
  const bool has_eyes = has(Bone::kLeftEye) && has(Bone::kRightEye);
  const bool by_bones = has_eyes && (vrm.is_any() ? vrm.looks_by_bones : !looks_by_shapes(sources));
  const auto active = active_channels(sources, rig.mouth, by_bones);
  add_wires(sources, active, targets, rig);
  const bool opens = sources[arkit::shape("jawOpen")].any() || sources[kMouthOpen].any();
  const bool turns_jaw = rig.mouth == MouthBy::kJaw || (rig.mouth == MouthBy::kArkit && !opens);
  for (const auto& [bone, node] : bones) {
    const bool is_eye = bone == Bone::kLeftEye || bone == Bone::kRightEye;
    if ((bone == Bone::kJaw && !turns_jaw) || (is_eye && !by_bones)) continue;
    rig.bones.push_back({bone, node, has(Bone::kNeck) && has(Bone::kHead)});
  }
  rig.looks_in_ranges = vrm.is_any();
  rig.looks_by_weight = vrm.is_any() && !vrm.looks_by_bones;
  rig.inner = vrm.inner;
  rig.outer = vrm.outer;
  rig.up = vrm.up;
  rig.down = vrm.down;
  tell(sources, bones, rig.found);
  return rig;
}

Moment moment_of(const Rig& rig, const arkit::Scored& face, const face::FaceFrame& frame) {
  Moment moment;
  const bool has_body = std::ranges::any_of(
      rig.bones, [](const TurningBone& bone) { return bone.bone == Bone::kBody; });
  const face::Matrix3 body = face::rotation(frame.root), neck = face::rotation(frame.neck);
  const face::Matrix3 head = has_body ? neck : face::product(body, neck);
  const arkit::Scores& scores = face.scores;
  auto values = values_of(scores);
  // Lips that close by a target of their own leave jaw and mouth open.
  constexpr size_t kClose = arkit::shape("mouthClose");
  const bool closes =
      std::ranges::any_of(rig.wires, [](const Wire& wire) { return wire.channel == kClose; });
  const float open =
      std::max(0.0f, scores[arkit::shape("jawOpen")] - (closes ? 0.0f : scores[kClose]));
  values[kMouthOpen] = values[arkit::shape("jawOpen")] = open;
  if (rig.looks_by_weight) put_looks(rig, face.turns, values);
  hold_back(rig, values);
  moment.weights.assign(rig.targets.size(), 0.0f);
  for (const Wire& wire : rig.wires) {
    moment.weights[wire.target] +=
        wire.weight * std::min(shown(values[wire.channel], wire.binary), wire.most);
  }
  for (float& weight : moment.weights) weight = std::clamp(weight, 0.0f, 1.0f);
  for (const TurningBone& bone : rig.bones) {
    const auto& turns = face.turns;
    switch (bone.bone) {
      case Bone::kBody:
        moment.turns.push_back(body);
        moment.shift = frame.translation;
        break;
      case Bone::kNeck:
      case Bone::kHead:
        moment.turns.push_back(bone.halves ? half_of(head) : head);
        break;
      case Bone::kLeftEye:
        moment.turns.push_back(eye_turn(rig, true, turns[3], turns[4]));
        break;
      case Bone::kRightEye:
        moment.turns.push_back(eye_turn(rig, false, turns[6], turns[7]));
        break;
      case Bone::kJaw:
        moment.turns.push_back(face::rotation({open * face::kJawOpen, 0, 0}));
    }
  }
  return moment;
}

}  // namespace flowtalk::avatar
