#include "flowtalk/gltf/document.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/gltf/component.h"
#include "flowtalk/gltf/draco.h"
#include "flowtalk/gltf/meshopt.h"

namespace flowtalk::gltf {
namespace {

constexpr size_t kMostStride = 252;  // glTF's
constexpr const char* kRepack = "save it as one uncompressed .glb, for instance from Blender";

// Extensions without which files can be shown as they are meant to be, or nearly.
constexpr std::array<std::string_view, 12> kKnown = {"KHR_mesh_quantization",
                                                     "KHR_draco_mesh_compression",
                                                     "EXT_meshopt_compression",
                                                     "KHR_meshopt_compression",
                                                     "KHR_texture_transform",
                                                     "KHR_materials_",
                                                     "EXT_texture_webp",
                                                     "KHR_texture_basisu",
                                                     "KHR_lights_punctual",
                                                     "VRM",
                                                     "VRMC_",
                                                     "KHR_node_visibility"};

GlbChunks checked_chunks(std::string_view bytes, const std::string& where) {
  if (bytes.size() > kMostBytes) {
    fail("{}: {} MiB; expected at most {}: make its pictures smaller", where, bytes.size() >> 20,
         kMostBytes >> 20);
  }
  const size_t first = bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first != std::string_view::npos && bytes[first] == '{') {
    fail("{}: is glTF in text, whose parts lie in other files; {}", where, kRepack);
  }
  if (bytes.starts_with("Kaydara FBX") || bytes.starts_with("; FBX")) {
    fail("{}: is an FBX file; import it into Blender and export it from there as .glb", where);
  }
  return chunks_of(bytes, where);
}

void refuse_unknown_extensions(const Entry& root) {
  for (const std::string& name : root.texts("extensionsRequired")) {
    const bool known =
        std::ranges::any_of(kKnown, [&](auto prefix) { return name.starts_with(prefix); });
    if (!known)
      fail("{}: needs the extension {}, which is not read; {}", root.where(), name, kRepack);
  }
}

template <class T>
T value_at(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// Also for a component that is normalised: of its largest value.
float float_at(const char* from, size_t component, bool normalised) {
  const auto share = [&](auto value, float most) {
    const auto real = static_cast<float>(value);
    return normalised ? std::max(-1.0f, real / most) : real;
  };
  switch (component) {
    case kByte:
      return share(value_at<int8_t>(from), 127.0f);
    case kUnsignedByte:
      return share(value_at<uint8_t>(from), 255.0f);
    case kShort:
      return share(value_at<int16_t>(from), 32767.0f);
    case kUnsignedShort:
      return share(value_at<uint16_t>(from), 65535.0f);
    case kUnsignedInt:
      return share(value_at<uint32_t>(from), 4294967296.0f);
    default:
      return value_at<float>(from);
  }
}

uint32_t whole_at(const char* from, size_t component) {
  if (component == kUnsignedByte) return value_at<uint8_t>(from);
  return component == kUnsignedShort ? value_at<uint16_t>(from) : value_at<uint32_t>(from);
}

bool is_whole(size_t component) {
  return component == kUnsignedByte || component == kUnsignedShort || component == kUnsignedInt;
}

// Of text; nothing where it is none.
std::string from_base64(std::string_view text, const std::string& where) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    uint32_t value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<uint32_t>(c - 'a' + 26);
    else if (c >= '0' && c <= '9')
      value = static_cast<uint32_t>(c - '0' + 52);
    else if (c == '+' || c == '/')
      value = c == '+' ? 62 : 63;
    else if (c == '=')
      break;
    else
      fail("{}: its text is not base64", where);
    bits = bits << 6 | value;
    if (++count % 4 == 0) {
      for (int shift = 16; shift >= 0; shift -= 8) bytes += static_cast<char>(bits >> shift & 0xff);
      bits = 0;
    }
  }
  const int rest = count % 4;
  if (rest == 1) fail("{}: its base64 is cut off", where);
  for (int i = 0; i + 1 < rest; ++i) {
    bytes += static_cast<char>(bits >> (6 * rest - 8 * (i + 1)) & 0xff);
  }
  return bytes;
}

}  // namespace

