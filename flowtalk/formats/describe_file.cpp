#include "flowtalk/formats/describe_file.h"

#include <algorithm>
#include <array>
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
#include "flowtalk/formats/obj.h"
#include "flowtalk/formats/onnx.h"
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

Json describe_obj(const fs::path& path, int64_t listed) {
  const ObjMesh mesh = load_obj(path);
  return contents(Json::object(),
                  Json::array({describe_array("vertices", mesh.vertices, listed),
                               describe_array("triangles", mesh.triangles, listed)}));
}

Json describe_onnx(const fs::path& path, int64_t listed) {
  const OnnxFile file(path);
  Json arrays = Json::array(), operations = Json::object();
  for (const auto& [name, array] : file.tensors()) {
    arrays.push_back(describe_array(name, array, listed));
  }
  for (const OnnxNode& node : file.nodes()) {
    operations[node.op] = operations.value(node.op, 0) + 1;
  }
  return contents({{"producer", file.producer()},
                   {"nodes", file.nodes().size()},
                   {"operations", std::move(operations)}},
                  std::move(arrays));
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

bool has(std::string_view bytes, size_t at, std::string_view word) {
  return bytes.size() >= at && bytes.substr(at).starts_with(word);
}

bool is_sound(std::string_view b) {
  constexpr std::string_view kSync =
      "\xfb\xfa\xf3\xf2\xe3\xe2\xf1\xf9";  // of mp3 and aac, after ff
  const bool chunks = has(b, 0, "RIFF") || has(b, 0, "RF64") || has(b, 0, "FORM");
  return (chunks && (has(b, 8, "WAVE") || has(b, 8, "AIF"))) || has(b, 0, "fLaC") ||
         has(b, 0, "OggS") || has(b, 0, "ID3") || has(b, 0, "#!AMR") || has(b, 0, "caff") ||
         has(b, 4, "ftypM4A") || (b.size() > 1 && b[0] == '\xff' && kSync.find(b[1]) != kSync.npos);
}

bool is_film(std::string_view b) {
  return has(b, 4, "ftyp") || has(b, 0, "\x1a\x45\xdf\xa3") ||
         (has(b, 0, "RIFF") && has(b, 8, "AVI"));
}

bool is_picture(std::string_view b) {
  constexpr std::string_view kTiff("II*\0", 4), kTiffBigEndian("MM\0*", 4);
  return has(b, 0, "\x89PNG") || has(b, 0, "\xff\xd8\xff") || has(b, 0, "GIF8") ||
         has(b, 0, kTiff) || has(b, 0, kTiffBigEndian) || (has(b, 0, "RIFF") && has(b, 8, "WEBP"));
}

// Pickles of old protocols are text, too, and end in their mark of the end.
bool is_text(std::string_view b) {
  constexpr size_t kRead = 4096;
  const auto is_letter = [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code >= 0x20 ? code != 0x7f : c == '\n' || c == '\r' || c == '\t';
  };
  return !b.ends_with('.') && std::ranges::all_of(b.substr(0, kRead), is_letter);
}

// A kind of file: its name and what people call it, the endings of its names, how its bytes begin
// (none: only names tell), what it holds, and its arrays by name (none: it is no file of arrays).
struct FileKind {
  std::string_view name, text, endings;
  bool (*recognises)(std::string_view bytes);
  Json (*describe)(const fs::path& path, int64_t listed);
  std::vector<NamedArray> (*arrays)(const fs::path& path);
};

// The one list. Names decide before bytes do, upper rows before lower ones.
constexpr std::array kFileKinds = {
    FileKind{"npy", "a numpy array", ".npy", is_npy, describe_npy, npy_arrays},
    FileKind{"npz", "a numpy archive", ".npz", nullptr, describe_npz, npz_arrays},
    FileKind{"ply", "a ply mesh", ".ply", [](std::string_view b) { return has(b, 0, "ply\n"); },
             describe_ply, nullptr},
    FileKind{"obj", "an OBJ mesh", ".obj", nullptr, describe_obj, nullptr},
    FileKind{"torch", "a zip archive or torch file", ".pt .pth .ckpt .bin", is_torch,
             describe_torch, torch_arrays},
    FileKind{"safetensors", "a safetensors file", ".safetensors",
             [](std::string_view b) { return b.size() > 9 && b[8] == '{' && b[7] == 0; },
             describe_safetensors, safetensors_arrays},
    FileKind{
        "pickle", "a pickle", ".pkl .pickle",
        [](std::string_view b) { return b.size() > 1 && b[0] == '\x80' && b[1] >= 2 && b[1] <= 5; },
        describe_pickle, pickle_arrays},
    FileKind{"onnx", "an ONNX model", ".onnx", is_onnx, describe_onnx, nullptr},
    FileKind{"json", "a JSON file", ".json", nullptr, describe_json, nullptr},
    FileKind{"csv", "a table", ".csv", nullptr, describe_csv, nullptr},
    FileKind{"index_list", "a list of vertices", ".txt", nullptr, describe_index_list, nullptr},
    // Others read these, or nobody does; known so that they are called what they are.
    FileKind{"sound", "a sound file", "", is_sound, nullptr, nullptr},
    FileKind{"film", "a film", "", is_film, nullptr, nullptr},
    FileKind{"picture", "a picture", "", is_picture, nullptr, nullptr},
    FileKind{"glb", "a glTF file", "", [](std::string_view b) { return has(b, 0, "glTF"); },
             nullptr, nullptr},
    FileKind{"hdf5", "an HDF5 file", "",
             [](std::string_view b) { return has(b, 0, "\x89HDF\r\n\x1a\n"); }, nullptr, nullptr},
    FileKind{"gzip", "compressed by gzip (unpack it with gunzip)", "",
             [](std::string_view b) { return has(b, 0, "\x1f\x8b"); }, nullptr, nullptr},
    FileKind{"pdf", "a PDF document", "", [](std::string_view b) { return has(b, 0, "%PDF"); },
             nullptr, nullptr},
    FileKind{"text", "a text file", "", is_text, nullptr, nullptr},
};

const FileKind* kind_of(std::string_view format) {
  const auto kind = std::find_if(kFileKinds.begin(), kFileKinds.end(),
                                 [&](const FileKind& k) { return k.name == format; });
  return kind == kFileKinds.end() ? nullptr : &*kind;
}

// By the first bytes; null if they are of none.
const FileKind* kind_of_bytes(std::string_view bytes) {
  if (bytes.empty()) return nullptr;
  for (const FileKind& kind : kFileKinds) {
    if (kind.recognises != nullptr && kind.recognises(bytes)) return &kind;
  }
  return nullptr;
}

const FileKind* kind_by_look(const fs::path& path) {
  try {
    return kind_of_bytes(MappedFile(path).bytes());
  } catch (const Error&) {
    return nullptr;
  }
}

// The kinds that open_arrays reads.
std::string array_kinds() {
  std::string known;
  for (const FileKind& kind : kFileKinds) {
    if (kind.arrays != nullptr) known.append(known.empty() ? "" : ", ").append(kind.name);
  }
  return known;
}

}  // namespace

