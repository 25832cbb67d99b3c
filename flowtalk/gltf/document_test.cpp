#include "flowtalk/gltf/document.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>

#include "flowtalk/gltf/nodes.h"
#include "tests/refusal.h"

namespace flowtalk::gltf {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using tests::refusal;

// A file of these accessors over this buffer, which one view of `stride` shows.
std::string file_of(const Json& accessors, std::string buffer, size_t stride = 0) {
  Glb glb(Json{{"asset", {{"version", "2.0"}}}}, buffer);
  glb.json["accessors"] = accessors;
  Json view{{"buffer", 0}, {"byteLength", buffer.size()}};
  if (stride > 0) view["byteStride"] = stride;
  glb.json["bufferViews"] = Json::array({view});
  return Glb(glb.json, buffer).bytes();
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

Json accessor(int component, size_t count, const char* type) {
  return {{"bufferView", 0}, {"componentType", component}, {"count", count}, {"type", type}};
}

TEST(Document, RowsStandApartAndNumbersAreNormalised) {
  // Rows of 8 bytes: two bytes, two shorts.
  std::string bytes;
  for (int i = 0; i < 3; ++i) {
    bytes += bytes_of<int8_t>({static_cast<int8_t>(-128 + i), 127});
    bytes += bytes_of<uint8_t>({static_cast<uint8_t>(255 * (i % 2)), 51});
    bytes += bytes_of<uint16_t>({static_cast<uint16_t>(65535 / (i + 1)), 7});
  }
  Json list = Json::array();
  list.push_back(accessor(5120, 3, "VEC2"));
  list.push_back(accessor(5121, 3, "VEC2"));
  list.push_back(accessor(5123, 3, "VEC2"));
  for (size_t i = 0; i < 3; ++i) {
    list[i]["byteOffset"] = 2 * i;
    list[i]["normalized"] = true;
  }
  list.push_back(list[2]);
  list[3]["normalized"] = false;
  const Document document(file_of(list, bytes, 8), "x.glb");
  EXPECT_THAT(document.floats(0, "2", 3),
              ElementsAre(-1, 1, -1, 1, FloatNear(-126.0f / 127, 1e-6f), 1));
  EXPECT_THAT(document.floats(1, "23", 3), ElementsAre(0, 0.2f, 1, 0.2f, 0, 0.2f));
  EXPECT_THAT(document.floats(3, "2", 3), ElementsAre(65535, 7, 32767, 7, 21845, 7));
  EXPECT_THAT(document.whole_numbers(3, 2, 3), ElementsAre(65535, 7, 32767, 7, 21845, 7));
  EXPECT_THAT(refusal([&] { document.floats(0, "3", 3); }), HasSubstr("x.glb: accessors 0"));
  EXPECT_THAT(refusal([&] { document.floats(0, "2", 4); }), HasSubstr("3 rows"));
}

TEST(Document, SparseRowsTakeThePlaceOfOthers) {
  std::string bytes = bytes_of<float>({1, 2, 3, 4});
  bytes += bytes_of<uint16_t>({1, 3});
  bytes += bytes_of<float>({-5, -6});
  const auto glb = [&](const Json& change) {
    Glb whole(Json{{"asset", {{"version", "2.0"}}}}, bytes);
    Json entry = accessor(5126, 4, "SCALAR");
    entry["sparse"] = {{"count", 2},
                       {"indices", {{"bufferView", 1}, {"componentType", 5123}}},
                       {"values", {{"bufferView", 2}}}};
    entry.merge_patch(change);
    Json json = whole.json;
    json["accessors"] = Json::array({entry});
    json["bufferViews"] = Json::array({{{"buffer", 0}, {"byteLength", 16}},
                                       {{"buffer", 0}, {"byteOffset", 16}, {"byteLength", 4}},
                                       {{"buffer", 0}, {"byteOffset", 20}, {"byteLength", 8}}});
    return Glb(json, bytes).bytes();
  };
  EXPECT_THAT(Document(glb(Json::object()), "x").floats(0, "1", 4), ElementsAre(1, -5, 3, -6));
  EXPECT_THAT(Document(glb({{"bufferView", nullptr}}), "x").floats(0, "1", 4),
              ElementsAre(0, -5, 0, -6));
  const auto refused = [&](const Json& change) {
    return refusal([&] { Document(glb(change), "x").floats(0, "1", 4); });
  };
  EXPECT_THAT(refused({{"sparse", {{"count", 3}}}}), HasSubstr("3 rows of 2 bytes, of which 4"));
  EXPECT_THAT(refused({{"sparse", {{"count", 5}}}}), HasSubstr("at most 4"));
  EXPECT_THAT(refused({{"sparse", {{"indices", {{"bufferView", 2}}}}}}),
              HasSubstr("not in their order"));
  EXPECT_THAT(refused({{"count", 5}}), HasSubstr("5 rows of 4 bytes, of which 16"));
  EXPECT_THAT(refused({{"bufferView", 3}}), HasSubstr("expected a place in a list of 3"));
  EXPECT_THAT(refused({{"byteOffset", 4}}), HasSubstr("of which 12"));
  EXPECT_THAT(refused({{"byteOffset", -4}}), HasSubstr("whole number"));
  EXPECT_THAT(refused({{"componentType", 5124}}), HasSubstr("unknown kind"));
  EXPECT_THAT(refused({{"type", "MAT2"}}), HasSubstr("unknown kind"));
  EXPECT_THAT(refused({{"count", 1e15}}), HasSubstr("at most"));
}

TEST(Document, ValuesThatAreNotFiniteAreRefused) {
  const std::string bytes = bytes_of<float>({1, NAN, 3});
  const Document document(file_of(Json::array({accessor(5126, 3, "SCALAR")}), bytes), "x.glb");
  EXPECT_THAT(refusal([&] { document.floats(0, "1", 3); }), HasSubstr("not finite"));
}

TEST(Document, MatricesAreTakenApartAndInverted) {
  Placed placed;
  placed.translation = {1, -2, 3};
  placed.scale = {2, 0.5, 3};
  placed.rotation = {0.1, -0.7, 0.2, 0.0};
  double length = 0;
  for (const double x : placed.rotation) length += x * x;
  for (double& x : placed.rotation) x /= std::sqrt(length);
  const Matrix4 m = matrix_of(placed);
  const Placed back = placed_of(m);
  for (size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(back.translation[k], placed.translation[k], 1e-12);
    EXPECT_NEAR(back.scale[k], placed.scale[k], 1e-12);
  }
  const Matrix4 again = matrix_of(back), one = product(*inverse(m), m);
  for (size_t i = 0; i < 16; ++i) {
    EXPECT_NEAR(again[i], m[i], 1e-12);
    EXPECT_NEAR(one[i], kIdentity[i], 1e-12);
  }
  placed.scale = {1, 0, 1};
  EXPECT_FALSE(inverse(matrix_of(placed)));
}

TEST(Document, NodesHangOnEachOther) {
  Glb glb;
  glb.json["nodes"] = {{{"translation", {0, 1, 0}}, {"children", {2}}},
                       {{"name", "hidden"}},
                       {{"translation", {1, 0, 0}}, {"scale", {2, 2, 2}}, {"children", {3}}},
                       {{"matrix", {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 5, 1}}}};
  glb.json["scenes"] = Json::array({{{"nodes", {0}}}});
  const Document document(glb.bytes(), "x.glb");
  const Nodes nodes = nodes_of(document);
  const Matrix4 last = nodes.placed_in(kIdentity)[3];
  EXPECT_THAT(std::vector<double>(last.begin() + 12, last.begin() + 15), ElementsAre(1, 1, 10));
  EXPECT_THAT(nodes.shown, ElementsAre(true, false, true, true));
  EXPECT_EQ(nodes.all[1].name, "hidden");
  EXPECT_TRUE(nodes.all[3].is_matrix);
}

}  // namespace
}  // namespace flowtalk::gltf
