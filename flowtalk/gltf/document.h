// A glTF 2.0 file in its binary form (.glb, .vrm) that somebody else wrote: its JSON, and the
// numbers and pictures of its buffer, unpacked where they are compressed. Sizes are checked before
// memory is taken for them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/gltf/entry.h"
#include "flowtalk/gltf/glb.h"

namespace flowtalk::gltf {

inline constexpr size_t kMostBytes = size_t{128} << 20;  // of a file
inline constexpr size_t kMostRows = size_t{1} << 23;     // of an accessor

// Whether a file is meant to be one: by its name, .glb, .vrm, or .gltf and .fbx, of which a
// Document says what to do; or by how it begins.
bool may_be_document(const std::filesystem::path& path);

class Document {
 public:
  // where: the file, for messages. Errors: no such file, which is told from text glTF and FBX;
  // larger than kMostBytes; another version; an extension that is needed and not known; meshes that
  // do not unpack.
  Document(std::string bytes, std::string where);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  const std::string& where() const { return where_; }
  const Json& json() const { return chunks_.json; }
  std::string_view buffer() const { return chunks_.buffer; }
  Entry root() const { return {chunks_.json, where_}; }

  size_t rows(size_t accessor) const;
  // An accessor as floats, row by row; whole numbers that are normalised become 0..1 or -1..1,
  // others stay as they are. widths: how many numbers a row may have ("34": 3 or 4). rows: how many
  // it must have. Errors: other sizes, bytes beyond the buffer, values that are not finite.
  std::vector<float> floats(size_t accessor, std::string_view widths, size_t rows) const;
  size_t width(size_t accessor) const;
  // As whole numbers, as they stand there: places of vertices and joints.
  std::vector<uint32_t> whole_numbers(size_t accessor, size_t width, size_t rows) const;

  // The bytes of a picture, from the buffer or from the text itself. Error: a file beside this one.
  std::string picture(size_t image) const;

 private:
  struct Layout;
  Layout layout_of(size_t accessor) const;
  std::string_view view(const Entry& entry, const char* key) const;
  std::string_view bytes_of(const Entry& entry) const;
  template <class Read>
  void read_rows(const Layout& layout, const Read& read) const;

  std::string bytes_, where_;
  GlbChunks chunks_;
  std::map<size_t, std::string> views_, accessors_;  // unpacked, by their places
};

}  // namespace flowtalk::gltf
