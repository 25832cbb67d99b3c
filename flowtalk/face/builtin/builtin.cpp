// The built-in head, put together.
#include <fmt/ranges.h>

#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/face/builtin/build.h"
#include "flowtalk/face/builtin/lids.h"
#include "flowtalk/face/builtin/measurements.h"
#include "flowtalk/face/identity.h"

namespace flowtalk::face {
namespace builtin {

void HeadMesh::strip(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b, bool closed) {
  FT_CHECK(a.size() == b.size(), "rows of {} and {}", a.size(), b.size());
  for (size_t i = 0; i + 1 < a.size(); ++i) quad(a[i], a[i + 1], b[i + 1], b[i]);
  if (closed) quad(a.back(), a.front(), b.front(), b.back());
}

void mirror(HeadMesh& mesh) {
  const size_t half = mesh.points.size();
  mesh.mirror.resize(half);
  for (size_t i = 0; i < half; ++i) {
    if (mesh.points[i].p.x == 0) {
      mesh.mirror[i] = static_cast<uint32_t>(i);
      continue;
    }
    Point point = mesh.points[i];
    point.p = mirrored(point.p);
    point.normal = mirrored(point.normal);
    mesh.mirror[i] = mesh.add(point);
    mesh.mirror.push_back(static_cast<uint32_t>(i));
  }
  mesh.mirror.resize(mesh.points.size());
  for (size_t i = 0; i < half; ++i) mesh.mirror[mesh.mirror[i]] = static_cast<uint32_t>(i);
  for (size_t i = half; i < mesh.points.size(); ++i) {
    int& anchor = mesh.points[i].anchor;
    if (anchor >= 0) anchor = static_cast<int>(mesh.mirror[static_cast<size_t>(anchor)]);
  }
  std::erase_if(mesh.triangles, [&](const Triangle& f) {  // folded onto the mid-line
    return mesh.points[f[0]].p.x == 0 && mesh.points[f[1]].p.x == 0 && mesh.points[f[2]].p.x == 0;
  });
  const size_t faces = mesh.triangles.size();
  for (size_t i = 0; i < faces; ++i) {
    const Triangle f = mesh.triangles[i];
    mesh.triangles.push_back({mesh.mirror[f[0]], mesh.mirror[f[2]], mesh.mirror[f[1]]});
  }
}

namespace {

bool is_outer_skin(const Point& point) {
  return point.part == Part::kSkin || point.part == Part::kLips;
}

HeadMesh draw_head(const HairStyle& hair) {
  HeadMesh mesh;
  add_skin(mesh);
  add_eyes(mesh);
  add_mouth_bag(mesh);
  add_teeth_and_tongue(mesh);
  add_ear(mesh);
  for (Point& point : mesh.points) {
    if (is_outer_skin(point) && point.p.z > 0) point.normal = slide_normal(point.p);
  }
  mirror(mesh);
  add_hair(hair, mesh);
  for (size_t i = mesh.mirror.size(); i < mesh.points.size(); ++i) {
    mesh.mirror.push_back(static_cast<uint32_t>(i));  // hair is not symmetric and does not express
  }
  return mesh;
}

Regions regions(const HeadMesh& mesh) {
  Regions r;
  for (size_t i = 0; i < mesh.points.size(); ++i) {
    const Point& point = mesh.points[i];
    const auto index = static_cast<uint32_t>(i);
    const bool eye = point.part == Part::kLidRim ||
                     (point.part == Part::kSkin && point.t <= 0.5f && point.p.y > -30);
    if (point.part == Part::kLips) r.lips.push_back(index);
    if (eye) r.eyes.push_back(index);
    if (is_outer_skin(point) && !eye && point.p.y > -40 && point.p.y < 75 && point.p.z > 30) {
      r.upper_face.push_back(index);
    }
  }
  return r;
}

LipLandmarks landmarks(const HeadMesh& mesh) {
  LipLandmarks lips;
  lips.left_corner = mesh.lip_upper.back();
  lips.right_corner = mesh.mirror[lips.left_corner];
  for (size_t i = 0; i < mesh.lip_upper.size(); ++i) {
    const uint32_t upper = mesh.lip_upper[i], lower = mesh.lip_lower[i];
    if (mesh.points[upper].s > 0.55f) break;  // the middle of the mouth
    lips.upper.push_back(upper);
    lips.lower.push_back(lower);
    if (mesh.mirror[upper] != upper) {
      lips.upper.push_back(mesh.mirror[upper]);
      lips.lower.push_back(mesh.mirror[lower]);
    }
  }
  return lips;
}

LidOpening lid_opening(const HeadMesh& mesh, const Face& face, bool left) {
  LidOpening opening;
  for (size_t i = 0; i < mesh.points.size(); ++i) {
    const Point& point = mesh.points[i];
    const bool middle = point.part == Part::kSkin && point.t == 0 && std::abs(point.s) < 1e-3f;
    if (!middle || point.side == 0 || (point.p.x > 0) != left) continue;
    (point.side > 0 ? opening.upper : opening.lower) = static_cast<uint32_t>(i);
  }
  const auto height = [&](const float* values) {
    return values[3 * opening.upper + 1] - values[3 * opening.lower + 1];
  };
  opening.rest = height(face.rest.data());
  for (size_t k = 0; k < opening.per_axis.size(); ++k) {
    opening.per_axis[k] =
        height(face.expression_basis.data() + static_cast<int64_t>(k) * face.rest.size());
  }
  return opening;
}

struct Head {
  Face face;
  LidOpening left, right;
};

Head make_head(const Person& person) {
  const HeadMesh mesh = draw_head(person.hair);
  Face face;
  face.axes = motion::Axes::kBuiltin;
  face.name = text_of(face.axes);
  const auto count = static_cast<int64_t>(mesh.points.size());
  face.rest = tensor::Tensor({count, 3});
  for (int64_t i = 0; i < count; ++i) {
    const Vec p = kMetre * mesh.points[static_cast<size_t>(i)].p;
    face.rest[3 * i] = p.x;
    face.rest[3 * i + 1] = p.y;
    face.rest[3 * i + 2] = p.z;
  }
  face.triangles = mesh.triangles;
  face.appearance = paint(mesh, person);
  face.skinning = skinning_weights(mesh);
  face.pose_basis = pose_basis(mesh, face.skinning);
  face.joint_regressor = joint_regressor(mesh);
  face.shape_basis = shape_basis(mesh);
  face.expression_basis = expression_basis(mesh);
  std::vector<float> shape(flame::kShape);
  for (const Trait& trait : person.traits) shape[trait.axis] = trait.amount;
  if (!person.traits.empty()) set_identity(face, shape);
  face.regions = regions(mesh);
  face.lips = landmarks(mesh);
  const LidOpening left = lid_opening(mesh, face, true), right = lid_opening(mesh, face, false);
  return {std::move(face), left, right};
}

const Head& the_head() {
  static const Head head = make_head(people().front());
  return head;
}

}  // namespace
}  // namespace builtin

const Face& builtin_face() { return builtin::the_head().face; }

std::vector<std::string> person_names() {
  std::vector<std::string> names;
  for (const builtin::Person& person : builtin::people()) names.emplace_back(person.name);
  return names;
}

std::string describe_people() {
  std::vector<std::string> people;
  for (const builtin::Person& person : builtin::people()) {
    people.push_back(fmt::format("{} ({})", person.name, person.summary));
  }
  return fmt::format("{}", fmt::join(people, ", "));
}

Face builtin_person(const std::string& name) {
  for (const builtin::Person& person : builtin::people()) {
    if (person.name == name) return builtin::make_head(person).face;
  }
  fail_usage("no person \"{}\"; expected {}", name, fmt::join(person_names(), ", "));
}

const LidOpening& builtin_lid_opening(bool left) {
  return left ? builtin::the_head().left : builtin::the_head().right;
}

}  // namespace flowtalk::face
