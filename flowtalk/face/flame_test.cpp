#include "flowtalk/face/flame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "tests/scratch_folder.h"

namespace flowtalk::face {
namespace {

using formats::Array;
using formats::make_array;
using ::testing::HasSubstr;

constexpr int64_t kVertices = 6;

Array numbers(tensor::Shape shape, double first, double step) {
  std::vector<double> values(static_cast<size_t>(tensor::count(shape)));
  for (size_t i = 0; i < values.size(); ++i) values[i] = first + step * static_cast<double>(i);
  return make_array(std::move(shape), values);
}

// A model of six vertices, 302 components and every array in the type that files use.
FlameArrays small_model() {
  FlameArrays m;
  m.v_template = numbers({kVertices, 3}, 0, 0.01);
  m.shapedirs = numbers({kVertices, 3, 302}, 0, 1e-5);
  m.posedirs = numbers({kVertices, 3, 36}, 0, 1e-4);
  m.J_regressor = numbers({5, kVertices}, 1.0 / 6, 0);
  m.weights = numbers({kVertices, 5}, 0.2, 0);
  m.f = make_array<uint32_t>({2, 3}, {0, 1, 2, 3, 4, 5});
  m.kintree_table = make_array<int64_t>({2, 5}, {-1, 0, 1, 1, 1, 0, 1, 2, 3, 4});
  return m;
}

std::string refusal(const std::function<void(FlameArrays&)>& damage) {
  FlameArrays model = small_model();
  damage(model);
  try {
    make_flame(model, "model.pkl");
  } catch (const Error& e) {
    return e.what();
  }
  return "was taken";
}

TEST(Flame, TakesShapeThenExpressionThenPose) {
  const Face face = make_flame(small_model(), "model.pkl");
  EXPECT_EQ(face.name, "model.pkl");
  EXPECT_EQ(face.axes, motion::Axes::kFlame);
  EXPECT_EQ(face.vertex_count(), kVertices);
  EXPECT_EQ(face.shape_basis.shape(), (tensor::Shape{300, 18}));
  EXPECT_EQ(face.expression_basis.shape(), (tensor::Shape{2, 18}));
  EXPECT_EQ(face.pose_basis.shape(), (tensor::Shape{36, 18}));
  EXPECT_FLOAT_EQ(face.shape_basis[299 * 18 + 7], 1e-5f * (7 * 302 + 299));
  EXPECT_FLOAT_EQ(face.expression_basis[18 + 7], 1e-5f * (7 * 302 + 301));
  EXPECT_FLOAT_EQ(face.pose_basis[35 * 18 + 7], 1e-4f * (7 * 36 + 35));
  EXPECT_EQ(face.parents, (std::array<int, 5>{-1, 0, 1, 1, 1}));
  EXPECT_EQ(face.triangles[1], (std::array<uint32_t, 3>{3, 4, 5}));
  EXPECT_EQ(face.appearance.albedo.size(), 6u);
}

TEST(Flame, ThePythonTwoTableMarksTheRootWithTheLargestNumber) {
  FlameArrays model = small_model();
  model.kintree_table = make_array<uint32_t>({2, 5}, {0xffffffffu, 0, 1, 1, 1, 0, 1, 2, 3, 4});
  EXPECT_EQ(make_flame(model, "model.pkl").parents[0], -1);
}

TEST(Flame, FewerComponentsAreShapeFirst) {
  FlameArrays model = small_model();
  model.shapedirs = numbers({kVertices, 3, 10}, 0, 1e-5);
  const Face face = make_flame(model, "model.pkl");
  EXPECT_EQ(face.shape_basis.dim(0), 10);
  EXPECT_TRUE(face.expression_basis.empty());
  std::vector<float> out(18);
  const std::vector<float> expression(50, 1.0f);
  FaceFrame frame;
  frame.expression = expression;
  Deformer(face).vertices(frame, out);  // moves nothing
  EXPECT_FLOAT_EQ(out[4], face.rest[4]);
}

TEST(Flame, ShapesThatDoNotFitAreRefusedByName) {
  EXPECT_THAT(refusal([](auto& m) { m.v_template = numbers({18}, 0, 1); }),
              HasSubstr("model.pkl: v_template: expected shape (N, 3), got (18)"));
  EXPECT_THAT(refusal([](auto& m) {
                m.v_template = numbers({0, 3}, 0, 1);
              }),
              HasSubstr("v_template: expected shape (N, 3)"));
  EXPECT_THAT(refusal([](auto& m) {
                m.shapedirs = numbers({5, 3, 302}, 0, 0);
              }),
              HasSubstr("shapedirs: expected shape (6, 3, N), got (5, 3, 302)"));
  EXPECT_THAT(refusal([](auto& m) {
                m.shapedirs = numbers({6, 3, 401}, 0, 0);
              }),
              HasSubstr("shapedirs: 401 components, expected at most 400"));
  EXPECT_THAT(refusal([](auto& m) {
                m.posedirs = numbers({6, 3, 207}, 0, 0);
              }),
              HasSubstr("posedirs: expected shape (6, 3, 36)"));
  EXPECT_THAT(refusal([](auto& m) {
                m.J_regressor = numbers({24, 6}, 0, 0);
              }),
              HasSubstr("J_regressor: expected shape (5, 6), got (24, 6)"));
  EXPECT_THAT(refusal([](auto& m) {
                m.weights = numbers({6, 24}, 0, 0);
              }),
              HasSubstr("weights: expected shape (6, 5)"));
  EXPECT_THAT(refusal([](auto& m) {
                m.f = make_array<uint32_t>({1, 4}, {0, 1, 2, 3});
              }),
              HasSubstr("f: expected shape (N, 3)"));
}

TEST(Flame, ValuesThatCannotBeAreRefusedByName) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(refusal([&](auto& m) {
                m.v_template = numbers({6, 3}, 0, nan);
              }),
              HasSubstr("v_template: value 0 is not finite"));
  EXPECT_THAT(refusal([&](auto& m) {
                m.posedirs = numbers({6, 3, 36}, INFINITY, 0);
              }),
              HasSubstr("posedirs: value 0 is not finite"));
  EXPECT_THAT(refusal([](auto& m) {
                m.weights = numbers({6, 5}, 0.3, 0);
              }),
              HasSubstr("weights: those of vertex 0 sum to 1.500, expected 1"));
  EXPECT_THAT(refusal([](auto& m) {
                m.f = make_array<uint32_t>({1, 3}, {0, 1, 6});
              }),
              HasSubstr("f: triangle 0 names vertex 6 of 6"));
  EXPECT_THAT(refusal([](auto& m) {
                m.f = make_array<int32_t>({1, 3}, {0, -1, 2});
              }),
              HasSubstr("f: triangle 0 names vertex -1"));
  EXPECT_THAT(refusal([](auto& m) { m.f = numbers({1, 3}, 0.5, 1); }), HasSubstr("model.pkl: f"));
  EXPECT_THAT(refusal([](auto& m) {
                m.kintree_table = make_array<int64_t>({2, 5}, {-1, 0, 3, 1, 1, 0, 1, 2, 3, 4});
              }),
              HasSubstr("kintree_table: joint 2 with parent 3 at place 2"));
  EXPECT_THAT(refusal([](auto& m) {
                m.kintree_table = make_array<int64_t>({2, 5}, {-1, -1, 1, 1, 1, 0, 1, 2, 3, 4});
              }),
              HasSubstr("kintree_table: joint 1 with parent -1"));
}

class FlameFile : public ::testing::Test {
 protected:
  std::string refusal_of(const std::string& bytes) const {
    save_file(path_, bytes);
    try {
      load_face(path_.string());
    } catch (const Error& e) {
      return e.what();
    }
    return "was taken";
  }
  tests::ScratchFolder folder_;
  const std::filesystem::path path_ = folder_ / "model.pkl";
};

TEST_F(FlameFile, PicklesOfOtherThingsAreRefusedInOneLine) {
  for (const std::string& bytes :
       {std::string("}."), std::string("]."), std::string("I5\n."),
        std::string("(dS'weights'\nI1\ns."), std::string("\x80\x02}q\0.", 6)}) {
    const std::string message = refusal_of(bytes);
    EXPECT_THAT(message, HasSubstr("v_template")) << bytes;
    EXPECT_THAT(message, HasSubstr(path_.filename().string()));
    EXPECT_THAT(message, ::testing::Not(HasSubstr("\n")));
  }
}

TEST_F(FlameFile, EntriesThatAreNoArraysAreRefusedByName) {
  const std::string message = refusal_of("(dS'v_template'\nI1\ns.");
  EXPECT_THAT(message, HasSubstr("v_template"));
  EXPECT_THAT(message, HasSubstr(path_.filename().string()));
}

TEST_F(FlameFile, DamagedAndMissingFilesAreRefused) {
  EXPECT_THAT(refusal_of(""), HasSubstr(path_.filename().string()));
  EXPECT_THAT(refusal_of("\x80\x02}q\x01(U\nv_templ"), HasSubstr(path_.filename().string()));
  EXPECT_THROW(load_face("no/such/model.pkl"), Error);
}

TEST_F(FlameFile, FilesOfOtherKindsAreCalledWhatTheyAre) {
  const std::string expected = "expected a face: builtin, or a FLAME model";
  EXPECT_THAT(refusal_of(std::string("RIFF\x24\0\0\0WAVEfmt ", 16)),
              HasSubstr("is a sound file; " + expected));
  EXPECT_THAT(refusal_of("hello\n"), HasSubstr("is a text file; " + expected));
}

}  // namespace
}  // namespace flowtalk::face
