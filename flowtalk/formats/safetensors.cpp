#include "flowtalk/formats/safetensors.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::formats {
namespace {

using Json = nlohmann::json;
constexpr size_t kMaxHeader = 100'000'000;  // the limit of the format
constexpr const char* kMetadata = "__metadata__";
constexpr const char* kSteps = "steps:";

std::optional<Dtype> parse_dtype(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(Dtype::kC64); ++i) {
    if (name == name_of(static_cast<Dtype>(i))) return static_cast<Dtype>(i);
  }
  return std::nullopt;
}

// The header's JSON; repeated keys and deep nesting are errors, which the parser alone ignores.
Json parse_header(std::string_view text, const std::string& path) {
  constexpr int kMaxDepth = 3;
  std::array<std::set<std::string>, kMaxDepth + 1> keys;  // of the open object at each depth
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > kMaxDepth) fail("{}: the header is nested too deeply", path);
    auto& known = keys[static_cast<size_t>(depth)];
    if (event == Json::parse_event_t::object_end) keys[static_cast<size_t>(depth + 1)].clear();
    if (event == Json::parse_event_t::key &&
        !known.insert(value.get_ref<const std::string&>()).second) {
      fail("{}: {} stands twice in the header", path,
           printable(value.get_ref<const std::string&>()));
    }
    return true;
  };
  try {
    return Json::parse(text, watch);
  } catch (const nlohmann::json::parse_error& e) {
    fail("{}: the header is not valid JSON near byte {}; the file is damaged", path, e.byte);
  } catch (const nlohmann::json::exception&) {
    fail("{}: the header holds a number beyond all limits; the file is damaged", path);
  }
}

// A whole number of at least 0, or nothing.
std::optional<int64_t> whole(const Json& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  const auto number = value.get<uint64_t>();
  if (number > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
  return static_cast<int64_t>(number);
}

std::optional<tensor::Shape> whole_list(const Json& item, const char* key) {
  const auto found = item.find(key);
  if (found == item.end() || !found->is_array()) return std::nullopt;
  tensor::Shape list;
  for (const Json& value : *found) {
    const auto number = whole(value);
    if (!number) return std::nullopt;
    list.push_back(*number);
  }
  return list;
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : path_(path.string()),
      file_(std::make_shared<const MappedFile>(path)),
      owner_(file_),
      bytes_(file_->bytes()) {
  open();
}

SafetensorsFile::SafetensorsFile(std::string name, std::string_view bytes,
                                 std::shared_ptr<const void> owner)
    : path_(std::move(name)), owner_(std::move(owner)), bytes_(bytes) {
  open();
}

void SafetensorsFile::open() {
  const std::string_view bytes = bytes_;
  if (bytes.size() < 8) fail("{}: {} bytes are too few for safetensors", path_, bytes.size());
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > kMaxHeader || length > bytes.size() - 8 || length < 2) {
    fail("{}: a header of {} bytes does not fit the file of {}; it is cut off or not safetensors",
         path_, length, bytes.size());
  }
  data_start_ = 8 + static_cast<size_t>(length);
  read_header(bytes.substr(8, static_cast<size_t>(length)), bytes.size() - data_start_);
  read_steps();
}

void SafetensorsFile::read_header(std::string_view header, size_t data_size) {
  const Json json = parse_header(header, path_);
  if (!json.is_object()) fail("{}: the header is not a JSON object", path_);
  for (const auto& [key, item] : json.items()) {
    const std::string name = printable(key);
    if (key == kMetadata) {
      if (!item.is_object()) fail("{}: {} is not an object", path_, kMetadata);
      for (const auto& [field, value] : item.items()) {
        if (!value.is_string()) fail("{}: metadata {} is not a string", path_, printable(field));
        metadata_[field] = value.get<std::string>();
      }
      continue;
    }
    if (!item.is_object()) fail("{}: tensor {} is not an object", path_, name);
    const auto type = item.find("dtype");
    const auto dtype = type != item.end() && type->is_string()
                           ? parse_dtype(type->get<std::string>())
                           : std::nullopt;
    if (!dtype) fail("{}: tensor {} has no known dtype", path_, name);
    const auto shape = whole_list(item, "shape"), offsets = whole_list(item, "data_offsets");
    if (!shape || shape->size() > 32) fail("{}: tensor {} has no valid shape", path_, name);
    if (!offsets || offsets->size() != 2) {
      fail("{}: tensor {} has no valid data_offsets", path_, name);
    }
    const auto begin = static_cast<size_t>((*offsets)[0]), end = static_cast<size_t>((*offsets)[1]);
    if (begin > end || end > data_size) {
      fail("{}: tensor {} ends at byte {} of {}; the file is cut off", path_, name, end, data_size);
    }
    const auto count = checked_count(*shape, element_size(*dtype), data_size);
    if (!count || static_cast<size_t>(*count) * element_size(*dtype) != end - begin) {
      fail("{}: tensor {} of shape {} as {} does not fit its {} bytes", path_, name,
           tensor::to_string(*shape), name_of(*dtype), end - begin);
    }
    entries_[key] = {*dtype, *shape, begin, end};
  }
  std::vector<std::pair<size_t, size_t>> ranges;
  for (const auto& [name, entry] : entries_) ranges.emplace_back(entry.begin, entry.end);
  std::sort(ranges.begin(), ranges.end());
  size_t covered = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != covered) fail("{}: tensors overlap or leave a gap at byte {}", path_, covered);
    covered = end;
  }
  if (covered != data_size) {
    fail("{}: tensors cover {} of {} bytes of data", path_, covered, data_size);
  }
}

