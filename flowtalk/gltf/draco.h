// Meshes that Draco packed: KHR_draco_mesh_compression, as Blender, glTF-Transform and Ready Player
// Me write it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "flowtalk/gltf/entry.h"

namespace flowtalk::gltf {

// The bytes of a view of the buffer, which an entry names under "bufferView".
using ViewOf = std::function<std::string_view(const Entry&)>;

// The rows of each accessor that stands for a packed array, in its own kind of numbers. Errors: a
// mesh that does not come out, or not as the accessors say; more than kMostUnpacked. The library is
// run apart (base/run_apart.h): files can be made for which it computes for hours.
std::map<size_t, std::string> draco_accessors(const Entry& root, const ViewOf& view);
// In this process.
std::map<size_t, std::string> draco_accessors_here(const Entry& root, const ViewOf& view);

}  // namespace flowtalk::gltf
