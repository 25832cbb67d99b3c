#include "flowtalk/formats/describe_file.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/describe_tree.h"
#include "flowtalk/formats/index_list.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/formats/pickle.h"
#include "flowtalk/formats/ply.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/formats/torch_file.h"

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;
constexpr size_t kMaxJson = size_t{1} << 28;

Json contents(Json details, Json arrays) {
  return {{"details", std::move(details)}, {"arrays", std::move(arrays)}};
}

Json describe_npy(const fs::path& path, int64_t listed) {
  const Array array = load_npy_array(path);
  return contents(Json::object(), Json::array({describe_array("array", array, listed)}));
}

Json describe_npz(const fs::path& path, int64_t listed) {
  const NpzFile file(path);
  Json arrays = Json::array();
  for (const auto& name : file.names()) {
    arrays.push_back(describe_array(name, file.array(name), listed));
  }
  return contents(Json::object(), std::move(arrays));
}

Json describe_safetensors(const fs::path& path, int64_t listed) {
  const SafetensorsFile file(path);
  Json arrays = Json::array();
  for (const auto& name : file.names()) {
    arrays.push_back(describe_array(name, file.array(name), listed));
  }
  Json details = Json::object();
  if (!file.metadata().empty()) details["metadata"] = file.metadata();
  return contents(std::move(details), std::move(arrays));
}

Json describe_value(const Value& value, int64_t listed) {
  TreeDescription description = describe_tree(value, listed);
  Json out = contents(Json::object(), std::move(description.arrays));
  out["tree"] = std::move(description.tree);
  return out;
}

Json describe_index_list(const fs::path& path, int64_t listed) {
  const auto indices = load_index_list(path);
  const std::set<uint32_t> different(indices.begin(), indices.end());
  const Array array = make_array<uint32_t>({static_cast<int64_t>(indices.size())}, indices);
  return contents({{"indices", indices.size()}, {"different", different.size()}},
                  Json::array({describe_array("indices", array, listed)}));
}

Json describe_ply(const fs::path& path, int64_t listed) {
  const PlyMesh mesh = load_ply(path);
  return contents({{"encoding", mesh.encoding}},
                  Json::array({describe_array("vertices", mesh.vertices, listed),
                               describe_array("triangles", mesh.triangles, listed)}));
}

Json describe_json(const fs::path& path) {
  const Json json = parse_json(load_file(path, kMaxJson), path.string());
  Json keys = Json::array();
  if (json.is_object()) {
    for (const auto& item : json.items()) keys.push_back(item.key());
  }
  Json details = {{"type", json.type_name()}, {"size", json.size()}};
  if (json.is_object()) details["keys"] = std::move(keys);
  return contents(std::move(details), Json::array());
}

}  // namespace

std::string format_of(const fs::path& path) {
  const MappedFile file(path);
  const std::string_view bytes = file.bytes();
  if (bytes.empty()) fail("{}: empty (0 bytes); is the copy or download complete?", path.string());
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto named = [&](std::initializer_list<const char*> list) {
    return std::find(list.begin(), list.end(), extension) != list.end();
  };
  constexpr std::string_view kOldTorch("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",
                                       14);
  const bool torch = ZipReader::recognises(bytes) || bytes.starts_with(kOldTorch);
  if (named({".npy"})) return "npy";
  if (named({".npz"})) return "npz";
  if (named({".safetensors"})) return "safetensors";
  if (named({".pt", ".pth", ".ckpt", ".bin"})) return "torch";
  if (named({".pkl", ".pickle"})) return torch ? "torch" : "pickle";
  if (named({".json"})) return "json";
  if (named({".txt"})) return "index_list";
  if (named({".ply"}) || bytes.starts_with("ply\n")) return "ply";
  if (torch) return "torch";
  if (bytes.starts_with("\x93NUMPY")) return "npy";
  if (bytes.size() > 9 && bytes[8] == '{' && bytes[7] == 0) return "safetensors";
  if (bytes.size() > 1 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5) return "pickle";
  return "";
}

Json describe_file(const fs::path& path, const std::string& format, int64_t listed_values) {
  if (format == "npy") return describe_npy(path, listed_values);
  if (format == "npz") return describe_npz(path, listed_values);
  if (format == "safetensors") return describe_safetensors(path, listed_values);
  if (format == "torch") return describe_value(load_torch(path), listed_values);
  if (format == "pickle") return describe_value(load_pickle(path), listed_values);
  if (format == "ply") return describe_ply(path, listed_values);
  if (format == "index_list") return describe_index_list(path, listed_values);
  FT_CHECK(format == "json", "format {}", format);
  return describe_json(path);
}

}  // namespace flowtalk::formats
