#include "flowtalk/avatar/regions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace flowtalk::avatar {
namespace {

using Vertices = std::vector<uint32_t>;
using Ways = std::vector<std::vector<size_t>>;

// Channels whose targets move eyelids and lips, the first that an avatar has.
Ways eye_channels() {
  return {{arkit::shape("eyeBlinkLeft"), arkit::shape("eyeBlinkRight")}, {kBlinkBoth}};
}
Ways lip_channels() {
  constexpr size_t kU = kFirstViseme + 13, kOu = kFirstVowel + 2;
  return {{arkit::shape("mouthPucker")},
          {arkit::shape("mouthFunnel")},
          {kU},
          {kOu},
          {arkit::shape("jawOpen")},
          {kMouthOpen}};
}

Vertices vertices_where(const std::vector<float>& way, float share) {
  const float most = way.empty() ? 0.0f : *std::ranges::max_element(way);
  Vertices vertices;
  if (!(most > 0)) return vertices;
  for (uint32_t v = 0; v < way.size(); ++v) {
    if (way[v] >= share * most) vertices.push_back(v);
  }
  return vertices;
}

using Vector = std::array<double, 3>;

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Vector minus(const Vector& a, const Vector& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

Vector mean_of(std::span<const float> places, const Vertices& vertices) {
  Vector sum{};
  for (const uint32_t v : vertices) {
    for (size_t c = 0; c < 3; ++c) {
      sum[c] += double{places[3 * size_t{v} + c]} / static_cast<double>(vertices.size());
    }
  }
  return sum;
}

// The axis that a direction nearly has; none where it lies between two.
std::optional<Vector> axis_of(const Vector& direction) {
  constexpr double kNearly = 0.9;
  const double length = std::sqrt(dot(direction, direction));
  for (size_t c = 0; c < 3; ++c) {
    if (std::abs(direction[c]) < kNearly * length || length == 0) continue;
    Vector axis{};
    axis[c] = direction[c] > 0 ? 1 : -1;
    return axis;
  }
  return std::nullopt;
}

class Finder {
 public:
  Finder(const Surface& surface, const Rig& rig, const gltf::Nodes& nodes,
         std::span<const float> places)
      : surface_(surface), rig_(rig), nodes_(nodes), places_(places) {}

  // In whatever direction they lie.
  face::Regions seen() const {
    face::Regions regions;
    regions.eyes = moved_by(eye_channels());
    if (regions.eyes.empty()) regions.eyes = eyeballs();
    if (regions.eyes.empty()) regions.eyes = hung_on({Bone::kLeftEye, Bone::kRightEye});
    regions.lips = moved_by(lip_channels());
    if (regions.lips.empty()) regions.lips = hung_on({Bone::kJaw});
    return regions;
  }

  face::Regions find() const {
    face::Regions regions = seen();
    if (!stands(regions)) regions = by_proportions();
    if (!stands(regions)) return {};
    regions.upper_face = regions.eyes;
    return regions;
  }

 private:
  bool stands(const face::Regions& regions) const {
    return !regions.eyes.empty() && !regions.lips.empty() &&
           mean_height(places_, regions.eyes) > mean_height(places_, regions.lips);
  }

  Vertices moved_by(const Ways& ways) const {
    // Whole mouths move the chin, too, but less than the lips.
    constexpr float kMuch = 0.7f;
    for (const auto& channels : ways) {
      Vertices all;
      for (const size_t channel : channels) {
        std::vector<float> way(surface_.vertices(), 0.0f);
        for (const Wire& wire : rig_.wires) {
          if (wire.channel != channel) continue;
          const auto& [vertices, offsets] = surface_.morphs[wire.target];
          for (size_t i = 0; i < vertices.size(); ++i) {
            const float* d = &offsets[3 * i];
            way[vertices[i]] += std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
          }
        }
        const auto found = vertices_where(way, kMuch);
        all.insert(all.end(), found.begin(), found.end());
      }
      if (!all.empty()) return all;
    }
    return {};
  }

  Vertices eyeballs() const {
    Vertices vertices;
    for (uint32_t v = 0; v < surface_.vertices(); ++v) {
      if (surface_.kind[v] == face::Material::kEyeball) vertices.push_back(v);
    }
    return vertices;
  }

  // What follows these bones, or others below them, by more than half.
  Vertices hung_on(std::initializer_list<Bone> bones) const {
    std::vector<bool> follows(nodes_.all.size(), false);
    for (const TurningBone& bone : rig_.bones) {
      if (std::ranges::find(bones, bone.bone) != bones.end()) follows[bone.node] = true;
    }
    for (const size_t node : nodes_.order) {
      const int parent = nodes_.all[node].parent;
      if (parent >= 0 && follows[static_cast<size_t>(parent)]) follows[node] = true;
    }
    Vertices vertices;
    for (uint32_t v = 0; v < surface_.vertices(); ++v) {
      float share = 0;
      for (uint32_t k = surface_.first[v]; k < surface_.first[v + 1]; ++k) {
        if (follows[surface_.all_hooks[surface_.hooks[k]].node]) share += surface_.shares[k];
      }
      if (share > 0.5f) vertices.push_back(v);
    }
    return vertices;
  }

  // The eye line halves a head, and the mouth is about 28 % of its height below it.
  face::Regions by_proportions() const {
    Vertices head = hung_on({Bone::kHead});
    std::erase_if(head, [&](uint32_t v) { return surface_.kind[v] == face::Material::kHair; });
    float lo = std::numeric_limits<float>::max(), hi = -lo;
    for (const uint32_t v : head) {
      lo = std::min(lo, places_[3 * size_t{v} + 1]);
      hi = std::max(hi, places_[3 * size_t{v} + 1]);
    }
    const auto around = [&](float share) {
      Vertices found;
      for (const uint32_t v : head) {
        const float at = (places_[3 * size_t{v} + 1] - lo) / (hi - lo);
        if (std::abs(at - share) < 0.08f) found.push_back(v);
      }
      return found;
    };
    return {.lips = around(0.22f), .upper_face = {}, .eyes = around(0.5f)};
  }

  const Surface& surface_;
  const Rig& rig_;
  const gltf::Nodes& nodes_;
  std::span<const float> places_;
};

}  // namespace

gltf::Matrix4 upright(const Surface& surface, const Rig& rig, const gltf::Nodes& nodes,
                      std::span<const float> places) {
  const auto [lips, upper, eyes] = Finder(surface, rig, nodes, places).seen();
  if (lips.empty() || eyes.empty()) return gltf::kIdentity;
  const Vector mouth = mean_of(places, lips), up = minus(mean_of(places, eyes), mouth);
  constexpr double kAbout = 3;  // times as far as the eyes from the mouth is the head
  Vertices head;
  for (uint32_t v = 0; v < surface.vertices(); ++v) {
    const float* p = &places[3 * size_t{v}];
    const Vector from = minus({double{p[0]}, double{p[1]}, double{p[2]}}, mouth);
    if (dot(from, from) < kAbout * kAbout * dot(up, up)) head.push_back(v);
  }
  Vector ahead = minus(mouth, mean_of(places, head));
  const double share = dot(ahead, up) / dot(up, up);
  for (size_t c = 0; c < 3; ++c) ahead[c] -= share * up[c];
  constexpr double kSurely = 0.2;  // of the way from mouth to eyes
  const auto y = axis_of(up), z = axis_of(ahead);
  if (!y || !z || dot(ahead, ahead) < kSurely * kSurely * dot(up, up)) return gltf::kIdentity;
  const Vector x{(*y)[1] * (*z)[2] - (*y)[2] * (*z)[1], (*y)[2] * (*z)[0] - (*y)[0] * (*z)[2],
                 (*y)[0] * (*z)[1] - (*y)[1] * (*z)[0]};
  gltf::Matrix4 turn = gltf::kIdentity;
  for (size_t c = 0; c < 3; ++c) {
    turn[4 * c] = x[c];
    turn[4 * c + 1] = (*y)[c];
    turn[4 * c + 2] = (*z)[c];
  }
  return turn;
}

float mean_height(std::span<const float> places, const std::vector<uint32_t>& vertices) {
  double sum = 0;
  for (const uint32_t v : vertices) sum += double{places[3 * size_t{v} + 1]};
  return static_cast<float>(sum / static_cast<double>(vertices.size()));
}

face::Regions regions_of(const Surface& surface, const Rig& rig, const gltf::Nodes& nodes,
                         std::span<const float> places) {
  return Finder(surface, rig, nodes, places).find();
}

}  // namespace flowtalk::avatar
