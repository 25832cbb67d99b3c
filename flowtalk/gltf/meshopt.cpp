#include "flowtalk/gltf/meshopt.h"

#include <meshoptimizer.h>

#include <optional>

#include "flowtalk/base/error.h"

namespace flowtalk::gltf {
namespace {

constexpr size_t kMostStride = 256;  // the format's

struct Packed {
  std::string where, mode, filter;
  std::string_view bytes;
  size_t count = 0, stride = 0;
};

std::optional<Packed> packed_view(const Entry& view, const BytesOf& bytes) {
  const Entry extensions = view.object("extensions");
  for (const char* name : {"EXT_meshopt_compression", "KHR_meshopt_compression"}) {
    if (!extensions.has(name)) continue;
    const Entry entry = extensions.object(name);
    return Packed{.where = entry.where(),
                  .mode = entry.text("mode"),
                  .filter = entry.text("filter"),
                  .bytes = bytes(entry),
                  .count = entry.number_up_to("count", kMostUnpacked),
                  .stride = entry.number_up_to("byteStride", kMostStride)};
  }
  return std::nullopt;
}

// What the decoder takes for granted.
void check_sizes(const Packed& packed) {
  const auto [stride, count] = std::pair(packed.stride, packed.count);
  const bool index = stride == 2 || stride == 4;
  const bool fits = packed.mode == "ATTRIBUTES"  ? stride > 0 && stride % 4 == 0
                    : packed.mode == "TRIANGLES" ? index && count % 3 == 0
                    : packed.mode == "INDICES"   ? index
                                                 : false;
  if (!fits) {
    fail("{}: {} rows of {} bytes of mode \"{}\", which meshoptimizer does not pack; {}",
         packed.where, count, stride, packed.mode, kSaveUnpacked);
  }
}

bool decode(const Packed& packed, std::string& out) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(packed.bytes.data());
  const size_t size = packed.bytes.size();
  const auto by = [&](auto function) {
    return function(out.data(), packed.count, packed.stride, bytes, size) == 0;
  };
  if (packed.mode == "ATTRIBUTES") return by(meshopt_decodeVertexBuffer);
  if (packed.mode == "TRIANGLES") {
    return by([](auto... arguments) { return meshopt_decodeIndexBuffer(arguments...); });
  }
  return by([](auto... arguments) { return meshopt_decodeIndexSequence(arguments...); });
}

// Directions and turns by few bits, floats with a common exponent: as numbers again.
void undo_filter(const Packed& packed, std::string& out) {
  const size_t stride = packed.stride;
  if (packed.filter.empty() || packed.filter == "NONE") return;
  if (packed.mode == "ATTRIBUTES") {
    if (packed.filter == "OCTAHEDRAL" && (stride == 4 || stride == 8)) {
      return meshopt_decodeFilterOct(out.data(), packed.count, stride);
    }
    if (packed.filter == "QUATERNION" && stride == 8) {
      return meshopt_decodeFilterQuat(out.data(), packed.count, stride);
    }
    if (packed.filter == "EXPONENTIAL") {
      return meshopt_decodeFilterExp(out.data(), packed.count, stride);
    }
  }
  fail("{}: the filter {} of rows of {} bytes of mode {} is not read; save it uncompressed",
       packed.where, packed.filter, stride, packed.mode);
}

}  // namespace

std::map<size_t, std::string> meshopt_views(const Entry& root, const BytesOf& bytes) {
  std::map<size_t, std::string> views;
  size_t all = 0;
  for (size_t i = 0; i < root.size("bufferViews"); ++i) {
    const auto packed = packed_view(root.item("bufferViews", i), bytes);
    if (!packed) continue;
    check_sizes(*packed);
    if (packed->count > (kMostUnpacked - all) / packed->stride) {
      fail("{}: its meshes unpack to more than {} MiB; make them simpler", root.where(),
           kMostUnpacked >> 20);
    }
    std::string& out = views[i];
    out.resize(packed->count * packed->stride);
    all += out.size();
    if (!decode(*packed, out)) {
      fail("{}: does not unpack: it is damaged, or packed by a newer meshoptimizer; {}",
           packed->where, kSaveUnpacked);
    }
    undo_filter(*packed, out);
  }
  return views;
}

}  // namespace flowtalk::gltf
