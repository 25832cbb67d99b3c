// Views of a buffer that meshoptimizer packed, as gltfpack and glTF-Transform write them:
// EXT_meshopt_compression, and KHR_meshopt_compression as far as it is the same.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "flowtalk/gltf/entry.h"

namespace flowtalk::gltf {

inline constexpr size_t kMostUnpacked = size_t{256} << 20;  // bytes, of a file
// What to do about one that does not unpack.
inline constexpr const char* kSaveUnpacked = "save it uncompressed, for instance from Blender";

// The bytes of the file's buffer between an entry's byteOffset and byteLength.
using BytesOf = std::function<std::string_view(const Entry&)>;

// The unpacked bytes of each packed view, by its place in bufferViews. Errors: a view that does not
// come out, sizes that the format forbids, more than kMostUnpacked.
std::map<size_t, std::string> meshopt_views(const Entry& root, const BytesOf& bytes);

}  // namespace flowtalk::gltf
