// Which joint moves what, and where the joints are.
#include "flowtalk/face/builtin/build.h"
#include "flowtalk/face/builtin/measurements.h"

namespace flowtalk::face::builtin {
namespace {

using namespace measure;

constexpr float kCorner = 0.42f;  // the corners of the mouth follow the jaw this much

// The skin around the mouth: `level` is the height above the lip line, mm.
float mouth_weight(float x, float level, bool upper) {
  const float to_corner = smooth(0, kMouthHalf + 1, x);
  if (upper) return kCorner * to_corner * to_corner * smooth(30, 0, level);
  const float at_line = 1 - (1 - kCorner) * to_corner * to_corner;
  return mix(at_line, 1, smooth(0, 26, -level));
}

float skin_jaw_weight(const Point& point) {
  const float x = std::abs(point.p.x);
  const float level = point.p.y - lip_line(std::min(x, kMouthHalf));
  const bool by_ring = point.side != 0 && point.p.y < -30;  // lids have sides too
  const bool upper = by_ring ? point.side > 0 : level > 0;
  float w = mouth_weight(x, level, upper);
  // Backwards the jaw's skin fades towards the ear and, under the chin, into the throat.
  const float hinge_line = mix(-40.0f, -66.0f, smooth(10, 80, point.p.z));
  w *= mix(smooth(14, -26, point.p.y - hinge_line), 1, smooth(62, 82, point.p.z));
  w *= smooth(4, 46, point.p.z + 0.35f * std::min(0.0f, point.p.y + 80));
  return w * smooth(-142, -112, point.p.y);
}

// The head ends at a plane that falls from the nape to the throat below the chin.
float neck_weight(Vec p) { return smooth(-165, -100, p.y + 0.35f * p.z - 8); }

// x with (r0, r1, r2) x = b for a symmetric 3 x 3 matrix, by Cramer's rule.
Vec solve(Vec r0, Vec r1, Vec r2, Vec b) {
  const float det = dot(r0, cross(r1, r2));
  return (1 / det) * Vec{dot(b, cross(r1, r2)), dot(r0, cross(b, r2)), dot(r0, cross(r1, b))};
}

// The smallest weights over `members` that sum to one and average to `joint`.
void regress(const HeadMesh& mesh, const std::vector<uint32_t>& members, Vec joint, float* row) {
  const float n = static_cast<float>(members.size());
  Vec mean;
  for (const uint32_t i : members) mean += (1 / n) * mesh.points[i].p;
  Vec r0, r1, r2;
  for (const uint32_t i : members) {
    const Vec q = mesh.points[i].p - mean;
    r0 += q.x * q;
    r1 += q.y * q;
    r2 += q.z * q;
  }
  const Vec slope = solve(r0, r1, r2, joint - mean);
  for (const uint32_t i : members) row[i] = 1 / n + dot(mesh.points[i].p - mean, slope);
}

}  // namespace

float jaw_weight(const Point& point) {
  switch (point.part) {
    case Part::kSkin:
    case Part::kLips:
      return skin_jaw_weight(point);
    case Part::kTongue:
      return mix(0.75f, 1, smooth(0, 0.6f, point.s));
    case Part::kTeeth:
    case Part::kGum:
      return point.side < 0 ? 1.0f : 0.0f;
    case Part::kMouthBag: {
      const float deep = point.t <= -9 ? 0.4f : point.t <= -5 ? 0.6f : 1.0f;
      return deep * (point.side > 0 ? 0.0f : point.side < 0 ? 1.0f : kCorner);
    }
    default:
      return 0;
  }
}

tensor::Tensor skinning_weights(const HeadMesh& mesh) {
  const auto count = static_cast<int64_t>(mesh.points.size());
  tensor::Tensor weights = tensor::Tensor::zeros({count, flame::kJoints});
  for (int64_t i = 0; i < count; ++i) {
    const Point& point = mesh.points[static_cast<size_t>(i)];
    float* w = weights.data() + i * flame::kJoints;
    if (point.part == Part::kEyeball) {
      w[point.p.x > 0 ? flame::kLeftEye : flame::kRightEye] = 1;
      continue;
    }
    float jaw = jaw_weight(point);
    if (point.part == Part::kMouthBag && point.anchor >= 0) {
      jaw = mix(jaw, jaw_weight(mesh.points[static_cast<size_t>(point.anchor)]), point.fade);
    }
    const bool low = point.part == Part::kSkin || point.part == Part::kCloth;
    const float head = low ? neck_weight(point.p) : 1.0f;
    w[flame::kRoot] = 1 - head;
    w[flame::kJawJoint] = head * jaw;
    w[flame::kNeck] = head - head * jaw;
  }
  return weights;
}

// An opening jaw also slides forward: one row, that of the jaw's sine of pitch, R(2, 1).
tensor::Tensor pose_basis(const HeadMesh& mesh, const tensor::Tensor& skinning) {
  const auto count = static_cast<int64_t>(mesh.points.size());
  tensor::Tensor basis = tensor::Tensor::zeros({9 * (flame::kJoints - 1), count * 3});
  float* row = basis.data() + (9 * (flame::kJawJoint - 1) + 7) * count * 3;
  for (int64_t i = 0; i < count; ++i) {
    row[3 * i + 2] = kMetre * kJawGlide * skinning[i * flame::kJoints + flame::kJawJoint];
  }
  return basis;
}

tensor::Tensor joint_regressor(const HeadMesh& mesh) {
  const auto count = static_cast<int64_t>(mesh.points.size());
  tensor::Tensor regressor = tensor::Tensor::zeros({flame::kJoints, count});
  std::array<std::vector<uint32_t>, flame::kJoints> members;
  for (size_t i = 0; i < mesh.points.size(); ++i) {
    const Point& point = mesh.points[i];
    const Vec p = point.p;
    const auto index = static_cast<uint32_t>(i);
    if (point.part == Part::kEyeball)
      members[p.x > 0 ? flame::kLeftEye : flame::kRightEye].push_back(index);
    if (point.part != Part::kSkin) continue;
    if (p.y < -150) members[flame::kRoot].push_back(index);
    if (p.y > -140 && p.y < -85 && p.z < 40) members[flame::kNeck].push_back(index);
    if (p.y > -40 && p.y < 0 && p.z > -20 && p.z < 40) members[flame::kJawJoint].push_back(index);
  }
  const std::array<Vec, flame::kJoints> joints{kRootJoint, kNeckJoint, kJawHinge, kEye,
                                               mirrored(kEye)};
  for (size_t j = 0; j < joints.size(); ++j) {
    regress(mesh, members[j], joints[j], regressor.data() + static_cast<int64_t>(j) * count);
  }
  return regressor;
}

}  // namespace flowtalk::face::builtin
