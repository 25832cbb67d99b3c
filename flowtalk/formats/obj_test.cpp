// OBJ meshes as people's programs write them, and what is refused.
#include "flowtalk/formats/obj.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flowtalk/formats/refusal.h"

namespace flowtalk::formats {
namespace {

using ::testing::ElementsAre;

TEST(Obj, FacesOfEveryWriting) {
  const ObjMesh mesh = read_obj(
      "# made here\r\nmtllib a.mtl\no head\nv 0 0 0\nv 1 0 0 0.5 0.5 0.5\n\tv 1 1 0 1.0\nv 0 1e0 "
      "-2\n"
      "vt 0 0\nvn 0 0 1\ns off\nf 1 2 3\nf 1/1 3/1 4/1\r\nf 1//1 2//1 3//1 4//1\nf -4/1/1 -2/1/1 "
      "-1/1/1",
      "x.obj");
  EXPECT_EQ(mesh.vertices.shape, (tensor::Shape{4, 3}));
  EXPECT_THAT(to_double(mesh.vertices), ElementsAre(0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, -2));
  EXPECT_THAT(to_int64(mesh.triangles), ElementsAre(0, 1, 2, 0, 2, 3, 0, 1, 2, 0, 2, 3, 0, 2, 3));
}

TEST(Obj, LinesAsProgramsEndThem) {
  const std::string plain = "v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n";
  const auto same = [&](const std::string& text) {
    const ObjMesh mesh = read_obj(text, "x.obj"), expected = read_obj(plain, "x.obj");
    EXPECT_EQ(to_double(mesh.vertices), to_double(expected.vertices)) << text;
    EXPECT_EQ(to_int64(mesh.triangles), to_int64(expected.triangles)) << text;
  };
  same("\xef\xbb\xbfv 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3");
  same("v 0 0 0\rv 1 0 0\rv 1 1 0\rf 1 2 3\r");
  same("v 0 0 0 # first\nv +1 0 0\nv 1 1 1e-60\nf 1 2 3# all\n");
  same("v 0 0 0\nv 1 0 0\nv 1 \\\n1 0\nf 1 \\\r\n 2 3");
}

TEST(Obj, PointsWithoutFacesAreAMeshOfNone) {
  EXPECT_EQ(read_obj("v 1 2 3", "x.obj").triangles.shape, (tensor::Shape{0, 3}));
}

TEST(Obj, RefusesWhatIsNoMesh) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "no vertices"},
      {"f 1 2 3\n", "no vertices"},
      {"v 1 2\n", "line 1: expected the three coordinates of a vertex, got '2'"},
      {"v 1 2 x\n", "got 'x'"},
      {"v 0 0 0\nv 0 0 0\nf 1 2\n", "line 3: expected three corners"},
      {"v 0 0 0\nf 1 1 2\n", "names vertex 2 of 1"},
      {"v 0 0 0\nf 1 0 1\n", "the number of a vertex"},
      {"v 0 0 0\nf 1 -2 1\n", "the number of a vertex"},
      {"v 0 0 0\nf 1 99999999999999999999 1\n", "the number of a vertex"},
      {"v 0 0 0\nf 1 4000000000 1\n", "the number of a vertex"}};
  for (const auto& [text, reason] : cases) {
    expect_refusal([text = text] { read_obj(text, "x.obj"); }, "x.obj", reason);
  }
}

}  // namespace
}  // namespace flowtalk::formats
