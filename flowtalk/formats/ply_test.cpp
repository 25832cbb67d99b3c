// PLY meshes in every encoding, and what is refused.
#include "flowtalk/formats/ply.h"

#include <gtest/gtest.h>

#include <cstring>

#include "flowtalk/base/error.h"

namespace flowtalk::formats {
namespace {

std::string header(const std::string& encoding, const std::string& type = "float") {
  return "ply\nformat " + encoding + " 1.0\ncomment made here\nelement vertex 3\nproperty " + type +
         " x\nproperty " + type + " y\nproperty " + type +
         " z\nproperty uchar red\nelement face 1\nproperty list uchar int vertex_indices\n"
         "end_header\n";
}

const std::string kText = "0 0 0 255\n1 0 0 255\n0 0.5 -1 0\n3 0 1 2\n";

// The same numbers in binary.
std::string binary(bool big_endian) {
  std::string out;
  const auto put = [&](auto value) {
    std::string raw(sizeof value, '\0');
    std::memcpy(raw.data(), &value, sizeof value);
    if (big_endian) raw = std::string(raw.rbegin(), raw.rend());
    out += raw;
  };
  const float points[3][3] = {{0, 0, 0}, {1, 0, 0}, {0, 0.5f, -1}};
  for (const auto& point : points) {
    for (const float x : point) put(x);
    put(uint8_t{255});
  }
  put(uint8_t{3});
  for (const int32_t corner : {0, 1, 2}) put(corner);
  return out;
}

TEST(Ply, EveryEncodingGivesTheSameMesh) {
  for (const std::string& file :
       {header("ascii") + kText, header("binary_little_endian") + binary(false),
        header("binary_big_endian") + binary(true)}) {
    const PlyMesh mesh = read_ply(file, "x.ply");
    EXPECT_EQ(mesh.vertices.dtype, Dtype::kF32);
    EXPECT_EQ(to_double(mesh.vertices), (std::vector<double>{0, 0, 0, 1, 0, 0, 0, 0.5, -1}));
    EXPECT_EQ(mesh.triangles.shape, (tensor::Shape{1, 3}));
    EXPECT_EQ(to_int64(mesh.triangles), (std::vector<int64_t>{0, 1, 2}));
  }
  EXPECT_EQ(read_ply(header("ascii", "double") + kText, "x.ply").vertices.dtype, Dtype::kF64);
}

TEST(Ply, EveryCutIsRefused) {
  for (const std::string& file : {header("ascii") + kText.substr(0, kText.size() - 1),
                                  header("binary_little_endian") + binary(false)}) {
    for (size_t length = 0; length < file.size(); ++length) {
      EXPECT_THROW(read_ply(std::string_view(file).substr(0, length), "x.ply"), Error) << length;
    }
    EXPECT_THROW(read_ply(file + " 7", "x.ply"), Error);
  }
}

TEST(Ply, RefusesWhatIsNoTriangleMesh) {
  const auto changed = [](const std::string& from, const std::string& to) {
    std::string file = header("ascii") + kText;
    return file.replace(file.find(from), from.size(), to);
  };
  for (const std::string& file :
       {changed("3 0 1 2", "4 0 1 2 0"), changed("3 0 1 2", "3 0 1 3"),
        changed("3 0 1 2", "3 0 1 -1"), changed("3 0 1 2", "3 0 1 0.5"),
        changed("vertex 3", "vertex -3"), changed("vertex 3", "vertex 4611686018427387904"),
        changed("float x", "float w"), changed("float z", "float y"), changed("float x", "quad x"),
        changed("ascii", "utf8"), changed("0.5", "half"),
        changed("comment made here", "surprise")}) {
    try {
      read_ply(file, "x.ply");
      ADD_FAILURE() << file;
    } catch (const Error& e) {
      EXPECT_TRUE(std::string(e.what()).starts_with("x.ply: ")) << e.what();
      EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos) << e.what();
    }
  }
}

}  // namespace
}  // namespace flowtalk::formats
