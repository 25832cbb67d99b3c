#include "flowtalk/formats/named_arrays.h"

#include <memory>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/formats/pickle.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/formats/torch_file.h"
#include "flowtalk/formats/value_arrays.h"

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;
using Arrays = std::vector<NamedArray>;

std::string place(const std::string& file, const std::string& name) {
  return fmt::format("{}: {}", file, printable(name));
}

std::optional<std::string> single(const std::optional<std::vector<std::string>>& texts) {
  return texts && texts->size() == 1 ? std::optional(texts->front()) : std::nullopt;
}

}  // namespace

std::optional<Value> npy_value(std::string_view bytes, const std::string& where,
                               std::shared_ptr<const void> owner) {
  const auto pickle = npy_pickle(bytes, where);
  if (!pickle) return std::nullopt;
  const Value value =
      unwrapped(read_pickle(*pickle, where, std::move(owner), ObjectArrays::kTaken));
  if (!value.is(Value::Kind::kDict) && !is_list_of_dicts(value)) {
    fail(
        "{}: holds Python objects ({}), expected numbers, a dict of arrays or a list of such dicts",
        where, value.describe());
  }
  return value;
}

Arrays npy_arrays(const fs::path& path) {
  const auto file = std::make_shared<const MappedFile>(path);
  const std::string where = path.string();
  if (const auto value = npy_value(file->bytes(), where, file)) return arrays_of(*value);
  return {{"", where, [=] { return read_npy_array(file->bytes(), file, where); },
           [=] { return single(read_npy_texts(file->bytes(), where)); }}};
}

Arrays npz_arrays(const fs::path& path) {
  const auto file = std::make_shared<const NpzFile>(path);
  Arrays arrays;
  for (const std::string& name : file->names()) {
    const std::string where = place(path.string(), name);
    arrays.push_back({name, where, [=] { return file->array(name); },
                      [=] { return single(read_npy_texts(file->bytes(name).bytes, where)); }});
  }
  // numpy.savez of objects: their parts take the place of the one array.
  if (arrays.size() != 1) return arrays;
  const ZipContent content = file->bytes(arrays.front().name);
  const auto value = npy_value(content.bytes, arrays.front().where, content.owner);
  return value ? arrays_of(*value) : arrays;
}

Arrays safetensors_arrays(const fs::path& path) {
  const auto file = std::make_shared<const SafetensorsFile>(path);
  Arrays arrays;
  for (const std::string& name : file->names()) {
    arrays.push_back({name, place(path.string(), name), [=] { return file->array(name); },
                      [] { return std::nullopt; }});
  }
  for (const auto& [key, value] : file->metadata()) {
    if (file->contains(key)) continue;
    const std::string where = place(path.string(), key);
    arrays.push_back({key, where,
                      [where]() -> Array { fail("{}: a text, expected numbers", where); },
                      [text = value] { return std::optional(text); }});
  }
  return arrays;
}

Arrays pickle_arrays(const fs::path& path) { return arrays_of(load_pickle(path)); }
Arrays torch_arrays(const fs::path& path) { return arrays_of(load_torch(path)); }

}  // namespace flowtalk::formats
