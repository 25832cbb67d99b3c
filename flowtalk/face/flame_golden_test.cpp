// Against the golden FLAME files: two layouts of one model, posed vertices, templates, regions.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "flowtalk/face/flame.h"
#include "flowtalk/face/golden_flame.h"
#include "flowtalk/face/reference.h"
#include "flowtalk/face/subjects.h"
#include "flowtalk/formats/index_list.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/motion/motion_file.h"

namespace flowtalk::face {
namespace {

namespace fs = std::filesystem;

class FlameGolden : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(golden() / "flame"))
      GTEST_SKIP() << "skipped: no golden data at " << golden() / "flame";
  }
  static const Face& model(const std::string& name) {
    static std::map<std::string, Face> loaded;
    const auto found = loaded.find(name);
    if (found != loaded.end()) return found->second;
    Face face = load_golden_flame(name);
    return loaded.emplace(name, std::move(face)).first->second;
  }
};

TEST_F(FlameGolden, PosedVerticesAndJointsAreThoseOfTheReference) {
  const formats::SafetensorsFile cases(golden() / "flame/cases.safetensors");
  for (const char* name : {"generic_model.pkl", "flame_numpy.pkl"}) {
    const Face& face = model(name);
    const Deformer deformer(face, {}, Deformer::LiveShape::kYes);
    for (const std::string prefix : {"eval.", "full."}) {
      SCOPED_TRACE(std::string(name) + " " + prefix);
      const motion::Motion p =
          motion::open_motion(golden() / "flame/cases.safetensors", {.prefix = prefix}).motion;
      const tensor::Tensor vertices = cases.load(prefix + "vertices");
      const tensor::Tensor joints = cases.load(prefix + "joints");
      ASSERT_EQ(p.frames(), vertices.dim(0));
      std::vector<FaceFrame> frames;
      for (int64_t t = 0; t < p.frames(); ++t) frames.push_back(frame_of(p, t));
      std::vector<float> out(static_cast<size_t>(vertices.size()));
      ThreadPool pool(2);
      deformer.vertices(frames, out, pool);
      float worst = 0, worst_joint = 0;
      for (size_t i = 0; i < out.size(); ++i) {
        worst = std::max(worst, std::abs(out[i] - vertices.values()[i]));
      }
      for (size_t t = 0; t < frames.size(); ++t) {
        const auto at = deformer.joints(frames[t]);
        for (size_t i = 0; i < 15; ++i) {
          worst_joint =
              std::max(worst_joint, std::abs(at[i / 3][i % 3] - joints.values()[15 * t + i]));
        }
        const PosedFace plain = pose_plainly(face, frames[t]);
        for (size_t i = 0; i < plain.vertices.size(); ++i) {
          ASSERT_NEAR(plain.vertices[i], vertices.values()[t * plain.vertices.size() + i], 1e-6);
        }
      }
      EXPECT_LE(worst, 1e-6f);
      EXPECT_LE(worst_joint, 1e-6f);
      RecordProperty(std::string(name) + prefix, std::to_string(worst));
    }
  }
}

double share_of_both(std::vector<uint32_t> a, std::vector<uint32_t> b) {
  const std::set<uint32_t> x(a.begin(), a.end()), y(b.begin(), b.end());
  const auto both = std::count_if(x.begin(), x.end(), [&](uint32_t v) { return y.contains(v); });
  return static_cast<double>(both) /
         static_cast<double>(x.size() + y.size() - static_cast<size_t>(both));
}

TEST_F(FlameGolden, DerivedRegionsAreCloseToThePublishedLists) {
  const Face& face = model("flame_numpy.pkl");
  const auto published = load_regions(golden() / "templates", face);
  EXPECT_GT(share_of_both(face.regions.lips, published.lips), 0.75);
  EXPECT_GT(share_of_both(face.regions.upper_face, published.upper_face), 0.65);
  EXPECT_EQ(published.eyes, face.regions.eyes);  // no such list is published
  EXPECT_EQ(face.regions.eyes, formats::load_index_list(golden() / "metrics/eve.txt", 5023));
}

