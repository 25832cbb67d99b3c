// Meshes that are packed come out as they went in, and what does not come out is refused.
#include <gmock/gmock.h>
#include <meshoptimizer.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "flowtalk/gltf/document.h"
#include "flowtalk/gltf/test_packed.h"
#include "tests/refusal.h"

namespace flowtalk::gltf {
namespace {

using testing::HasSubstr;
using tests::refusal;

constexpr size_t kPosition = 0, kCorners = 1, kColour = 2;

// A sheet of w x h points, waved, with a colour for each.
std::string sheet(uint32_t w, uint32_t h) {
  std::vector<float> places;
  std::vector<uint8_t> colours;
  std::vector<uint32_t> corners;
  for (uint32_t y = 0; y < h; ++y) {
    for (uint32_t x = 0; x < w; ++x) {
      const auto u = static_cast<float>(x), v = static_cast<float>(y);
      places.insert(places.end(), {0.1f * u, 0.1f * v, 0.03f * std::sin(u * v)});
      for (uint32_t k = 0; k < 4; ++k) colours.push_back(static_cast<uint8_t>(37 * x + 11 * y + k));
      if (x + 1 == w || y + 1 == h) continue;
      const uint32_t at = y * w + x;
      for (const uint32_t c : {0u, 1u, w, w, 1u, w + 1}) corners.push_back(at + c);
    }
  }
  Glb glb;
  const size_t position = glb.floats(places, 3, Glb::Use::kVertices, true);
  const size_t indices = glb.indices(corners), colour = glb.bytes_of_four(colours);
  glb.add(
      "meshes",
      {{"primitives",
        {{{"attributes", {{"POSITION", position}, {"COLOR_0", colour}}}, {"indices", indices}}}}});
  return glb.bytes();
}

using Corner = std::array<float, 7>;  // place and colour
using Triangles = std::vector<std::array<Corner, 3>>;

// In an order of their own, each from its least corner on, so that neither the order of points nor
// that of triangles counts, but the way they turn does.
Triangles triangles_of(const std::string& glb) {
  const Document document(glb, "x.glb");
  const size_t rows = document.rows(kPosition);
  const auto places = document.floats(kPosition, "3", rows);
  const auto colours = document.floats(kColour, "4", rows);
  const auto corners = document.whole_numbers(kCorners, 1, document.rows(kCorners));
  Triangles triangles(corners.size() / 3);
  for (size_t i = 0; i < corners.size(); ++i) {
    Corner& corner = triangles[i / 3][i % 3];
    std::copy_n(&places[3 * corners[i]], 3, corner.begin());
    std::copy_n(&colours[4 * corners[i]], 4, corner.begin() + 3);
  }
  for (auto& triangle : triangles) {
    std::rotate(triangle.begin(), std::ranges::min_element(triangle), triangle.end());
  }
  std::ranges::sort(triangles);
  return triangles;
}

TEST(Packed, ByMeshoptimizer) {
  const std::string plain = sheet(17, 9), packed = meshopt_packed(plain);
  EXPECT_THAT(Document(packed, "x").json()["bufferViews"].dump(), HasSubstr("TRIANGLES"));
  EXPECT_EQ(triangles_of(packed), triangles_of(plain));
  const Document from(plain, "x"), to(packed, "x");
  EXPECT_EQ(to.floats(kPosition, "3", 153), from.floats(kPosition, "3", 153));
}

TEST(Packed, ByDracoInItsOrder) {
  const std::string plain = sheet(17, 9), packed = draco_packed(plain);
  const Document from(plain, "x"), to(packed, "x");
  EXPECT_EQ(to.floats(kPosition, "3", 153), from.floats(kPosition, "3", 153));
  EXPECT_EQ(to.whole_numbers(kCorners, 1, 768), from.whole_numbers(kCorners, 1, 768));
}

TEST(Packed, ByDracoInAnotherOrder) {
  const std::string plain = sheet(17, 9), packed = draco_packed(plain, true);
  EXPECT_EQ(triangles_of(packed), triangles_of(plain));
  const Document from(plain, "x"), to(packed, "x");
  EXPECT_NE(to.floats(kPosition, "3", 153), from.floats(kPosition, "3", 153));
}

// The file with its JSON changed.
std::string changed(const std::string& glb, const std::function<void(Json&)>& change) {
  const GlbChunks chunks = chunks_of(glb, "x");
  Json json = chunks.json;
  change(json);
  return Glb(json, chunks.buffer).bytes();
}

std::string refused(const std::string& glb, const std::function<void(Json&)>& change) {
  return refusal([&] { Document(changed(glb, change), "x.glb"); });
}

TEST(Packed, ViewsThatDoNotComeOutAreRefused) {
  const std::string packed = meshopt_packed(sheet(5, 4));
  const auto refused_view = [&](const Json& change) {
    return refused(packed, [&](Json& json) {
      json["bufferViews"][0]["extensions"]["EXT_meshopt_compression"].merge_patch(change);
    });
  };
  EXPECT_EQ(refused_view(Json::object()), "was taken");
  EXPECT_THAT(refused_view({{"count", 21}}), HasSubstr("does not unpack"));
  EXPECT_THAT(refused_view({{"byteLength", 9}}), HasSubstr("does not unpack"));
  EXPECT_THAT(refused_view({{"byteLength", 90000}}), HasSubstr("at most"));
  EXPECT_THAT(refused_view({{"byteStride", 6}}), HasSubstr("rows of 6 bytes"));
  EXPECT_THAT(refused_view({{"byteStride", 0}}), HasSubstr("rows of 0 bytes"));
  EXPECT_THAT(refused_view({{"mode", "STRIPS"}}), HasSubstr("\"STRIPS\""));
  EXPECT_THAT(refused_view({{"filter", "COLOR"}}), HasSubstr("the filter COLOR"));
  EXPECT_THAT(refused_view({{"filter", "QUATERNION"}}), HasSubstr("the filter QUATERNION"));
  EXPECT_THAT(refused_view({{"buffer", 1}}), HasSubstr("in another file"));
  EXPECT_THAT(refused_view({{"count", 100'000'000}}), HasSubstr("more than 256 MiB"));
}

TEST(Packed, MeshesThatDoNotComeOutAreRefused) {
  for (const bool reordered : {false, true}) {
    const std::string packed = draco_packed(sheet(5, 4), reordered);
    EXPECT_EQ(refused(packed, [](Json&) {}), "was taken");
    EXPECT_THAT(
        refused(packed, [](Json& json) { json["accessors"][kPosition]["count"] = 21; }),
        HasSubstr("accessors 0: 21 rows of 3 numbers of kind 5126; its Draco mesh holds 20 of 3"));
    EXPECT_THAT(refused(packed, [](Json& json) { json["accessors"][kCorners]["count"] = 69; }),
                HasSubstr("accessors 1: 69 rows"));
    EXPECT_THAT(refused(packed, [](Json& json) { json["accessors"][kColour]["type"] = "VEC3"; }),
                HasSubstr("accessors 2: 20 rows of 3"));
    EXPECT_THAT(
        refused(packed, [](Json& json) { json["accessors"][kPosition]["componentType"] = 9; }),
        HasSubstr("of kind 9; its Draco mesh holds numbers of other kinds"));
    EXPECT_THAT(refused(packed, [](Json& json) { json["bufferViews"].back()["byteLength"] = 20; }),
                HasSubstr("does not unpack"));
    EXPECT_THAT(
        refused(packed, [](Json& json) { json["meshes"][0]["primitives"][0].erase("indices"); }),
        HasSubstr("indices is missing"));
  }
}

// A stream that announces more than is read is refused before memory is taken for it: 3,000,000
// faces of 9,000,000 points, which Draco itself would begin to make.
TEST(Packed, DracoThatAnnouncesTooMuchIsRefused) {
  const std::string faces = "\xc0\x8d\xb7\x01", points = "\xc0\xa8\xa5\x04";
  for (const bool reordered : {false, true}) {
    const std::string packed = draco_packed(sheet(5, 4), reordered);
    const GlbChunks chunks = chunks_of(packed, "x");
    std::string buffer(chunks.buffer);
    const size_t at = chunks.json["bufferViews"].back()["byteOffset"].get<size_t>();
    ASSERT_EQ(buffer.substr(at, 5), "DRACO");
    const size_t header = 11;
    buffer.replace(at + header + (reordered ? 1 : 0), 8,
                   reordered ? points + faces : faces + points);
    EXPECT_THAT(refusal([&] { Document(Glb(chunks.json, buffer).bytes(), "x.glb"); }),
                HasSubstr("larger than is read"));
  }
}

// A view of rows that meshoptimizer packed with a filter.
std::vector<float> filtered(const char* filter, int component, const char* type, bool normalised,
                            size_t count, size_t stride, const std::string& rows) {
  std::string bytes(meshopt_encodeVertexBufferBound(count, stride), '\0');
  bytes.resize(meshopt_encodeVertexBuffer(reinterpret_cast<unsigned char*>(bytes.data()),
                                          bytes.size(), rows.data(), count, stride));
  const Json packed{{"buffer", 0},          {"byteLength", bytes.size()}, {"count", count},
                    {"byteStride", stride}, {"mode", "ATTRIBUTES"},       {"filter", filter}};
  Json json{{"asset", {{"version", "2.0"}}},
            {"extensionsRequired", {"KHR_meshopt_compression"}},
            {"bufferViews",
             {{{"buffer", 1},
               {"byteLength", rows.size()},
               {"byteStride", stride},
               {"extensions", {{"KHR_meshopt_compression", packed}}}}}},
            {"accessors",
             {{{"bufferView", 0},
               {"componentType", component},
               {"count", count},
               {"type", type},
               {"normalized", normalised}}}}};
  const Document document(Glb(json, bytes).bytes(), "x.glb");
  return document.floats(0, std::string(type) == "VEC4" ? "4" : "3", count);
}

TEST(Packed, FiltersAreUndone) {
  constexpr size_t kCount = 5;
  const std::vector<float> directions{1, 0, 0,      0,     0.6f, -0.8f, 0, 0,  0, 0,
                                      1, 0, -0.36f, 0.48f, 0.8f, 0,     0, -1, 0, 0};
  std::string rows(kCount * 8, '\0');
  meshopt_encodeFilterOct(rows.data(), kCount, 8, 16, directions.data());
  EXPECT_THAT(filtered("OCTAHEDRAL", 5122, "VEC4", true, kCount, 8, rows),
              testing::Pointwise(testing::FloatNear(1e-3f), directions));
  const std::vector<float> turns{0, 0,    0,     1, 0.5f, 0.5f, 0.5f, 0.5f, 0,    0.6f,
                                 0, 0.8f, -0.6f, 0, 0.8f, 0,    0.1f, 0.1f, 0.1f, 0.98489f};
  meshopt_encodeFilterQuat(rows.data(), kCount, 8, 16, turns.data());
  auto got = filtered("QUATERNION", 5122, "VEC4", true, kCount, 8, rows);
  for (size_t i = 0; i < got.size(); i += 4) {  // either of the two that say the same turn
    float same = 0;
    for (size_t k = 0; k < 4; ++k) same += got[i + k] * turns[i + k];
    EXPECT_NEAR(std::abs(same), 1, 1e-3);
  }
  const std::vector<float> places{0.1f, -20, 3e-3f, 0, 1, 2, 5.5f, 1e3f, -1e-2f, 7, 8, 9, 0, 0, -1};
  rows.resize(kCount * 12);
  meshopt_encodeFilterExp(rows.data(), kCount, 12, 20, places.data());
  got = filtered("EXPONENTIAL", 5126, "VEC3", false, kCount, 12, rows);
  for (size_t i = 0; i < got.size(); ++i) {  // the exponent is that of the row's largest
    const float* row = &places[i / 3 * 3];
    const float most = std::max({std::abs(row[0]), std::abs(row[1]), std::abs(row[2])});
    EXPECT_NEAR(got[i], row[i % 3], 4e-6f * most) << i;
  }
}

TEST(Packed, IndicesOfOtherThanTriangles) {
  const std::vector<uint32_t> indices{5, 6, 70'000, 2, 2, 9, 70'001};
  std::string bytes(meshopt_encodeIndexSequenceBound(indices.size(), 80'000), '\0');
  bytes.resize(meshopt_encodeIndexSequence(reinterpret_cast<unsigned char*>(bytes.data()),
                                           bytes.size(), indices.data(), indices.size()));
  const Json packed{{"buffer", 0},
                    {"byteLength", bytes.size()},
                    {"count", indices.size()},
                    {"byteStride", 4},
                    {"mode", "INDICES"}};
  Json json{{"asset", {{"version", "2.0"}}},
            {"bufferViews",
             {{{"buffer", 1},
               {"byteLength", 4 * indices.size()},
               {"extensions", {{"EXT_meshopt_compression", packed}}}}}},
            {"accessors",
             {{{"bufferView", 0},
               {"componentType", 5125},
               {"count", indices.size()},
               {"type", "SCALAR"}}}}};
  EXPECT_EQ(Document(Glb(json, bytes).bytes(), "x").whole_numbers(0, 1, indices.size()), indices);
}

}  // namespace
}  // namespace flowtalk::gltf
