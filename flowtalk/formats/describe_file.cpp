#include "flowtalk/formats/describe_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/words.h"
#include "flowtalk/formats/describe_tree.h"
#include "flowtalk/formats/frame_folder.h"
#include "flowtalk/formats/index_list.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/named_arrays.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/formats/pickle.h"
#include "flowtalk/formats/ply.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/formats/torch_file.h"

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;
constexpr size_t kMaxJson = size_t{1} << 28;

Json contents(Json details, Json arrays) {
  return {{"details", std::move(details)}, {"arrays", std::move(arrays)}};
}

Json describe_value(const Value& value, int64_t listed) {
  TreeDescription description = describe_tree(value, listed);
  Json out = contents(Json::object(), std::move(description.arrays));
  out["tree"] = std::move(description.tree);
  return out;
}

Json describe_npy(const fs::path& path, int64_t listed) {
  const auto file = std::make_shared<const MappedFile>(path);
  if (const auto value = npy_value(file->bytes(), path.string(), file)) {
    return describe_value(*value, listed);
  }
  const Array array = load_npy_array(path);
  return contents(Json::object(), Json::array({describe_array("array", array, listed)}));
}

Json describe_npz(const fs::path& path, int64_t listed) {
  const NpzFile file(path);
  Json arrays = Json::array(), details = Json::object();
  for (const auto& name : file.names()) {
    const ZipContent content = file.bytes(name);
    if (file.names().size() == 1) {  // numpy.savez of objects
      const std::string where = fmt::format("{}: {}", path.string(), printable(name));
      if (const auto value = npy_value(content.bytes, where, content.owner)) {
        return describe_value(*value, listed);
      }
    }
    const auto texts = read_npy_texts(content.bytes, name);
    if (!texts) {
      arrays.push_back(describe_array(name, file.array(name), listed));
    } else if (texts->size() <= static_cast<size_t>(std::max<int64_t>(1, listed))) {
      details["texts"][name] = *texts;
    }
  }
  return contents(std::move(details), std::move(arrays));
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

Json describe_json(const fs::path& path, int64_t) {
  const Json json = parse_json(load_file(path, kMaxJson), path.string());
  Json keys = Json::array();
  if (json.is_object()) {
    for (const auto& item : json.items()) keys.push_back(item.key());
  }
  Json details = {{"type", json.type_name()}, {"size", json.size()}};
  if (json.is_object()) details["keys"] = std::move(keys);
  return contents(std::move(details), Json::array());
}

Json describe_csv(const fs::path& path, int64_t) {
  const std::string text = load_file(path, kMaxJson);
  const auto lines = std::count(text.begin(), text.end(), '\n');
  return contents({{"header", text.substr(0, text.find_first_of("\r\n"))}, {"lines", lines}},
                  Json::array());
}

Json describe_torch(const fs::path& path, int64_t listed) {
  return describe_value(load_torch(path), listed);
}

Json describe_pickle(const fs::path& path, int64_t listed) {
  return describe_value(load_pickle(path), listed);
}

bool is_torch(std::string_view bytes) {
  constexpr std::string_view kOld("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 14);
  return ZipReader::recognises(bytes) || bytes.starts_with(kOld);
}

// A kind of file: the endings of its names, how its bytes begin (none: only names tell), what it
// holds, and its arrays by name (none: it is no file of arrays).
struct FileKind {
  std::string_view name, endings;
  bool (*recognises)(std::string_view bytes);
  Json (*describe)(const fs::path& path, int64_t listed);
  std::vector<NamedArray> (*arrays)(const fs::path& path);
};

// The one list. Names decide before bytes do, upper rows before lower ones.
constexpr std::array kFileKinds = {
    FileKind{"npy", ".npy", is_npy, describe_npy, npy_arrays},
    FileKind{"npz", ".npz", nullptr, describe_npz, npz_arrays},
    FileKind{"ply", ".ply", [](std::string_view b) { return b.starts_with("ply\n"); }, describe_ply,
             nullptr},
    FileKind{"torch", ".pt .pth .ckpt .bin", is_torch, describe_torch, torch_arrays},
    FileKind{"safetensors", ".safetensors",
             [](std::string_view b) { return b.size() > 9 && b[8] == '{' && b[7] == 0; },
             describe_safetensors, safetensors_arrays},
    FileKind{
        "pickle", ".pkl .pickle",
        [](std::string_view b) { return b.size() > 1 && b[0] == '\x80' && b[1] >= 2 && b[1] <= 5; },
        describe_pickle, pickle_arrays},
    FileKind{"json", ".json", nullptr, describe_json, nullptr},
    FileKind{"csv", ".csv", nullptr, describe_csv, nullptr},
    FileKind{"index_list", ".txt", nullptr, describe_index_list, nullptr},
};

const FileKind* kind_of(const std::string& format) {
  const auto kind = std::find_if(kFileKinds.begin(), kFileKinds.end(),
                                 [&](const FileKind& k) { return k.name == format; });
  return kind == kFileKinds.end() ? nullptr : &*kind;
}

}  // namespace

std::string format_of_name(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const FileKind& kind : kFileKinds) {
    const auto words = words_of(kind.endings);
    if (std::find(words.begin(), words.end(), ending) != words.end()) {
      return std::string(kind.name);
    }
  }
  return "";
}

std::string format_of(const fs::path& path) {
  const MappedFile file(path);
  const std::string_view bytes = file.bytes();
  if (bytes.empty()) fail("{}: empty (0 bytes); is the copy or download complete?", path.string());
  const std::string named = format_of_name(path);
  // torch.save makes pickles too
  if (!named.empty()) return named == "pickle" && is_torch(bytes) ? "torch" : named;
  for (const FileKind& kind : kFileKinds) {
    if (kind.recognises != nullptr && kind.recognises(bytes)) return std::string(kind.name);
  }
  return "";
}

Json describe_file(const fs::path& path, const std::string& format, int64_t listed_values) {
  const FileKind* kind = kind_of(format);
  FT_CHECK(kind != nullptr, "format {}", format);
  return kind->describe(path, listed_values);
}

bool holds_arrays(const std::string& format) {
  const FileKind* kind = kind_of(format);
  return kind != nullptr && kind->arrays != nullptr;
}

std::vector<NamedArray> open_arrays(const fs::path& path) {
  if (fs::is_directory(path)) return folder_arrays(path);
  const std::string format = format_of(path);
  if (!holds_arrays(format)) {
    std::string known;
    for (const FileKind& kind : kFileKinds) {
      if (kind.arrays != nullptr) known.append(known.empty() ? "" : ", ").append(kind.name);
    }
    fail("{}: {}, expected a file of arrays: {}", path.string(),
         format.empty() ? "of no known kind" : "a file of the kind " + format, known);
  }
  return kind_of(format)->arrays(path);
}

}  // namespace flowtalk::formats