std::string format_of_name(const fs::path& path) {
  const std::string ending = ending_of(path);
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
  const FileKind *by_name = kind_of(named), *by_bytes = kind_of_bytes(bytes);
  const bool read_here = by_bytes != nullptr && by_bytes->describe != nullptr;
  if (by_name == nullptr) return read_here ? std::string(by_bytes->name) : "";
  const bool as_named = by_name->recognises != nullptr && by_name->recognises(bytes);
  // torch.save makes pickles too, and archives of numpy are zip files like those of torch; a pickle
  // under torch's name is a damaged file of torch.
  if (as_named) return named == "pickle" && is_torch(bytes) ? "torch" : named;
  const bool damaged = (named == "npz" && ZipReader::recognises(bytes)) ||
                       (named == "torch" && by_bytes == kind_of("pickle"));
  return read_here && !damaged ? std::string(by_bytes->name) : named;
}

Json describe_file(const fs::path& path, const std::string& format, int64_t listed_values) {
  const FileKind* kind = kind_of(format);
  FT_CHECK(kind != nullptr && kind->describe != nullptr, "format {}", format);
  const std::string expected = fmt::format("{}, as its name says", kind->text);
  const std::string kinds = format + (kind->arrays == nullptr ? " torch text" : " torch");
  return read_as(path, kinds, expected, [&] { return kind->describe(path, listed_values); });
}

bool holds_arrays(const std::string& format) {
  const FileKind* kind = kind_of(format);
  return kind != nullptr && kind->arrays != nullptr;
}

std::string look_of(const fs::path& path) {
  const FileKind* kind = kind_by_look(path);
  return kind == nullptr ? "" : std::string(kind->text);
}

void refuse_other_look(const fs::path& path, std::string_view kinds, std::string_view expected) {
  const FileKind* kind = kind_by_look(path);
  const auto fit = words_of(kinds);
  if (kind == nullptr || std::ranges::find(fit, kind->name) != fit.end()) return;
  fail("{}: is {}; expected {}", path.string(), kind->text, expected);
}

std::vector<NamedArray> open_arrays(const fs::path& path) {
  if (fs::is_directory(path)) return folder_arrays(path);
  const std::string format = format_of(path), known = array_kinds();
  const std::string expected = "a file of arrays: " + known;
  if (!holds_arrays(format)) {
    refuse_other_look(path, format.empty() ? known : known + " text", expected);
    fail("{}: {}; expected {}", path.string(),
         format.empty() ? "is of no known kind" : fmt::format("is {}", kind_of(format)->text),
         expected);
  }
  return read_as(path, known, expected, [&] { return kind_of(format)->arrays(path); });
}

}  // namespace flowtalk::formats
