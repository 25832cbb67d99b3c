#include "flowtalk/avatar/moods.h"

#include <algorithm>
#include <functional>
#include <vector>

namespace flowtalk::avatar {
namespace {

// What full channels do to the vertices: (V, 3).
using Offsets = std::vector<double>;
using Which = std::function<bool(const Wire&)>;

Offsets offsets_of(const Surface& surface, const Rig& rig, const Which& which) {
  Offsets sum(3 * surface.vertices(), 0.0);
  for (const Wire& wire : rig.wires) {
    if (!which(wire)) continue;
    const Surface::Morph& morph = surface.morphs[wire.target];
    for (size_t i = 0; i < morph.vertices.size(); ++i) {
      for (size_t k = 0; k < 3; ++k) {
        sum[3 * morph.vertices[i] + k] += double{wire.weight} * double{morph.offsets[3 * i + k]};
      }
    }
  }
  return sum;
}

double product(const Offsets& a, const Offsets& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// How much of b there is in a; nothing where b moves nothing.
double share_of(const Offsets& b, const Offsets& a) {
  const double whole = product(b, b);
  return whole > 0 ? std::max(0.0, product(a, b) / whole) : 0;
}

Which channel_is(size_t channel) {
  return [channel](const Wire& wire) { return wire.channel == channel; };
}

// What opens its mouth most.
Offsets opening_of(const Surface& surface, const Rig& rig) {
  Offsets most;
  double length = -1;
  for (size_t channel = 0; channel < kChannels; ++channel) {
    if (!opens_mouth(channel)) continue;
    Offsets moved = offsets_of(surface, rig, channel_is(channel));
    if (const double now = product(moved, moved); now > length) {
      length = now;
      most = std::move(moved);
    }
  }
  return most;
}

Offsets shutting_of(const Surface& surface, const Rig& rig) {
  return offsets_of(surface, rig, [](const Wire& wire) { return shuts_lids(wire.channel); });
}

float most_of(double share, float limit) {
  return share > double{limit} ? static_cast<float>(double{limit} / share) : 1.0f;
}

// What is all or nothing is nothing, where all of it is too much.
float bounded(float most, bool binary) { return binary && most < 1 ? 0.0f : most; }

}  // namespace

bool opens_mouth(size_t channel) {
  return channel == arkit::shape("jawOpen") || channel == kMouthOpen ||
         group_of(channel) == Group::kViseme || group_of(channel) == Group::kVowel;
}

bool shuts_lids(size_t channel) {
  return channel == arkit::shape("eyeBlinkLeft") || channel == arkit::shape("eyeBlinkRight") ||
         channel == kBlinkBoth;
}

std::optional<std::array<size_t, kMoodParts>> parts_of_mood(const MeshTargets& mesh,
                                                            size_t target) {
  constexpr std::string_view kAll = "Fcl_ALL_";
  constexpr std::array<std::string_view, kMoodParts> kParts{"Fcl_BRW_", "Fcl_EYE_", "Fcl_MTH_"};
  const std::string& name = mesh.names[target];
  const size_t at = name.find(kAll);
  if (at == name.npos) return std::nullopt;
  std::array<size_t, kMoodParts> parts{};
  for (size_t i = 0; i < kMoodParts; ++i) {
    std::string part = name;
    part.replace(at, kAll.size(), kParts[i]);
    const auto found = std::ranges::find(mesh.names, part);
    if (found == mesh.names.end()) return std::nullopt;
    parts[i] = static_cast<size_t>(found - mesh.names.begin());
  }
  return parts;
}

std::set<size_t> all_parts(const MeshTargets& mesh) {
  std::set<size_t> all;
  for (size_t i = 0; i < mesh.names.size(); ++i) {
    if (const auto parts = parts_of_mood(mesh, i)) all.insert(parts->begin(), parts->end());
  }
  return all;
}

void limit_moods(const Surface& surface, Rig& rig) {
  if (rig.moods.empty()) return;
  const Offsets opening = opening_of(surface, rig), shutting = shutting_of(surface, rig);
  for (size_t mood = kFirstMood; mood < kFirstTogether; ++mood) {
    float least = 1;
    for (size_t part = 0; part < kMoodParts; ++part) {
      const auto is_part = [&](const Wire& wire) {
        return wire.channel == mood && wire.part == part;
      };
      const Offsets moved = offsets_of(surface, rig, is_part);
      const float most = std::min(most_of(share_of(opening, moved), kMostOpenedByMood),
                                  most_of(share_of(shutting, moved), kMostShutByMood));
      for (Wire& wire : rig.wires) {
        if (is_part(wire)) wire.most = bounded(most, wire.binary);
      }
      least = std::min(least, most);
    }
    for (Mood& entry : rig.moods) {
      if (entry.channel == mood) entry.most = bounded(least, entry.binary);
    }
  }
}

void hold_back(const Rig& rig, std::array<float, kChannels>& values) {
  float mouth = 1, blink = 1, look = 1;
  for (const Mood& mood : rig.moods) {
    const float weight = std::min(shown(values[mood.channel], mood.binary), mood.most);
    const auto& [of_mouth, of_blink, of_look] = mood.overrides;
    if (of_mouth != Override::kNone) mouth -= weight;
    if (of_blink != Override::kNone) blink -= weight;
    if (of_look != Override::kNone) look -= weight;
  }
  for (size_t i = 0; i < kChannels; ++i) {
    const float left = group_of(i) == Group::kVowel          ? mouth
                       : shuts_lids(i)                       ? blink
                       : channel_name(i).starts_with("look") ? look
                                                             : 1.0f;
    values[i] *= std::max(0.0f, left);
  }
}

}  // namespace flowtalk::avatar
