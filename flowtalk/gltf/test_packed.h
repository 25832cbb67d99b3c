// For tests: files as programs pack them.
#pragma once

#include <string>
#include <string_view>

namespace flowtalk::gltf {

// A .glb with all its views packed by meshoptimizer, nothing rounded: triangles as such, all else
// as attributes. What they unpack to is said to lie in a buffer of its own that is not there.
std::string meshopt_packed(std::string_view glb);

// A .glb with all its meshes packed by Draco, nothing rounded. reordered: by the method that puts
// points and triangles in another order (its default); else in the order they had, as morph targets
// need.
std::string draco_packed(std::string_view glb, bool reordered = false);

}  // namespace flowtalk::gltf
