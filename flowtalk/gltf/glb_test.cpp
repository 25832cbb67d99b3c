#include "flowtalk/gltf/glb.h"

#include <gmock/gmock.h>

#include <cstring>

#include "tests/refusal.h"

namespace flowtalk::gltf {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::refusal;

template <class T>
std::vector<T> read(const GlbChunks& glb, size_t view, size_t count) {
  const Json& entry = glb.json["bufferViews"][view];
  EXPECT_EQ(entry["byteLength"], count * sizeof(T));
  EXPECT_EQ(entry["byteOffset"].get<size_t>() % 4, 0u);
  std::vector<T> values(count);
  std::memcpy(values.data(), glb.buffer.data() + entry["byteOffset"].get<size_t>(),
              count * sizeof(T));
  return values;
}

TEST(Glb, ChunksArePaddedAndReadBack) {
  Glb glb;
  EXPECT_EQ(glb.add("nodes", {{"name", "one"}}), 0u);
  EXPECT_EQ(glb.add("nodes", {{"name", "two"}}), 1u);
  const std::string empty = glb.bytes();
  EXPECT_EQ(empty.size() % 4, 0u);
  EXPECT_FALSE(chunks_of(empty, "x").json.contains("buffers"));
  const size_t triangle = glb.indices(std::vector<uint32_t>{0, 1, 2});
  const std::vector<float> corners{0, 0, 0, 1, 0, 0, 0, -2, 0.1f};
  const size_t positions = glb.floats(corners, 3, Glb::Use::kVertices, true);
  const std::string bytes = glb.bytes();
  EXPECT_EQ(bytes.size() % 4, 0u);
  const GlbChunks back = chunks_of(bytes, "x");
  EXPECT_EQ(back.json["asset"]["version"], "2.0");
  EXPECT_EQ(back.json["nodes"][1]["name"], "two");
  EXPECT_EQ(back.json["buffers"][0]["byteLength"], back.buffer.size());
  const Json& index = back.json["accessors"][triangle];
  EXPECT_EQ(index["componentType"], 5123);
  EXPECT_THAT(read<uint16_t>(back, index["bufferView"], 3), ElementsAre(0, 1, 2));
  const Json& place = back.json["accessors"][positions];
  EXPECT_EQ(place["type"], "VEC3");
  EXPECT_EQ(place["count"], 3);
  EXPECT_EQ(read<float>(back, place["bufferView"], 9), corners);
  EXPECT_EQ(place["max"][2].get<float>(), 0.1f);  // exactly
  EXPECT_EQ(place["min"], Json({0.0, -2.0, 0.0}));
}

TEST(Glb, SparseRowsAreThoseThatMove) {
  Glb glb;
  const size_t moved =
      glb.sparse(std::vector<float>{0, 0, 0, 0, 5, 0, 0.01f, 0, 0, 0, 0, -3}, 0.1f, true);
  const size_t still = glb.sparse(std::vector<float>(12), 0.1f, true);
  EXPECT_EQ(glb.sparse(std::vector<float>(12), 0.1f, false), still);
  EXPECT_NE(glb.sparse(std::vector<float>(9), 0.1f, false), still);
  const std::string bytes = glb.bytes();
  const GlbChunks back = chunks_of(bytes, "x");
  const Json& entry = back.json["accessors"][moved];
  EXPECT_FALSE(entry.contains("bufferView"));
  EXPECT_EQ(entry["count"], 4);
  EXPECT_EQ(entry["sparse"]["count"], 2);
  EXPECT_EQ(entry["min"], Json({0.0, 0.0, -3.0}));
  EXPECT_EQ(entry["max"], Json({0.0, 5.0, 0.0}));
  EXPECT_THAT(read<uint16_t>(back, entry["sparse"]["indices"]["bufferView"], 2), ElementsAre(1, 3));
  EXPECT_THAT(read<float>(back, entry["sparse"]["values"]["bufferView"], 6),
              ElementsAre(0, 5, 0, 0, 0, -3));
  const Json& zeros = back.json["accessors"][still];
  EXPECT_FALSE(zeros.contains("sparse"));
  EXPECT_EQ(read<float>(back, zeros["bufferView"], 12), std::vector<float>(12));
}

TEST(Glb, WhatIsNoneIsRefused) {
  const std::string good = Glb().bytes();
  for (size_t size = 0; size < good.size(); ++size) {
    const char* why = size == 0  ? "x.glb: is empty; is the copy or download complete?"
                      : size < 4 ? "x.glb: is no GLB: does not begin with \"glTF\""
                                 : "x.glb: no GLB that is whole: it has ";
    EXPECT_THAT(refusal([&] { chunks_of(good.substr(0, size), "x.glb"); }), HasSubstr(why));
  }
  EXPECT_THAT(refusal([&] { chunks_of(good + "more", "x.glb"); }), HasSubstr("no GLB"));
}

}  // namespace
}  // namespace flowtalk::gltf
