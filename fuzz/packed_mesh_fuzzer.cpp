// gltf: what was packed is refused, or unpacks to rows of the size that was announced. The input is
// a letter, and behind "D" a mesh of Draco's, behind "A", "T", "I" (attributes, triangles, indices)
// a byte for the stride, one for the filter, two for the count of rows, and a view of
// meshoptimizer's.
#include <cstring>

#include "flowtalk/gltf/draco.h"
#include "flowtalk/gltf/meshopt.h"
#include "fuzz/harness.h"

namespace flowtalk {
namespace {

// A mesh whose accessors agree with it as often as they can: a grid of 5 x 4, as the seeds hold.
Json draco_json() {
  return {{"accessors",
           {{{"componentType", 5126}, {"count", 20}, {"type", "VEC3"}},
            {{"componentType", 5123}, {"count", 72}, {"type", "SCALAR"}}}},
          {"meshes",
           {{{"primitives",
              {{{"attributes", {{"POSITION", 0}}},
                {"indices", 1},
                {"extensions",
                 {{"KHR_draco_mesh_compression",
                   {{"bufferView", 0}, {"attributes", {{"POSITION", 0}}}}}}}}}}}}}};
}

void unpack_draco(std::string_view bytes) {
  static const Json json = draco_json();
  fuzz::accepts([&] {
    const auto rows = gltf::draco_accessors_here(gltf::Entry(json, "x"),
                                                 [&](const gltf::Entry&) { return bytes; });
    if (rows.at(0).size() != 240 || rows.at(1).size() != 144) fuzz::finding("rows of another size");
  });
}

void unpack_view(char letter, std::string_view input) {
  if (input.size() < 4) return;
  const auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<uint8_t>(input[i])); };
  const size_t stride = byte(0), count = byte(2) | byte(3) << 8;
  constexpr const char* kFilters[] = {"NONE", "OCTAHEDRAL", "QUATERNION", "EXPONENTIAL"};
  const Json json{{"bufferViews",
                   {{{"extensions",
                      {{"EXT_meshopt_compression",
                        {{"buffer", 0},
                         {"byteLength", input.size() - 4},
                         {"byteStride", stride},
                         {"count", count},
                         {"mode", letter == 'A'   ? "ATTRIBUTES"
                                  : letter == 'T' ? "TRIANGLES"
                                                  : "INDICES"},
                         {"filter", kFilters[byte(1) % 4]}}}}}}}}};
  fuzz::accepts([&] {
    const auto views = gltf::meshopt_views(gltf::Entry(json, "x"),
                                           [&](const gltf::Entry&) { return input.substr(4); });
    if (views.at(0).size() != stride * count) fuzz::finding("rows of another size");
  });
}

}  // namespace
}  // namespace flowtalk

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const std::string_view input = fuzz::bytes_of(data, size);
  if (input.empty()) return 0;
  const char letter = input.front();
  if (letter == 'D') unpack_draco(input.substr(1));
  if (letter == 'A' || letter == 'T' || letter == 'I') unpack_view(letter, input.substr(1));
  return 0;
}
