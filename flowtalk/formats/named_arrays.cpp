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

namespace flowtalk::formats {
namespace {

namespace fs = std::filesystem;
using Arrays = std::vector<NamedArray>;
using Kind = Value::Kind;

constexpr int kMostDepth = 8;         // of dicts in dicts
constexpr size_t kMostParts = 10000;  // of all dicts together

std::string place(const std::string& file, const std::string& name) {
  return fmt::format("{}: {}", file, printable(name));
}

std::optional<std::string> single(const std::optional<std::vector<std::string>>& texts) {
  return texts && texts->size() == 1 ? std::optional(texts->front()) : std::nullopt;
}

std::string key_text(const Value& key) {
  switch (key.kind()) {
    case Kind::kText:
      return key.text();
    case Kind::kBytes:
      return std::string(key.bytes());
    case Kind::kInt:
      return key.integer_text();
    case Kind::kArray:  // a number of numpy
      if (key.array().shape.empty() && is_whole(key.array().dtype)) {
        return std::to_string(key.integer());
      }
      [[fallthrough]];
    default:
      return key.describe();
  }
}

bool is_number(const Value& value) { return value.is(Kind::kFloat) || value.is(Kind::kInt); }

// Plain numbers are arrays without axes, lists of them have one.
Array array_of(const Value& value, const std::string& where) {
  if (value.is(Kind::kList) || value.is(Kind::kTuple)) {
    std::vector<double> numbers;
    for (size_t i = 0; i < value.size() && is_number(value.item(i)); ++i) {
      numbers.push_back(value.item(i).number());
    }
    if (numbers.size() == value.size()) {
      return make_array({static_cast<int64_t>(numbers.size())}, numbers);
    }
  }
  if (is_number(value)) return make_array(tensor::Shape{}, std::vector<double>{value.number()});
  if (value.is(Kind::kArray) || value.is(Kind::kRecord)) return dense_array(value, where);
  fail("{}: expected an array of numbers, got {}", where, value.describe());
}

// The arrays of a dict and of dicts in it, which may contain each other.
class Parts {
 public:
  void add(const Value& dict, const std::string& prefix, int depth) {
    for (size_t i = 0; i < dict.size(); ++i) {
      if (++seen_ > kMostParts) fail("{}: more than {} parts", dict.where(), kMostParts);
      const auto [key, value] = dict.key_and_value(i);
      const std::string name = prefix + key_text(key);
      if (value.is(Kind::kDict) && depth < kMostDepth) {
        add(value, name + ".", depth + 1);
      } else {
        add_one(value, name, place(dict.where(), name));
      }
    }
  }
  Arrays arrays;

 private:
  void add_one(const Value& value, const std::string& name, const std::string& where) {
    arrays.push_back({name, where, [value, where] { return array_of(value, where); },
                      [value]() -> std::optional<std::string> {
                        if (value.is(Kind::kText)) return value.text();
                        return std::nullopt;
                      }});
  }
  size_t seen_ = 0;
};

// numpy.save wraps what it pickles into an array of one object.
Value unwrapped(Value value) {
  for (int i = 0; i < kMostDepth; ++i) {
    const bool wrapper = value.is(Kind::kTuple) || value.is(Kind::kList);
    if (!wrapper || value.size() != 1) break;
    value = value.item(0);
  }
  return value;
}

Arrays arrays_of(const Value& whole) {
  const Value value = unwrapped(whole);
  const std::string& where = value.where();
  if (value.is(Kind::kArray)) {
    return {{"", where, [value, where] { return array_of(value, where); },
             [] { return std::nullopt; }}};
  }
  if (!value.is(Kind::kDict)) {
    fail("{}: expected a dict of arrays, or an array, got {}", where, value.describe());
  }
  Parts parts;
  parts.add(value, "", 0);
  return std::move(parts.arrays);
}

}  // namespace

std::optional<Value> npy_dict(std::string_view bytes, const std::string& where,
                              std::shared_ptr<const void> owner) {
  const auto pickle = npy_pickle(bytes, where);
  if (!pickle) return std::nullopt;
  const Value value =
      unwrapped(read_pickle(*pickle, where, std::move(owner), ObjectArrays::kTaken));
  if (!value.is(Kind::kDict)) {
    fail("{}: holds Python objects ({}), expected numbers or a dict of arrays", where,
         value.describe());
  }
  return value;
}

Arrays npy_arrays(const fs::path& path) {
  const auto file = std::make_shared<const MappedFile>(path);
  const std::string where = path.string();
  if (const auto dict = npy_dict(file->bytes(), where, file)) return arrays_of(*dict);
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
  // numpy.savez of a dict: its parts take the place of the one array of objects.
  if (arrays.size() != 1) return arrays;
  const ZipContent content = file->bytes(arrays.front().name);
  const auto dict = npy_dict(content.bytes, arrays.front().where, content.owner);
  return dict ? arrays_of(*dict) : arrays;
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