struct Document::Layout {
  std::string where;
  size_t rows = 0, width = 0, component = 0, stride = 0;
  bool normalised = false;
  std::string_view bytes;  // of the rows; none: zeros
  // Rows that take the place of others.
  size_t changed = 0, place_component = 0;
  std::string_view places, values;

  size_t row_bytes() const { return width * size_of(component); }
};

bool may_be_document(const std::filesystem::path& path) {
  const std::string ending = ending_of(path);
  constexpr std::array<std::string_view, 4> kEndings{".glb", ".vrm", ".gltf", ".fbx"};
  if (std::ranges::find(kEndings, ending) != kEndings.end()) return true;
  std::array<char, 4> begin{};
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  return std::string_view(begin.data(), begin.size()) == "glTF";
}

Document::Document(std::string bytes, std::string where)
    : bytes_(std::move(bytes)), where_(std::move(where)), chunks_(checked_chunks(bytes_, where_)) {
  const std::string version = root().object("asset").text("version");
  if (!version.starts_with("2.")) {
    fail("{}: glTF of version {}; expected 2.0", where_, version.empty() ? "none" : version);
  }
  refuse_unknown_extensions(root());
  views_ = meshopt_views(root(), [&](const Entry& packed) { return bytes_of(packed); });
  accessors_ =
      draco_accessors(root(), [&](const Entry& packed) { return view(packed, "bufferView"); });
}

std::string_view Document::view(const Entry& entry, const char* key) const {
  const Entry all = root();
  const auto place = entry.index(key, all.size("bufferViews"));
  if (!place) fail("{}: {} is missing", entry.where(), key);
  if (const auto unpacked = views_.find(*place); unpacked != views_.end()) return unpacked->second;
  return bytes_of(all.item("bufferViews", *place));
}

std::string_view Document::bytes_of(const Entry& entry) const {
  const Entry all = root();
  if (entry.number_up_to("buffer", SIZE_MAX) != 0 ||
      (all.size("buffers") > 0 && all.item("buffers", 0).has("uri"))) {
    fail("{}: lies in another file than this; {}", entry.where(), kRepack);
  }
  const std::string_view bytes = buffer();
  const size_t offset = entry.number_up_to("byteOffset", bytes.size(), 0);
  return bytes.substr(offset, entry.number_up_to("byteLength", bytes.size() - offset));
}

Document::Layout Document::layout_of(size_t accessor) const {
  const Entry entry = root().item("accessors", accessor);
  Layout out;
  out.where = entry.where();
  out.rows = entry.number_up_to("count", kMostRows);
  out.width = width_of(entry.text("type"));
  out.component = entry.number_up_to("componentType", SIZE_MAX);
  out.normalised = entry.flag("normalized", false);
  if (out.width == 0 || size_of(out.component) == 0) {
    fail("{}: numbers of an unknown kind, {} of {}", out.where, entry.text("type"), out.component);
  }
  // Whether rows of `row` bytes, `stride` apart, are all there.
  const auto check = [&](std::string_view bytes, size_t rows, size_t row, size_t stride) {
    if (rows > 0 && ((rows - 1) * stride + row > bytes.size())) {
      fail("{}: {} rows of {} bytes, of which {} bytes are there", out.where, rows, row,
           bytes.size());
    }
  };
  if (const auto unpacked = accessors_.find(accessor); unpacked != accessors_.end()) {
    out.bytes = unpacked->second;
    out.stride = out.row_bytes();
    check(out.bytes, out.rows, out.row_bytes(), out.stride);
  } else if (entry.has("bufferView")) {
    out.bytes = view(entry, "bufferView");
    out.bytes.remove_prefix(entry.number_up_to("byteOffset", out.bytes.size(), 0));
    const size_t place = entry.number_up_to("bufferView", SIZE_MAX);
    out.stride = root().item("bufferViews", place).number_up_to("byteStride", kMostStride, 0);
    if (out.stride == 0) out.stride = out.row_bytes();
    if (out.stride < out.row_bytes()) fail("{}: rows that overlap", out.where);
    check(out.bytes, out.rows, out.row_bytes(), out.stride);
  }
  if (!entry.has("sparse")) return out;
  const Entry sparse = entry.object("sparse");
  const Entry places = sparse.object("indices"), values = sparse.object("values");
  out.changed = sparse.number_up_to("count", out.rows);
  out.place_component = places.number_up_to("componentType", SIZE_MAX);
  if (!is_whole(out.place_component)) fail("{}: expected places of rows", places.where());
  const auto from = [&](const Entry& part, size_t row) {
    std::string_view bytes = view(part, "bufferView");
    bytes.remove_prefix(part.number_up_to("byteOffset", bytes.size(), 0));
    check(bytes, out.changed, row, row);
    return bytes;
  };
  out.places = from(places, size_of(out.place_component));
  out.values = from(values, out.row_bytes());
  return out;
}

