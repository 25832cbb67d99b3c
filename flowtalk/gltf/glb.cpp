#include "flowtalk/gltf/glb.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "flowtalk/base/error.h"
#include "flowtalk/gltf/component.h"

namespace flowtalk::gltf {
namespace {

static_assert(std::endian::native == std::endian::little, "glTF is little endian");

constexpr uint32_t kMagic = 0x46546C67, kJson = 0x4E4F534A, kBinary = 0x004E4942;
constexpr size_t kHeader = 12, kChunkHeader = 8;

template <class T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

void append(std::string& out, uint32_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

uint32_t word_at(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

void pad(std::string& bytes, char with) {
  while (bytes.size() % 4 != 0) bytes += with;
}

const char* type_of(size_t width) {
  switch (width) {
    case 1:
      return "SCALAR";
    case 2:
      return "VEC2";
    case 3:
      return "VEC3";
    case 4:
      return "VEC4";
    case 16:
      return "MAT4";
    default:
      FT_CHECK(false, "rows of {}", width);
  }
}

void add_bounds(Json& entry, std::span<const float> values, size_t width) {
  Json least = Json::array(), most = Json::array();
  for (size_t k = 0; k < width; ++k) {
    float lo = std::numeric_limits<float>::infinity(), hi = -lo;
    for (size_t i = k; i < values.size(); i += width) {
      lo = std::min(lo, values[i]);
      hi = std::max(hi, values[i]);
    }
    least.push_back(double{lo});
    most.push_back(double{hi});
  }
  entry["min"] = least;
  entry["max"] = most;
}

}  // namespace

Glb::Glb() { json["asset"] = {{"version", "2.0"}, {"generator", "flowtalk"}}; }

Glb::Glb(Json whole, std::string_view buffer) : json(std::move(whole)), buffer_(buffer) {
  for (const auto& [key, list] : {std::pair{"accessors", &accessors_}, {"bufferViews", &views_}}) {
    if (json.contains(key) && json[key].is_array()) *list = std::move(json[key]);
    json.erase(key);
  }
  if (json.contains("buffers") && json["buffers"].is_array()) buffers_ = json["buffers"];
}

size_t Glb::add(const char* list, Json entry) {
  json[list].push_back(std::move(entry));
  return json[list].size() - 1;
}

size_t Glb::view(std::string_view bytes, Use use) {
  pad(buffer_, '\0');
  Json entry{{"buffer", 0}, {"byteOffset", buffer_.size()}, {"byteLength", bytes.size()}};
  if (use != Use::kData) entry["target"] = static_cast<int>(use);
  buffer_ += bytes;
  views_.push_back(std::move(entry));
  return views_.size() - 1;
}

size_t Glb::accessor(Json entry) {
  accessors_.push_back(std::move(entry));
  return accessors_.size() - 1;
}

size_t Glb::floats(std::span<const float> values, size_t width, Use use, bool bounds) {
  FT_CHECK(!values.empty() && values.size() % width == 0, "{} values in rows of {}", values.size(),
           width);
  for (const float x : values) FT_CHECK(std::isfinite(x), "not finite");
  Json entry{{"bufferView", view(bytes_of(values), use)},
             {"componentType", kFloat},
             {"count", values.size() / width},
             {"type", type_of(width)}};
  if (bounds) add_bounds(entry, values, width);
  return accessor(std::move(entry));
}

size_t Glb::indices(std::span<const uint32_t> values) {
  const bool narrow = std::ranges::all_of(values, [](uint32_t i) { return i < 0xffff; });
  const std::vector<uint16_t> shorts(narrow ? values.begin() : values.end(), values.end());
  const auto bytes = narrow ? bytes_of(std::span(shorts)) : bytes_of(values);
  return accessor({{"bufferView", view(bytes, Use::kIndices)},
                   {"componentType", narrow ? kUnsignedShort : kUnsignedInt},
                   {"count", values.size()},
                   {"type", "SCALAR"}});
}

size_t Glb::bytes_of_a_file(std::string_view bytes) { return view(bytes, Use::kData); }

size_t Glb::bytes_of_four(std::span<const uint8_t> values) {
  return accessor({{"bufferView", view(bytes_of(values), Use::kVertices)},
                   {"componentType", kUnsignedByte},
                   {"count", values.size() / 4},
                   {"type", "VEC4"}});
}

size_t Glb::sparse(std::span<const float> values, float least, bool bounds) {
  const size_t rows = values.size() / 3;
  std::vector<uint32_t> places;
  std::vector<float> kept, whole(values.size(), 0.0f);
  for (size_t i = 0; i < rows; ++i) {
    const auto row = values.subspan(3 * i, 3);
    if (std::ranges::none_of(row, [&](float x) { return std::abs(x) > least; })) continue;
    places.push_back(static_cast<uint32_t>(i));
    kept.insert(kept.end(), row.begin(), row.end());
    std::ranges::copy(row, whole.begin() + static_cast<std::ptrdiff_t>(3 * i));
  }
  if (places.empty()) {
    const auto found = std::ranges::find(zeros_, rows, &std::pair<size_t, size_t>::first);
    if (found != zeros_.end()) return found->second;
    zeros_.emplace_back(rows, floats(whole, 3, Use::kVertices, true));
    return zeros_.back().second;
  }
  const bool narrow = rows < 0xffff;
  const std::vector<uint16_t> shorts(narrow ? places.begin() : places.end(), places.end());
  const auto index = view(narrow ? bytes_of(std::span<const uint16_t>(shorts))
                                 : bytes_of(std::span<const uint32_t>(places)),
                          Use::kData);
  const auto moved = view(bytes_of(std::span<const float>(kept)), Use::kData);
  Json entry{{"componentType", kFloat}, {"count", rows}, {"type", "VEC3"}};
  if (bounds) add_bounds(entry, whole, 3);
  entry["sparse"] = {
      {"count", places.size()},
      {"indices",
       {{"bufferView", index}, {"componentType", narrow ? kUnsignedShort : kUnsignedInt}}},
      {"values", {{"bufferView", moved}}}};
  return accessor(std::move(entry));
}

std::string Glb::bytes() const {
  std::string buffer = buffer_;
  pad(buffer, '\0');
  Json whole = json;
  if (!buffer.empty()) {
    whole["accessors"] = accessors_;
    whole["bufferViews"] = views_;
    whole["buffers"] = buffers_;
    whole["buffers"][0] = {{"byteLength", buffer_.size()}};
  }
  std::string text = whole.dump(-1, ' ', false, Json::error_handler_t::replace);
  pad(text, ' ');
  const size_t size =
      kHeader + kChunkHeader + text.size() + (buffer.empty() ? 0 : kChunkHeader + buffer.size());
  if (size > std::numeric_limits<uint32_t>::max()) {
    fail("a GLB of {} bytes; its format ends at 4 GiB", size);
  }
  std::string out;
  out.reserve(size);
  append(out, kMagic);
  append(out, 2);  // version
  append(out, static_cast<uint32_t>(size));
  append(out, static_cast<uint32_t>(text.size()));
  append(out, kJson);
  out += text;
  if (buffer.empty()) return out;
  append(out, static_cast<uint32_t>(buffer.size()));
  append(out, kBinary);
  out += buffer;
  return out;
}

GlbChunks chunks_of(std::string_view bytes, const std::string& where) {
  const auto is = [&](size_t at, uint32_t value) {
    return bytes.size() >= at + 4 && word_at(bytes, at) == value;
  };
  const size_t text_at = kHeader + kChunkHeader;
  if (bytes.empty()) fail("{}: is empty; is the copy or download complete?", where);
  if (!is(0, kMagic)) fail("{}: is no GLB: does not begin with \"glTF\"", where);
  if (is(4, 1)) {
    fail("{}: a GLB of version 1; expected 2: import it into Blender and export it as .glb", where);
  }
  if (bytes.size() < text_at || !is(4, 2) || !is(8, static_cast<uint32_t>(bytes.size()))) {
    fail(
        "{}: no GLB that is whole: it has {} bytes, and says {}; is the copy or download complete?",
        where, bytes.size(),
        bytes.size() < kHeader ? "nothing" : std::to_string(word_at(bytes, 8)));
  }
  if (!is(kHeader + 4, kJson) || word_at(bytes, kHeader) > bytes.size() - text_at) {
    fail("{}: no GLB that is whole: its first chunk is damaged", where);
  }
  const size_t text_size = word_at(bytes, kHeader), next = text_at + text_size;
  GlbChunks chunks{parse_json(std::string(bytes.substr(text_at, text_size)), where), {}};
  if (next == bytes.size()) return chunks;
  if (!is(next + 4, kBinary) || word_at(bytes, next) > bytes.size() - next - kChunkHeader) {
    fail("{}: no GLB that is whole: its second chunk is damaged", where);
  }
  chunks.buffer = bytes.substr(next + kChunkHeader, word_at(bytes, next));
  return chunks;
}

}  // namespace flowtalk::gltf
