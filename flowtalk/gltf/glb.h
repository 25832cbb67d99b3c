// A glTF 2.0 file in its binary form, as it is put together: the JSON is open to whoever writes
// one, arrays of numbers go into its one buffer and are named by their accessors.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/base/fields.h"

namespace flowtalk::gltf {

class Glb {
 public:
  // What a view of the buffer is for; the numbers are glTF's.
  enum class Use { kData = 0, kVertices = 34962, kIndices = 34963 };

  Glb();
  // To add to a file that is there: its JSON without accessors and views, which are kept with the
  // buffer. Buffers of bytes that are packed in it (meshoptimizer's) stay, too.
  Glb(Json whole, std::string_view buffer);

  // Everything but buffers, bufferViews and accessors: asset, scenes, nodes, meshes, ...
  Json json;
  // Appends to one of its lists and returns the place there: add("nodes", {...}).
  size_t add(const char* list, Json entry);

  // Accessors. values: rows of `width` floats (1 SCALAR, 2 VEC2, 3 VEC3, 4 VEC4, 16 MAT4). bounds:
  // with "min" and "max", which positions and times need.
  size_t floats(std::span<const float> values, size_t width, Use use, bool bounds = false);
  size_t indices(std::span<const uint32_t> values);       // 16 bits where that is enough
  size_t bytes_of_a_file(std::string_view bytes);         // a view of a whole picture, no accessor
  size_t bytes_of_four(std::span<const uint8_t> values);  // VEC4 of unsigned bytes
  // Rows of three of which most are 0: those beyond `least` in a component are stored, by their
  // places. Rows that are all 0 are stored as they are, once for all of one length, since some
  // readers want either.
  size_t sparse(std::span<const float> values, float least, bool bounds);

  // The file. Error: 4 GiB or more.
  std::string bytes() const;

 private:
  size_t view(std::string_view bytes, Use use);
  size_t accessor(Json entry);

  Json views_ = Json::array(), accessors_ = Json::array(), buffers_ = Json::array();
  std::string buffer_;
  std::vector<std::pair<size_t, size_t>> zeros_;  // rows, accessor with bounds
};

// The chunks of a file; those behind the second are passed over. The buffer borrows from `bytes`.
// Error: no such file, or not all of one.
struct GlbChunks {
  Json json;
  std::string_view buffer;
};
GlbChunks chunks_of(std::string_view bytes, const std::string& where);

}  // namespace flowtalk::gltf