TEST_F(FlameGolden, LipLandmarksFaceEachOtherAndPartWithTheMouth) {
  const Face& face = model("flame_numpy.pkl");
  ASSERT_GE(face.lips.upper.size(), 5u);
  const auto at = [&](uint32_t v, int64_t k) { return face.rest[3 * int64_t{v} + k]; };
  for (size_t i = 0; i < face.lips.upper.size(); ++i) {
    const uint32_t u = face.lips.upper[i], l = face.lips.lower[i];
    EXPECT_NEAR(at(u, 0), at(l, 0), 2.5e-3);
    EXPECT_NEAR(at(u, 2), at(l, 2), 4e-3);
    EXPECT_GT(at(u, 1), at(l, 1));
    EXPECT_LT(at(u, 1) - at(l, 1), 4e-3);
    EXPECT_LT(at(u, 0), at(face.lips.left_corner, 0));
    EXPECT_GT(at(u, 0), at(face.lips.right_corner, 0));
  }
  EXPECT_NEAR(at(face.lips.left_corner, 0), -at(face.lips.right_corner, 0), 1e-3);
}

TEST_F(FlameGolden, TrianglesLookOutwardsAndEyesAreRoundBalls) {
  const Face& face = model("flame_numpy.pkl");
  double volume = 0;
  for (const auto& t : face.triangles) {
    const float *a = face.rest.data() + 3 * t[0], *b = face.rest.data() + 3 * t[1],
                *c = face.rest.data() + 3 * t[2];
    volume += a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) +
              a[2] * (b[0] * c[1] - b[1] * c[0]);
  }
  EXPECT_GT(volume, 0);
  const auto& material = face.appearance.material;
  EXPECT_EQ(std::count(material.begin(), material.end(), Material::kEyeball), 1092);
  EXPECT_EQ(material[3930], Material::kSkin);
  EXPECT_GT(std::count(material.begin(), material.end(), Material::kLips), 100);
}

TEST_F(FlameGolden, BrowsLieAboveTheEyes) {
  const Face& face = model("flame_numpy.pkl");
  const auto& brow = face.appearance.brow;
  ASSERT_EQ(brow.size(), 5023u);
  float top_of_eyes = -1;
  for (int64_t v = 3931; v < 5023; ++v) top_of_eyes = std::max(top_of_eyes, face.rest[3 * v + 1]);
  int left = 0, right = 0;
  for (size_t v = 0; v < brow.size(); ++v) {
    if (brow[v].along < 0 || brow[v].along > 1 || std::abs(brow[v].across) > 0.1f) continue;
    const float* p = face.rest.data() + 3 * v;
    EXPECT_GT(p[1], top_of_eyes - 0.002f) << v;
    EXPECT_LT(p[1], top_of_eyes + 0.03f) << v;
    ++(p[0] > 0 ? left : right);
  }
  EXPECT_GE(left, 4);
  EXPECT_NEAR(left, right, 3);
}

TEST_F(FlameGolden, TemplatesGiveASubjectsMeshOrShape) {
  const fs::path folder = golden() / "templates";
  const Subject mesh = load_subject(folder / "templates_mead_vert.pkl", "M003");
  EXPECT_EQ(mesh.rest.shape(), (tensor::Shape{5023, 3}));
  EXPECT_TRUE(mesh.shape.empty());
  const Subject shape = load_subject(folder / "templates_mead_param.pkl", "M003");
  EXPECT_EQ(shape.shape.size(), 300u);
  EXPECT_TRUE(shape.rest.empty());
  EXPECT_THROW(load_subject(folder / "templates_mead_vert.pkl", "M0003"), std::runtime_error);
}

}  // namespace
}  // namespace flowtalk::face
