#include "flowtalk/pipeline/head_rig.h"

#include <algorithm>

#include "flowtalk/base/error.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/face/pose.h"
#include "flowtalk/pipeline/score_take.h"

namespace flowtalk::pipeline {
namespace {

using face::FaceFrame;

// A jaw turns and a morph goes straight: where on its way the two agree, radians. Speech opens a
// jaw by up to 0.25.
constexpr float kJawCut = 0.25f;

// The corrective that the built-in head has: entry (2, 1) of the jaw's rotation, its sine of pitch.
constexpr int64_t kGlideRow = 9 * (flame::kJawJoint - 1) + 7;
constexpr const char* kGlideName = "jawGlide";

std::vector<float> posed(const face::Deformer& deformer, const FaceFrame& frame) {
  std::vector<float> vertices(static_cast<size_t>(deformer.face().rest.size()));
  deformer.vertices(frame, vertices);
  return vertices;
}

std::vector<float> difference(const std::vector<float>& a, const std::vector<float>& b,
                              float scale) {
  std::vector<float> result(a.size());
  for (size_t i = 0; i < a.size(); ++i) result[i] = scale * (a[i] - b[i]);
  return result;
}

face::Deformer deformer_of(const Scene& scene) {
  if (!scene.shape.empty()) return face::Deformer(scene.face, scene.shape);
  if (!scene.motion.one_shape()) {
    fail("the motion's shape changes from frame to frame; a rig has one");
  }
  return face::Deformer(scene.face, scene.motion.shape.at(0));
}

// ARKit's shapes. jawOpen and mouthClose, which closes an open jaw, are cut at kJawCut, so that
// they are right where speech is.
void add_scores(const Scene& scene, const face::Deformer& deformer, const Reporter& reporter,
                HeadRig& rig) {
  FaceFrame open;
  open.jaw = {kJawCut, 0, 0};
  const std::vector<float> opened = posed(deformer, open);
  const float at = kJawCut / face::kJawOpen;
  for (size_t i = 0; i < arkit::kShapes; ++i) {
    arkit::Scores scores{};
    const bool closes = i == arkit::shape("mouthClose"), opens = i == arkit::shape("jawOpen");
    scores[i] = closes || opens ? at : 1;
    if (closes) scores[arkit::shape("jawOpen")] = at;
    const auto row = arkit::row_of(scores, scene.options.gain);
    FaceFrame frame;
    frame.expression = std::span(row).first(face::kExpressionAxes.size());
    frame.jaw = {row[motion::kJawAt], 0, 0};
    rig.targets.push_back(
        {std::string(arkit::kNames[i]),
         difference(posed(deformer, frame), closes ? opened : rig.rest, 1 / scores[i])});
  }
  if (scene.motion.frames() > 0) rig.weights = scores_of(scene, reporter).scores;
}

// The one axis that goes both ways; many programs cut weights to 0..1, so it has a target for each.
constexpr size_t kSideways = face::axis("jawLeft");
constexpr const char* kOtherWay = "jawRight";

// The head's own axes, and the corrective.
void add_axes(const Scene& scene, HeadRig& rig) {
  const auto values = scene.face.rest.size();
  const auto row_of = [&](const tensor::Tensor& basis, int64_t row) {
    const float* from = basis.data() + row * values;
    return std::vector<float>(from, from + values);
  };
  constexpr auto kAxes = static_cast<int64_t>(face::kExpressionAxes.size());
  for (int64_t k = 0; k < kAxes; ++k) {
    rig.targets.push_back({std::string(face::kExpressionAxes[static_cast<size_t>(k)]),
                           row_of(scene.face.expression_basis, k)});
  }
  const auto right = row_of(scene.face.expression_basis, kSideways);
  rig.targets.push_back({kOtherWay, difference(std::vector<float>(right.size()), right, 1)});
  rig.targets.push_back({kGlideName, row_of(scene.face.pose_basis, kGlideRow)});
  const int64_t frames = scene.motion.frames();
  if (frames == 0) return;
  rig.weights = tensor::Tensor::zeros({frames, kAxes + 2});
  for (int64_t t = 0; t < frames; ++t) {
    const FaceFrame frame = face::frame_of(scene.motion, t);
    float* to = rig.weights.data() + t * (kAxes + 2);
    std::copy_n(frame.expression.begin(), std::min<size_t>(kAxes, frame.expression.size()), to);
    to[kAxes] = std::max(0.0f, -to[kSideways]);
    to[kSideways] = std::max(0.0f, to[kSideways]);
    to[kAxes + 1] = face::pose_feature(face::rotations(frame))[kGlideRow];
  }
}

// Which of the rig's joints moves what hangs on each of FLAME's.
void add_joints(const Scene& scene, const face::Deformer& deformer, HeadRig& rig) {
  rig.joints = {flame::kRoot, flame::kNeck};
  rig.parents = {-1, 0};
  if (scene.options.rig == Rig::kSkin) {
    rig.joints.insert(rig.joints.end(), {flame::kJawJoint, flame::kLeftEye, flame::kRightEye});
    rig.parents.insert(rig.parents.end(), {1, 1, 1});
  }
  const auto places = deformer.joints({});
  for (const flame::Joint joint : rig.joints) {
    rig.places.push_back(places[static_cast<size_t>(joint)]);
  }
  const size_t count = rig.joints.size();
  const int64_t vertices = scene.face.vertex_count();
  rig.skinning.assign(static_cast<size_t>(vertices) * count, 0.0f);
  for (int64_t v = 0; v < vertices; ++v) {
    float* row = rig.skinning.data() + static_cast<size_t>(v) * count;
    const float* weights = scene.face.skinning.data() + v * flame::kJoints;
    for (int64_t j = 0; j < flame::kJoints; ++j) {
      const auto own = std::ranges::find(rig.joints, static_cast<flame::Joint>(j));
      const auto at = own != rig.joints.end() ? own - rig.joints.begin() : 1;  // else the neck
      row[at] += weights[j];
    }
  }
}

}  // namespace

HeadRig rig_of(const Scene& scene, const Reporter& reporter) {
  if (scene.face.axes != motion::Axes::kBuiltin || scene.motion.axes != motion::Axes::kBuiltin) {
    fail("a rig is made of {} and its axes; those of FLAME have no names that others know",
         motion::owner_of(motion::Axes::kBuiltin));
  }
  if (scene.options.rig == Rig::kSkin && scene.options.gain != arkit::Gain::kNone) {
    fail_usage("{}: is of ARKit's shapes, which {} skin does not have", Field("gain"),
               Field("rig"));
  }
  const face::Deformer deformer = deformer_of(scene);
  HeadRig rig;
  rig.rest = posed(deformer, {});
  if (scene.options.rig == Rig::kSkin) {
    add_axes(scene, rig);
  } else {
    add_scores(scene, deformer, reporter, rig);
  }
  add_joints(scene, deformer, rig);
  return rig;
}

}  // namespace flowtalk::pipeline
