#include "flowtalk/avatar/avatar.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "flowtalk/avatar/moods.h"
#include "flowtalk/avatar/regions.h"
#include "flowtalk/base/error.h"

namespace flowtalk::avatar {
namespace {

using gltf::Matrix4;

// Metres from the middle of the eyes to that of the mouth beyond which a head is brought to the
// usual one: files in other units.
constexpr float kLeastFace = 0.02f, kMostFace = 0.25f, kUsualFace = 0.07f;

// Of a matrix of a bone that is turned.
constexpr double kMostOfBone = 1e9;

Matrix4 around(const Matrix4& stands, const face::Matrix3& turn) {
  Matrix4 m = gltf::kIdentity;
  for (size_t row = 0; row < 3; ++row) {
    double moved = 0;
    for (size_t k = 0; k < 3; ++k) {
      m[4 * k + row] = turn[3 * row + k];
      moved += turn[3 * row + k] * stands[12 + k];
    }
    m[12 + row] = stands[12 + row] - moved;
  }
  return m;
}

// How many targets each mesh has.
std::vector<size_t> targets_in(const std::vector<MeshTargets>& meshes) {
  std::vector<size_t> counts;
  for (const MeshTargets& mesh : meshes) counts.push_back(mesh.names.size());
  return counts;
}

}  // namespace

Avatar::Avatar(std::string bytes, const std::string& where)
    : document_(std::make_shared<gltf::Document>(std::move(bytes), where)),
      nodes_(gltf::nodes_of(*document_)),
      targets_(mesh_targets(*document_)) {
  vrm_ = vrm_of(*document_, nodes_, targets_in(targets_));
  rig_ = rig_of(*document_, nodes_, targets_, vrm_);
  surface_ = surface_of(*document_, nodes_, vrm_, targets_, rig_);
  limit_moods(surface_, rig_);
  materials_ = materials_of(*document_);
  whole_vertices_ = surface_.vertices();
  if (vrm_.faces_back()) world_[0] = world_[10] = -1;  // half a turn about y
  face_.name = where;
  check_mouth();
  std::vector<float> places = at_rest();
  if (!vrm_.is_any()) {  // VRM says how its heads are turned
    world_ = upright(surface_, rig_, nodes_, places);
    if (world_ != gltf::kIdentity) places = at_rest();
  }
  face_.regions = regions_of(surface_, rig_, nodes_, places);
  cut_to_head(places);
  face_.regions = regions_of(surface_, rig_, nodes_, at_rest());
  find_bones();
  make_face();
}

std::vector<float> Avatar::at_rest() const {
  std::vector<float> places(3 * surface_.vertices());
  pose(surface_, std::vector<float>(rig_.targets.size(), 0.0f), nodes_.placed_in(world_), places);
  for (const float x : places) {
    if (!(std::abs(x) < 1e6f)) fail("{}: its vertices are too far away", document_->where());
  }
  return places;
}

// Names alone move nothing.
void Avatar::check_mouth() const {
  const auto opens = [&](const Wire& wire) {
    return opens_mouth(wire.channel) && !surface_.morphs[wire.target].vertices.empty();
  };
  const bool turns = std::ranges::any_of(
      rig_.bones, [](const TurningBone& bone) { return bone.bone == Bone::kJaw; });
  if (turns || std::ranges::any_of(rig_.wires, opens)) return;
  fail(
      "{}: its mouth does not open: the morph targets that are called so move no vertex that is "
      "shown",
      document_->where());
}

// A portrait shows the head and what is below it as far as the camera of render::portrait sees.
void Avatar::cut_to_head(std::span<const float> places) {
  const auto at = [&](size_t v, size_t axis) { return places[3 * v + axis]; };
  float top = -std::numeric_limits<float>::max(), bottom = -top;
  for (const auto& triangle : surface_.triangles) {
    for (const uint32_t v : triangle) {
      top = std::max(top, at(v, 1));
      bottom = std::min(bottom, at(v, 1));
    }
  }
  if (!(top > bottom)) {
    fail("{}: its meshes have no size; is something scaled to 0?", document_->where());
  }
  float middle = 0.5f * (top + bottom), half = 0.7f * (top - bottom), size = 0.3f * (top - bottom);
  const auto& [lips, upper, eyes] = face_.regions;
  const bool has_face = !lips.empty() && !eyes.empty();
  if (has_face) {
    size = mean_height(places, eyes) - mean_height(places, lips);
    middle = mean_height(places, eyes) - 0.16f * size;
    half = std::max(2.225f * size, 1.03f * (top - middle));
  }
  std::vector<bool> keep;
  for (const auto& triangle : surface_.triangles) {
    keep.push_back(std::ranges::any_of(triangle, [&](uint32_t v) {
      return at(v, 1) >= middle - 1.6f * half && std::abs(at(v, 0)) <= 2.2f * half;
    }));
  }
  if (std::ranges::find(keep, true) == keep.end()) keep.assign(keep.size(), true);
  cut(surface_, keep);
  if (has_face && (size < kLeastFace || size > kMostFace)) {
    for (size_t i = 0; i < 15; ++i) {
      if (i % 4 != 3) world_[i] *= double{kUsualFace / size};
    }
  }
}

void Avatar::find_bones() {
  const auto world = nodes_.placed_in(world_);
  std::vector<TurningBone> kept;
  for (const TurningBone& bone : rig_.bones) {
    const int parent = nodes_.all[bone.node].parent;
    const auto above = gltf::inverse(parent < 0 ? world_ : world[static_cast<size_t>(parent)]);
    // Some are flattened to nothing, or nearly.
    const auto usual = [](double x) { return std::abs(x) < kMostOfBone; };
    if (!above || !std::ranges::all_of(*above, usual) ||
        !std::ranges::all_of(world[bone.node], usual)) {
      continue;
    }
    kept.push_back(bone);
    stands_.push_back({world[bone.node], *above});
  }
  rig_.bones = std::move(kept);
}

void Avatar::make_face() {
  const std::vector<float> places = at_rest();
  const auto vertices = static_cast<int64_t>(surface_.vertices());
  face_.axes = motion::Axes::kBuiltin;
  face_.rest = tensor::Tensor({vertices, 3}, places);
  face_.triangles = surface_.triangles;
  face_.appearance.material = surface_.kind;
  paint_ = std::make_shared<face::Paint>(
      paint_of(surface_, materials_, places, face_.appearance.albedo));
  face_.appearance.paint = paint_;
}

Moment Avatar::moment(const face::FaceFrame& frame, arkit::Gain gain, arkit::Cut& cut) const {
  return moment_of(rig_, arkit::scored(frame, gain, cut), frame);
}

Moment Avatar::rest() const { return moment_of(rig_, {}, {}); }

Matrix4 Avatar::local(const Moment& moment, size_t bone) const {
  const Stand& stand = stands_[bone];
  Matrix4 moved = around(stand.world, moment.turns[bone]);
  if (rig_.bones[bone].bone == Bone::kBody) {
    for (size_t k = 0; k < 3; ++k) moved[12 + k] += double{moment.shift[k]};
  }
  return gltf::product(stand.above, gltf::product(moved, stand.world));
}

void Avatar::vertices(const Moment& moment, std::span<float> out) const {
  gltf::Nodes nodes = nodes_;
  for (size_t i = 0; i < rig_.bones.size(); ++i) {
    nodes.all[rig_.bones[i].node].local = local(moment, i);
  }
  pose(surface_, moment.weights, nodes.placed_in(world_), out);
}

void Avatar::vertices(const face::FaceFrame& frame, std::span<float> out) const {
  arkit::Cut cut;
  vertices(moment(frame, arkit::Gain::kNone, cut), out);
}

gltf::Placed Avatar::placed(const Moment& moment, size_t bone) const {
  return gltf::placed_of(local(moment, bone));
}

Names names_in(std::string bytes, const std::string& where) {
  const gltf::Document document(std::move(bytes), where);
  const gltf::Nodes nodes = gltf::nodes_of(document);
  const auto targets = mesh_targets(document);
  const Vrm vrm = vrm_of(document, nodes, targets_in(targets));
  return {found_in(document, nodes, targets, vrm), vrm.version};
}

void require_axes(motion::Axes axes, const face::Face& face) {
  if (axes == motion::Axes::kBuiltin || !face.appearance.paint) return;
  fail(
      "{}: moves by ARKit's shapes, which the axes of {} are named after; those of the motion are "
      "{}'s: give {} a FLAME file, or make it a motion of these shapes by `flowtalk export arkit` "
      "with its FLAME file and `flowtalk import arkit`",
      face.name, owner_of(motion::Axes::kBuiltin), owner_of(axes), Field("face"));
}

std::string Avatar::picture(size_t texture) const {
  return document_->picture(materials_.pictures.at(texture).image);
}

void Avatar::set_picture(size_t texture, face::Texture picture) {
  face::Texture& to = paint_->textures.at(texture);
  picture.wrap_x = to.wrap_x;
  picture.wrap_y = to.wrap_y;
  to = std::move(picture);
}

void Avatar::add_remark(const std::string& remark) { paint_->remarks.push_back(remark); }

}  // namespace flowtalk::avatar
