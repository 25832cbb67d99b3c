// Vertices over time: what shapes hold them, blocks, other rates, meshes.
#include "flowtalk/face/vertex_take.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "flowtalk/base/error.h"
#include "flowtalk/face/mesh_face.h"
#include "tests/scratch_folder.h"

namespace flowtalk::face {
namespace {

using tensor::Tensor;
using ::testing::HasSubstr;

// One vertex that moves along x as time does, another that stands still.
Tensor moving(int64_t frames) {
  Tensor vertices = Tensor::zeros({frames, 2, 3});
  for (int64_t t = 0; t < frames; ++t) {
    vertices[6 * t] = static_cast<float>(t);
    vertices[6 * t + 4] = 7;
  }
  return vertices;
}

std::vector<float> read(const VertexTake& take, int64_t begin, int64_t count) {
  std::vector<float> out(static_cast<size_t>(6 * count));
  take.read(begin, count, out);
  return out;
}

TEST(VertexShape, IsToldByTheLastAxis) {
  const auto is = [](const tensor::Shape& shape, int64_t samples, int64_t frames,
                     int64_t vertices) {
    const auto got = vertex_shape(shape);
    return got && got->samples == samples && got->frames == frames && got->vertices == vertices;
  };
  EXPECT_TRUE(is({9, 5023, 3}, 1, 9, 5023));
  EXPECT_TRUE(is({9, 15069}, 1, 9, 5023));
  EXPECT_TRUE(is({4, 9, 5023, 3}, 4, 9, 5023));
  EXPECT_TRUE(is({4, 9, 15069}, 4, 9, 5023));
  for (const tensor::Shape& shape :
       {tensor::Shape{}, {15069}, {9, 3}, {9, 53}, {2, 2, 2, 6}, {1, 2, 3, 4, 3}}) {
    EXPECT_FALSE(vertex_shape(shape)) << tensor::to_string(shape);
  }
}

TEST(VertexTakes, OfAnArrayAreThoseOfTheTensor) {
  const Tensor one = moving(5), other = moving(5);
  Tensor both({2, 5, 6});
  std::ranges::copy(one.values(), both.data());
  std::ranges::transform(other.values(), both.data() + 30, [](float x) { return -x; });
  const formats::Array array = formats::make_array(both);
  const auto shape = vertex_shape(array.shape);
  ASSERT_TRUE(shape);
  EXPECT_EQ(read(take_of(array, *shape, 0), 1, 3), read(take_of(one), 1, 3));
  EXPECT_EQ(read(take_of(array, *shape, 1), 4, 1), (std::vector<float>{-4, 0, 0, 0, -7, 0}));
}

TEST(VertexTakes, KeepTimeAtAnotherRate) {
  const VertexTake take = take_of(moving(31)), fast = resample(take, 30, 60),
                   slow = resample(take, 30, 25, motion::Length::kWhole);
  EXPECT_EQ(fast.frames, 62);
  EXPECT_EQ(slow.frames, 26);
  for (int64_t t = 4; t < 56; ++t) {
    const auto got = read(fast, t, 1);
    EXPECT_NEAR(got[0], static_cast<float>(t) / 2, 1e-5f);
    EXPECT_NEAR(got[4], 7, 1e-5f);
  }
  EXPECT_EQ(read(fast, 8, 3), [&] {
    std::vector<float> joined;
    for (int64_t t = 8; t < 11; ++t)
      std::ranges::copy(read(fast, t, 1), std::back_inserter(joined));
    return joined;
  }());
  EXPECT_NEAR(read(slow, 10, 1)[0], 12, 0.05);
  EXPECT_EQ(read(resample(take, 30, 30), 3, 2), read(take, 3, 2));
}

TEST(MeshFaces, HaveVerticesAndTrianglesOfTheFile) {
  const tests::ScratchFolder folder;
  const auto save = [&](const std::string& name, const std::string& body, int triangles) {
    std::ofstream(folder / name) << "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\n"
                                    "property float y\nproperty float z\nelement face "
                                 << triangles
                                 << "\nproperty list uchar int vertex_indices\nend_header\n"
                                 << body;
    return folder / name;
  };
  const Face face = load_mesh(save("a.ply", "0 0 0\n1 0 0\n0 2 0\n3 0 1 2\n", 1));
  EXPECT_EQ(face.vertex_count(), 3);
  EXPECT_EQ(face.rest[7], 2);
  EXPECT_EQ(face.triangles, (std::vector<std::array<uint32_t, 3>>{{0, 1, 2}}));
  EXPECT_EQ(face.appearance.albedo.size(), 3u);
  std::ofstream(folder / "a.obj") << "v 0 0 0\nv 1 0 0\nv 0 2 0\nf 1 2 3\n";
  const Face same = load_mesh(folder / "a.obj");
  EXPECT_TRUE(std::ranges::equal(same.rest.values(), face.rest.values()));
  EXPECT_EQ(same.triangles, face.triangles);
  EXPECT_TRUE(is_mesh_name("A.OBJ") && is_mesh_name("b.ply") && !is_mesh_name("c.pkl"));
  const auto refusal = [](const std::filesystem::path& path) -> std::string {
    try {
      load_mesh(path);
    } catch (const Error& e) {
      return e.what();
    }
    return "none";
  };
  EXPECT_THAT(refusal(save("b.ply", "0 0 0\n1 0 0\n0 2 0\n", 0)), HasSubstr("without triangles"));
  EXPECT_THAT(refusal(save("c.ply", "0 0 0\n1 nan 0\n0 2 0\n3 0 1 2\n", 1)),
              HasSubstr("not finite"));
}

}  // namespace
}  // namespace flowtalk::face
