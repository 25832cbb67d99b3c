// The fast deformer against the plain definition.
#include <gtest/gtest.h>

#include <cmath>

#include "flowtalk/base/rng.h"
#include "flowtalk/face/deform_tile.h"
#include "flowtalk/face/reference.h"

namespace flowtalk::face {
namespace {

using tensor::Tensor;

float normal(Rng& rng, float size) { return size * static_cast<float>(rng.normal()); }

Tensor noise(Rng& rng, tensor::Shape shape, float size) {
  Tensor t(std::move(shape));
  for (float& x : t.values()) x = normal(rng, size);
  return t;
}

// A face of no particular form with everything a face can have: skinning by several joints, joints
// that follow shape and expression, correctives, rows and vertices that stay zero.
Face random_face(int64_t vertices) {
  Rng rng(7);
  Face face;
  face.rest = noise(rng, {vertices, 3}, 0.1f);
  face.shape_basis = noise(rng, {5, vertices * 3}, 0.01f);
  face.expression_basis = noise(rng, {9, vertices * 3}, 0.01f);
  for (int64_t i = 0; i < vertices * 3; ++i) face.expression_basis[3 * vertices * 3 + i] = 0;
  for (int64_t i = 0; i < std::min<int64_t>(60, vertices * 2); ++i) face.expression_basis[i] = 0;
  face.pose_basis = noise(rng, {36, vertices * 3}, 0.005f);
  face.joint_regressor = noise(rng, {flame::kJoints, vertices}, 0.1f);
  face.skinning = Tensor::zeros({vertices, flame::kJoints});
  for (int64_t v = 0; v < vertices; ++v) {
    const int64_t first = v * 5 / vertices, second = (first + v) % 5;
    face.skinning[v * 5 + first] = 0.75f;
    face.skinning[v * 5 + second] += 0.25f;
  }
  return face;
}

struct Motions {
  std::vector<std::vector<float>> shape, expression;
  std::vector<FaceFrame> frames;
};

Motions random_motions(size_t count, bool with_shape) {
  Rng rng(11);
  Motions m;
  const auto numbers = [&](size_t n, float size) {
    std::vector<float> out(n);
    for (float& x : out) x = normal(rng, size);
    return out;
  };
  const auto turn = [&] {
    return std::array<float, 3>{normal(rng, 0.5f), normal(rng, 0.5f), normal(rng, 0.5f)};
  };
  for (size_t f = 0; f < count; ++f) {
    m.shape.push_back(numbers(with_shape ? 5 : 0, 1));
    m.expression.push_back(numbers(f % 3 == 0 ? 4 : 12, 1));  // fewer and more than the face knows
  }
  for (size_t f = 0; f < count; ++f) {
    FaceFrame frame{.shape = m.shape[f], .expression = m.expression[f]};
    if (f % 5 != 1) frame.jaw = turn();
    if (f % 2 == 0) frame.root = turn();
    if (f % 4 == 0) frame.neck = turn();
    if (f % 4 == 1) frame.left_eye = frame.right_eye = turn();
    if (f % 3 == 0) frame.translation = turn();
    m.frames.push_back(frame);
  }
  return m;
}

std::vector<float> deformed(const Deformer& deformer, std::span<const FaceFrame> frames,
                            int threads) {
  ThreadPool pool(threads);
  std::vector<float> out(frames.size() * static_cast<size_t>(deformer.face().rest.size()));
  deformer.vertices(frames, out, pool);
  return out;
}

TEST(Deformer, AgreesWithThePlainDefinition) {
  for (const int64_t vertices : {7, 16, 333}) {
    const Face face = random_face(vertices);
    const Motions m = random_motions(70, true);
    const Deformer deformer(face, {}, Deformer::LiveShape::kYes);
    const auto fast = deformed(deformer, m.frames, 2);
    for (size_t f = 0; f < m.frames.size(); ++f) {
      const PosedFace plain = pose_plainly(face, m.frames[f]);
      const auto joints = deformer.joints(m.frames[f]);
      for (size_t i = 0; i < plain.vertices.size(); ++i) {
        ASSERT_NEAR(fast[f * plain.vertices.size() + i], plain.vertices[i], 1e-6)
            << vertices << " vertices, frame " << f << ", value " << i;
      }
      for (size_t i = 0; i < 15; ++i) {
        ASSERT_NEAR(joints[i / 3][i % 3], plain.joints[i / 3][i % 3], 1e-6) << "joint " << i / 3;
      }
    }
  }
}

TEST(Deformer, AFoldedShapeIsTheSameAsALiveOne) {
  const Face face = random_face(100);
  Motions m = random_motions(3, true);
  for (FaceFrame& frame : m.frames) {
    const std::span<const float> shape = frame.shape;
    const PosedFace plain = pose_plainly(face, frame);
    frame.shape = {};
    const auto fast = deformed(Deformer(face, shape), {&frame, 1}, 1);
    for (size_t i = 0; i < fast.size(); ++i) ASSERT_NEAR(fast[i], plain.vertices[i], 1e-6);
  }
}

TEST(Deformer, GivesTheSameBytesForAnyThreadsAndAnySplitIntoCalls) {
  const Face face = random_face(1000);
  const Motions m = random_motions(150, false);
  const Deformer deformer(face);
  const auto whole = deformed(deformer, m.frames, 1);
  EXPECT_EQ(whole, deformed(deformer, m.frames, 2));
  EXPECT_EQ(whole, deformed(deformer, m.frames, 5));
  std::vector<float> single(3000);
  for (size_t f = 0; f < m.frames.size(); ++f) {
    deformer.vertices(m.frames[f], single);
    ASSERT_TRUE(
        std::equal(single.begin(), single.end(), whole.begin() + 3000 * static_cast<int>(f)))
        << "frame " << f;
  }
}

TEST(Deformer, AgreesWithThePlainDefinitionOnTheBuiltInHead) {
  const Face& face = builtin_face();
  Motions m = random_motions(12, false);
  const Deformer deformer(face);
  const auto fast = deformed(deformer, m.frames, 1);
  for (size_t f = 0; f < m.frames.size(); ++f) {
    const PosedFace plain = pose_plainly(face, m.frames[f]);
    for (size_t i = 0; i < plain.vertices.size(); ++i) {
      ASSERT_NEAR(fast[f * plain.vertices.size() + i], plain.vertices[i], 1e-6);
    }
  }
}

// Each table that this processor can run, on one group without joints.
TEST(DeformTile, EveryInstructionSetBlendsAndWeaves) {
  std::vector<const DeformTable*> tables{&deform_generic()};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    tables.push_back(&deform_avx2());
  }
  if (__builtin_cpu_supports("avx512f")) tables.push_back(&deform_avx512());
#endif
  for (const DeformTable* table : tables) {
    const auto lanes = static_cast<size_t>(table->lanes), full = static_cast<size_t>(table->frames);
    std::vector<float> rest(3 * lanes), basis(2 * 3 * lanes), ones(lanes, 1.0f);
    for (size_t i = 0; i < rest.size(); ++i) rest[i] = static_cast<float>(i);
    for (size_t i = 0; i < basis.size(); ++i) basis[i] = static_cast<float>(i % 7);
    const std::vector<RowPair> rows{
        {0, 0}, {static_cast<uint32_t>(3 * lanes), static_cast<uint32_t>(full)}};
    std::vector<float> coefficients(2 * full), weights(flame::kJoints * lanes, 0.0f);
    for (size_t i = 0; i < coefficients.size(); ++i) coefficients[i] = static_cast<float>(i + 1);
    const std::vector<FrameMotion> motions(full);
    for (size_t frames = 1; frames <= full; ++frames) {
      std::vector<float> out(frames * 3 * lanes);
      table->tile[frames - 1]({rest.data(), basis.data(), rows.data(), rows.size(),
                               coefficients.data(), weights.data(), ones.data(), 0, motions.data(),
                               out.data(), static_cast<int64_t>(3 * lanes)});
      for (size_t i = 0; i < out.size(); ++i) {
        const size_t f = i / (3 * lanes), at = i % 3 * lanes + i % (3 * lanes) / 3;
        ASSERT_EQ(out[i], rest[at] + coefficients[f] * basis[at] +
                              coefficients[full + f] * basis[3 * lanes + at])
            << lanes << " lanes, " << frames << " frames, value " << i;
      }
    }
  }
}

TEST(Rotation, AddsTheSmallNumberInsideTheNorm) {
  const Matrix3 none = rotation({0, 0, 0});
  EXPECT_EQ(none, (Matrix3{1, 0, 0, 0, 1, 0, 0, 0, 1}));
  const Matrix3 quarter = rotation({0, 0, std::acos(0.0f)});
  EXPECT_NEAR(quarter[0], 0, 1e-7);
  EXPECT_NEAR(quarter[1], -1, 1e-7);
  EXPECT_NEAR(quarter[3], 1, 1e-7);
  // angle = |r + 1e-8| and axis = r / angle: a vector of this size turns by sin(angle) r / angle.
  const double r = 1e-8, angle = std::sqrt(4 * r * r + 2 * 1e-16);
  EXPECT_NEAR(rotation({1e-8f, 0, 0})[7], std::sin(angle) * r / angle, 1e-15);
}

}  // namespace
}  // namespace flowtalk::face
