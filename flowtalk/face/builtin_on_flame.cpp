#include "flowtalk/face/builtin_on_flame.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/face/builtin/build.h"
#include "flowtalk/face/builtin/measurements.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/flame_rings.h"
#include "flowtalk/face/warp.h"

namespace flowtalk::face {
namespace {

using namespace builtin;
using Rings = FlameRings;

constexpr int kOuterLipRing = Rings::kBorder + 1;  // the last one that is placed as a lip
constexpr float kPerRing = 9;                      // mm beyond the border per unit of Point::t
constexpr float kLidReach = 0.95f;                 // of the way to the orbit: where lids end
constexpr int kSmoothings = 40;                    // of normals
// How much of the rim's motion the rings within follow, by rings from the rim.
constexpr std::array<float, 4> kWithinLips{1, 0.8f, 0.4f, 0}, kWithinLids{1, 0.6f, 0, 0};

// What lies farthest this way near the mid-line, at heights above the mouth.
struct Extreme {
  Vec direction;
  float low, high;
};
constexpr std::array<Extreme, 2> kExtremes{{{{0, 0, 1}, 10, 60},       // tip of the nose
                                            {{0, -1, 1}, -62, -20}}};  // chin

bool is_upper_eye(Vec p, Vec inner, Vec outer) {
  return p.y > mix(inner.y, outer.y, (p.x - inner.x) / (outer.x - inner.x));
}

// What places FLAME's vertices on the built-in head. Lengths in millimetres.
class Placing {
 public:
  Placing(const Face& face, const Rings& rings) : face_(face), rings_(rings) {}

  // Two points per vertex: the vertex, and (further on) its mirror image.
  HeadMesh mesh();
  Vec back(Vec moved) const { return warp_->turned_back(moved); }

 private:
  Vec at(uint32_t v) const {
    const float* p = face_.rest.data() + 3 * size_t{v};
    return (1 / kMetre) * Vec{p[0], p[1], p[2]};
  }
  static Vec to_left(Vec p) { return {std::abs(p.x), p.y, p.z}; }
  static Point on_side(Point point, float x) {
    if (x < 0) point.p = mirrored(point.p);
    return point;
  }
  std::vector<uint32_t> ring(const std::vector<int>& of, int number) const;
  float nearest(uint32_t v, int ring, bool upper) const;
  void find_lips();
  void find_lids();
  void find_normals();
  Point free_point(uint32_t v) const;
  void hang(uint32_t v, const std::vector<int>& ring, int rim, std::span<const float> within,
            Part part, Point& point) const;