void SafetensorsFile::read_steps() {
  for (const auto& [key, text] : metadata_) {
    if (!key.starts_with(kSteps)) continue;
    const std::string name = key.substr(std::strlen(kSteps));
    const auto steps = parse_whole_steps(text);
    const auto found = entries_.find(name);
    if (!steps || found == entries_.end() || found->second.dtype != Dtype::kU8) {
      fail("{}: metadata {} is {}, expected a step and a zero of a tensor of U8", path_,
           printable(key), printable(text));
    }
    found->second.steps = steps;
  }
}

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

const SafetensorsFile::Entry& SafetensorsFile::entry(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) fail("{}: has no tensor {}", path_, printable(name));
  return found->second;
}

SafetensorsFile SafetensorsFile::renamed(
    const std::function<std::string(const std::string&)>& new_name) const {
  SafetensorsFile result = *this;
  result.entries_.clear();
  for (const auto& [name, entry] : entries_) {
    if (!result.entries_.emplace(new_name(name), entry).second) {
      fail("{}: two tensors become {}", path_, printable(new_name(name)));
    }
  }
  return result;
}

Array SafetensorsFile::array(const std::string& name) const {
  const Entry& e = entry(name);
  const auto bytes = bytes_.substr(data_start_ + e.begin, e.end - e.begin);
  if (!e.steps) return {e.dtype, e.shape, bytes, owner_};
  tensor::Tensor values(e.shape);
  std::transform(bytes.begin(), bytes.end(), values.values().begin(),
                 [&](char byte) { return e.steps->value(static_cast<uint8_t>(byte)); });
  return {
      Dtype::kF32, e.shape,
      std::string_view(reinterpret_cast<const char*>(values.data()), values.values().size_bytes()),
      values.owner()};
}

tensor::Tensor SafetensorsFile::load(const std::string& name) const {
  return to_tensor(array(name), fmt::format("{}: tensor {}", path_, printable(name)));
}

namespace {

// How a tensor lies in the file.
struct Lying {
  Dtype dtype;
  std::optional<WholeSteps> steps;
};

Lying lying_of(const tensor::Tensor& tensor, Dtype dtype) {
  constexpr int64_t kLarge = 4096;  // values
  if (dtype != Dtype::kF16 || tensor.size() < kLarge) return {dtype, std::nullopt};
  const auto steps = whole_steps(tensor.values());
  return {steps ? Dtype::kU8 : dtype, steps};
}

void write_values(std::ostream& out, std::span<const float> values, const Lying& lying) {
  const auto write = [&](const void* data, size_t bytes) {
    out.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
  };
  if (lying.steps) {
    const auto bytes = bytes_of(values, *lying.steps);
    write(bytes.data(), bytes.size());
  } else if (lying.dtype == Dtype::kF32) {
    write(values.data(), values.size_bytes());
  } else {
    std::vector<uint16_t> halves(values.size());
    std::transform(values.begin(), values.end(), halves.begin(), float_to_half);
    write(halves.data(), halves.size() * sizeof(uint16_t));
  }
}

}  // namespace

void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors, Dtype dtype,
                      const std::map<std::string, std::string>& metadata) {
  FT_CHECK(dtype == Dtype::kF32 || dtype == Dtype::kF16, "{}", name_of(dtype));
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  std::map<std::string, std::string> said = metadata;
  std::vector<Lying> lying;
  for (const auto& [name, tensor] : tensors) {
    const Lying& how = lying.emplace_back(lying_of(tensor, dtype));
    if (how.steps) said[kSteps + name] = to_text(*how.steps);
  }
  if (!said.empty()) header[kMetadata] = said;
  size_t offset = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto& [name, tensor] = tensors[i];
    const Lying& how = lying[i];
    FT_CHECK(!header.contains(name), "tensor '{}' twice", name);
    const size_t end = offset + static_cast<size_t>(tensor.size()) * element_size(how.dtype);
    header[name] = {
        {"dtype", name_of(how.dtype)}, {"shape", tensor.shape()}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  constexpr size_t kAlign = 64;  // so that mapped float32 values are aligned
  text.append((kAlign - (8 + text.size()) % kAlign) % kAlign, ' ');

  PartialOutput output(path);
  {
    std::ofstream out(output.path(), std::ios::binary | std::ios::trunc);
    const uint64_t length = text.size();
    out.write(reinterpret_cast<const char*>(&length), sizeof length);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    for (size_t i = 0; i < tensors.size(); ++i) {
      write_values(out, tensors[i].second.values(), lying[i]);
    }
    out.flush();
    if (!out) fail("{}: cannot be written ({})", path.string(), strerror(errno));
  }
  output.commit();
}

}  // namespace flowtalk::formats
