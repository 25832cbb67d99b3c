#include "flowtalk/encoder/shard_index.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::encoder {
namespace {

// An encoder of 48 layers has 0.1 MB of index and 800 tensors.
constexpr size_t kMostBytes = size_t{1} << 19, kMostFiles = 1'000, kLongestName = 255;

// A name that cannot lead out of the index's folder.
bool plain_weights_name(const std::string& name) {
  const bool weights = name.ends_with(".safetensors") || name.ends_with(".bin");
  return weights && name.size() <= kLongestName && name.front() != '.' &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

}  // namespace

std::set<std::string> ShardIndex::files() const {
  std::set<std::string> files;
  for (const auto& [name, file] : file_of) files.insert(file);
  return files;
}

ShardIndex read_shard_index(std::string_view text, const std::string& where) {
  if (text.size() > kMostBytes) {
    fail("{}: is {} bytes, at most {} are read here", where, text.size(), kMostBytes);
  }
  const Json json = parse_json(std::string(text), where);
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (map == json.end() || !map->is_object() || map->empty()) {
    fail("{}: has no \"weight_map\" of tensors and files; is it the index of sharded weights?",
         where);
  }
  ShardIndex index;
  for (const auto& [tensor, file] : map->items()) {
    if (!file.is_string() || !plain_weights_name(file.get_ref<const std::string&>())) {
      fail(
          "{}: tensor {} is said to stand in {}; expected the name of a .safetensors or .bin file "
          "in the same folder",
          where, formats::printable(tensor),
          file.is_string() ? formats::printable(file.get_ref<const std::string&>())
                           : std::string(file.type_name()));
    }
    index.file_of[tensor] = file.get<std::string>();
  }
  if (const size_t files = index.files().size(); files > kMostFiles) {
    fail("{}: names {} files, at most {} are read", where, files, kMostFiles);
  }
  return index;
}

}  // namespace flowtalk::encoder