  const Face& face_;
  const Rings& rings_;
  std::vector<Point> points_ = std::vector<Point>(Rings::kVertices);
  std::vector<bool> placed_ = std::vector<bool>(Rings::kVertices);
  std::vector<bool> upper_ = std::vector<bool>(Rings::kVertices);
  std::vector<Vec> normals_;
  std::unique_ptr<const Warp> warp_;
};

std::vector<uint32_t> Placing::ring(const std::vector<int>& of, int number) const {
  std::vector<uint32_t> found;
  for (uint32_t v = 0; v < Rings::kSkinEnd; ++v) {
    if (of[v] == number) found.push_back(v);
  }
  return found;
}

float Placing::nearest(uint32_t v, int number, bool upper) const {
  float least = INFINITY;
  for (const uint32_t n : ring(rings_.mouth, number)) {
    if (upper_[n] == upper) least = std::min(least, length(at(n) - at(v)));
  }
  return least;
}

// Each ring is cut at the corners of the mouth; the part with the topmost vertex of its middle is
// the upper lip's.
void Placing::find_lips() {
  for (int number = Rings::kRim; number <= kOuterLipRing; ++number) {
    const auto members = ring(rings_.mouth, number);
    const auto aside = [&](uint32_t a, uint32_t b) { return at(a).x < at(b).x; };
    const uint32_t right = *std::ranges::min_element(members, aside),
                   left = *std::ranges::max_element(members, aside);
    const auto middling = [&](uint32_t v) { return at(v).y - 2 * std::abs(at(v).x); };
    std::vector<uint32_t> front{*std::ranges::max_element(members, {}, middling)};
    for (size_t i = 0; i < front.size(); ++i) {
      upper_[front[i]] = true;
      for (const uint32_t n : rings_.mesh.neighbours(front[i])) {
        const bool corner = n == left || n == right;
        if (rings_.mouth[n] == number && !upper_[n] && !corner) front.push_back(n);
      }
    }
  }
  for (int number = Rings::kRim; number <= kOuterLipRing; ++number) {
    const auto members = ring(rings_.mouth, number);
    float reach[2] = {0, 0};
    for (const uint32_t v : members) {
      float& half = reach[at(v).x > 0 ? 1 : 0];
      half = std::max(half, std::abs(at(v).x));
    }
    for (const uint32_t v : members) {
      const bool upper = upper_[v];
      const float s = std::abs(at(v).x) / reach[at(v).x > 0 ? 1 : 0];
      const float inner = nearest(v, Rings::kRim, upper), outer = nearest(v, Rings::kBorder, upper);
      const float t = number <= Rings::kBorder ? inner / (inner + outer) : 1 + outer / kPerRing;
      Point point = lip_point(s, t, upper);
      if (s == 1) point.side = 0;
      points_[v] = on_side(point, at(v).x);
      placed_[v] = true;
    }
  }
}

// The margins; the rest of the lids follows from where the map takes it.
void Placing::find_lids() {
  for (size_t eye = 0; eye < 2; ++eye) {
    const auto members = ring(rings_.pocket[eye], Rings::kMargin);
    const auto aside = [&](uint32_t a, uint32_t b) { return to_left(at(a)).x < to_left(at(b)).x; };
    const auto [inner_at, outer_at] = std::ranges::minmax_element(members, aside);
    const Vec inner = to_left(at(*inner_at)), outer = to_left(at(*outer_at));
    for (const uint32_t v : members) {
      const Vec p = to_left(at(v));
      const float u = std::clamp((p.x - inner.x) / (outer.x - inner.x), 0.0f, 1.0f);
      const float angle = std::acos(2 * u - 1);
      Point point = lid_point(is_upper_eye(p, inner, outer) ? angle : -angle, 0);
      if (v == *inner_at || v == *outer_at) point.side = 0;
      points_[v] = on_side(point, at(v).x);
      placed_[v] = true;
    }
  }
}

// Normals of the smooth skin below: lips and lids take theirs from around.
void Placing::find_normals() {
  normals_.assign(Rings::kVertices, {});
  for (const auto& f : face_.triangles) {
    const Vec n = cross(at(f[1]) - at(f[0]), at(f[2]) - at(f[0]));
    for (const uint32_t v : f) normals_[v] += n;
  }
  for (uint32_t v = 0; v < Rings::kSkinEnd; ++v) {
    const bool lips = rings_.mouth[v] >= 0 && rings_.mouth[v] <= kOuterLipRing;
    const bool lids = std::min(rings_.pocket[0][v], rings_.pocket[1][v]) <= Rings::kMargin + 2;
    normals_[v] = lips || lids ? Vec{} : normalized(normals_[v]);
  }
  for (int round = 0; round < kSmoothings; ++round) {
    std::vector<Vec> next = normals_;
    for (uint32_t v = 0; v < Rings::kSkinEnd; ++v) {
      for (const uint32_t n : rings_.mesh.neighbours(v)) next[v] += normals_[n];
      const float share = static_cast<float>(rings_.mesh.neighbours(v).size() + 1);
      next[v] = (1 / share) * next[v];
    }
    normals_ = std::move(next);
  }
}

// Of these points the one that lies farthest this way, near the mid-line and so high above a mouth.
Vec extreme(const std::vector<Vec>& points, const Extreme& wanted, float mouth_y) {
  Vec best;
  float most = -INFINITY;
  for (const Vec p : points) {
    const float above = p.y - mouth_y;
    if (std::abs(p.x) > 3 || p.z < 0 || above < wanted.low || above > wanted.high) continue;
    if (const float far = dot(p, wanted.direction); far > most) most = far, best = p;
  }
  return best;
}

std::vector<Vec> builtin_skin() {
  const Face& head = builtin_face();
  std::vector<Vec> skin;
  for (size_t v = 0; v < head.appearance.material.size(); ++v) {
    const float* p = head.rest.data() + 3 * v;
    if (head.appearance.material[v] != Material::kSkin) continue;
    skin.push_back((1 / kMetre) * Vec{p[0], p[1], p[2]});
  }
  return skin;
}

// Anywhere else: a point of the lids, if it is taken there, or of the plain skin.
Point Placing::free_point(uint32_t v) const {
  Point point;
  point.p = (*warp_)(at(v));
  const Vec q = to_left(point.p) - measure::kEye;
  constexpr int kSteps = 256;
  float best = INFINITY, angle = 0, f = 9;
  for (int i = 0; i < kSteps; ++i) {
    const float a = 2 * kPi * static_cast<float>(i) / kSteps;
    const Vec from = lid_outline(a, 0), way = lid_outline(a, 1) - from;
    const Vec off = Vec{q.x, q.y, 0} - from;
    const float share = dot(off, way) / dot(way, way);
    const float aside = length(off - share * way);
    if (aside < best && share > -0.5f) best = aside, angle = a, f = share;
  }
  const bool near_eye = std::min(rings_.pocket[0][v], rings_.pocket[1][v]) < 20 && point.p.z > 40;
  if (!near_eye || f > kLidReach) return point;
  return on_side(lid_point(angle, std::max(0.0f, f)), point.p.x);
}

// Within a rim: hangs on the nearest vertex of it, ring by ring.
void Placing::hang(uint32_t v, const std::vector<int>& ring, int rim, std::span<const float> within,
                   Part part, Point& point) const {
  const auto depth = static_cast<size_t>(rim - ring[v] - 1);
  uint32_t here = v;
  while (ring[here] < rim) {
    uint32_t next = here;
    for (const uint32_t n : rings_.mesh.neighbours(here)) {
      if (ring[n] != ring[here] + 1) continue;
      if (next == here || length(at(n) - at(here)) < length(at(next) - at(here))) next = n;
    }
    if (next == here) return;
    here = next;
  }
  point.part = part;
  point.anchor = static_cast<int>(here);
  point.fade = within[std::min(depth, within.size() - 1)];
}

HeadMesh Placing::mesh() {
  find_lips();
  find_lids();
  find_normals();
  std::vector<PointPair> pairs;
  std::vector<Vec> skin;
  for (uint32_t v = 0; v < Rings::kSkinEnd; ++v) {
    skin.push_back(at(v));
    const bool lip = rings_.mouth[v] == Rings::kBorder || rings_.mouth[v] == kOuterLipRing;
    const bool lid = placed_[v] && rings_.mouth[v] > kOuterLipRing;
    if (lip || lid) pairs.push_back({at(v), points_[v].p});
  }
  const float mouth_y = at(face_.lips.left_corner).y;
  for (const Extreme& wanted : kExtremes) {
    pairs.push_back(
        {extreme(skin, wanted, mouth_y), extreme(builtin_skin(), wanted, measure::kMouthY)});
  }
  warp_ = std::make_unique<const Warp>(pairs);
  HeadMesh mesh;
  mesh.points.resize(size_t{2} * Rings::kVertices);
  for (uint32_t v = 0; v < Rings::kVertices; ++v) {
    Point point = placed_[v] ? points_[v] : Point{};
    if (v >= Rings::kSkinEnd) {
      point.part = Part::kHair;  // eyeballs: still
    } else if (!placed_[v]) {
      point = free_point(v);
      for (const auto& pocket : rings_.pocket) {
        if (pocket[v] < Rings::kMargin) {
          hang(v, pocket, Rings::kMargin, kWithinLids, Part::kLidRim, point);
        }
      }
      if (rings_.mouth[v] < Rings::kRim) {
        hang(v, rings_.mouth, Rings::kRim, kWithinLips, Part::kMouthBag, point);
      }
    }
    point.normal = normalized(warp_->turned(normals_[v]));
    Point mirror = point;
    mirror.p = mirrored(point.p);
    mirror.normal = mirrored(point.normal);
    if (point.anchor >= 0) mirror.anchor = point.anchor + static_cast<int>(Rings::kVertices);
    mesh.points[v] = point;
    mesh.points[v + size_t{Rings::kVertices}] = mirror;
  }
  for (uint32_t i = 0; i < mesh.points.size(); ++i) {
    mesh.mirror.push_back((i + Rings::kVertices) % (2 * Rings::kVertices));
  }
  return mesh;
}

// Scales mouthClose so that 1 closes the jaw that it is to close.
void fit_mouth_close(Face& face) {
  const Deformer deformer(face);
  std::vector<float> vertices(static_cast<size_t>(face.rest.size()));
  std::vector<float> expression(kExpressionAxes.size());
  FaceFrame frame;
  frame.expression = expression;
  const auto gap = [&](float jaw, float close) {
    frame.jaw = {jaw, 0, 0};
    expression[axis("mouthClose")] = close;
    deformer.vertices(frame, vertices);
    return lip_gap(face, vertices);
  };
  constexpr float kJaw = kClosedJaw * kJawOpen;
  const float rest = gap(0, 0), open = gap(kJaw, 0) - rest, closed = gap(kJaw, 1) - rest;
  if (!(open > closed)) return;  // a jaw that opens nothing
  const float scale = open / (open - closed);
  const int64_t width = face.rest.size();
  float* row = face.expression_basis.data() + static_cast<int64_t>(axis("mouthClose")) * width;
  for (int64_t i = 0; i < width; ++i) row[i] *= scale;
}

}  // namespace

Face with_builtin_axes(const Face& flame) {
  const auto rings = flame_rings(flame);
  if (!rings || flame.lips.upper.empty()) {
    fail("the face {} has {} vertices and not FLAME's topology of {}; no shape can be placed on it",
         flame.name, flame.vertex_count(), FlameRings::kVertices);
  }
  Placing placing(flame, *rings);
  const HeadMesh mesh = placing.mesh();
  const tensor::Tensor both = expression_basis(mesh);
  Face face = flame;
  face.axes = motion::Axes::kBuiltin;
  const int64_t axes = both.dim(0), width = flame.rest.size();
  face.expression_basis = tensor::Tensor({axes, width});
  for (int64_t k = 0; k < axes; ++k) {
    for (int64_t i = 0; i < width; i += 3) {
      const float* d = both.data() + k * both.dim(1) + i;
      const Vec moved = placing.back({d[0], d[1], d[2]});
      float* out = face.expression_basis.data() + k * width + i;
      out[0] = moved.x, out[1] = moved.y, out[2] = moved.z;
    }
  }
  fit_mouth_close(face);
  return face;
}

}  // namespace flowtalk::face