// read(row, bytes) for every row that is stored.
template <class Read>
void Document::read_rows(const Layout& layout, const Read& read) const {
  for (size_t i = 0; i < layout.rows && !layout.bytes.empty(); ++i) {
    read(i, layout.bytes.data() + i * layout.stride);
  }
  size_t after = 0;
  for (size_t i = 0; i < layout.changed; ++i) {
    const size_t row = whole_at(layout.places.data() + i * size_of(layout.place_component),
                                layout.place_component);
    if (row < after || row >= layout.rows) {
      fail("{}: changed rows are not in their order", layout.where);
    }
    after = row + 1;
    read(row, layout.values.data() + i * layout.row_bytes());
  }
}

size_t Document::rows(size_t accessor) const { return layout_of(accessor).rows; }
size_t Document::width(size_t accessor) const { return layout_of(accessor).width; }

std::vector<float> Document::floats(size_t accessor, std::string_view widths, size_t rows) const {
  const Layout layout = layout_of(accessor);
  const bool fits = layout.width < 10
                        ? widths.find(static_cast<char>('0' + layout.width)) != widths.npos
                        : widths == "m";
  if (!fits || layout.rows != rows) {
    fail("{}: {} rows of {}; expected {} of another kind or number", layout.where, layout.rows,
         layout.width, rows);
  }
  std::vector<float> values(rows * layout.width, 0.0f);
  const size_t size = size_of(layout.component);
  read_rows(layout, [&](size_t row, const char* from) {
    for (size_t k = 0; k < layout.width; ++k) {
      const float value = float_at(from + k * size, layout.component, layout.normalised);
      if (!std::isfinite(value)) fail("{}: a value is not finite", layout.where);
      values[row * layout.width + k] = value;
    }
  });
  return values;
}

std::vector<uint32_t> Document::whole_numbers(size_t accessor, size_t width, size_t rows) const {
  const Layout layout = layout_of(accessor);
  if (layout.width != width || layout.rows != rows || !is_whole(layout.component)) {
    fail("{}: {} rows of {}; expected {} of {} whole numbers", layout.where, layout.rows,
         layout.width, rows, width);
  }
  std::vector<uint32_t> values(rows * width, 0);
  const size_t size = size_of(layout.component);
  read_rows(layout, [&](size_t row, const char* from) {
    for (size_t k = 0; k < width; ++k) {
      values[row * width + k] = whole_at(from + k * size, layout.component);
    }
  });
  return values;
}

std::string Document::picture(size_t image) const {
  const Entry entry = root().item("images", image);
  if (entry.has("bufferView")) return std::string(view(entry, "bufferView"));
  const std::string uri = entry.text("uri");
  constexpr std::string_view kMark = ";base64,";
  const size_t mark = uri.find(kMark);
  if (!uri.starts_with("data:") || mark == std::string::npos) {
    fail("{}: lies in another file than this; {}", entry.where(), kRepack);
  }
  return from_base64(std::string_view(uri).substr(mark + kMark.size()), entry.where());
}

}  // namespace flowtalk::gltf
