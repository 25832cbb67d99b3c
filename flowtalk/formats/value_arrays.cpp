#include "flowtalk/formats/value_arrays.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/formats/stacked.h"

namespace flowtalk::formats {
namespace {

using Arrays = std::vector<NamedArray>;
using Kind = Value::Kind;

constexpr int kMostDepth = 8;          // of dicts in dicts
constexpr int kMostLists = 4;          // of lists in lists
constexpr size_t kMostParts = 10000;   // of one dict
constexpr size_t kMostLeading = 1000;  // frames without a face before the first with one

// Arrays of all frames together: parts may be shared, so that a small file lists many.
size_t most_in_frames(const Value& value) { return 100'000 + value.file_bytes() / 8; }

bool is_list(const Value& value) { return value.is(Kind::kList) || value.is(Kind::kTuple); }
bool is_number(const Value& value) { return value.is(Kind::kFloat) || value.is(Kind::kInt); }

std::string place(const std::string& where, const std::string& name) {
  return fmt::format("{}: {}", where, printable(name));
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

// One array from a value, of which lists may hold each other.
class ArrayReader {
 public:
  Array read(const Value& value, const std::string& where, int depth = 0) {
    if (is_list(value) && depth < kMostLists) return list(value, where, depth);
    if (is_number(value)) return make_array(tensor::Shape{}, std::vector<double>{value.number()});
    if (value.is(Kind::kArray) || value.is(Kind::kRecord)) return dense_array(value, where);
    fail("{}: expected an array of numbers, got {}", where, value.describe());
  }

 private:
  // Numbers have one axis, alike arrays one more than they have.
  Array list(const Value& list, const std::string& where, int depth) {
    std::vector<double> numbers;
    for (size_t i = 0; i < list.size() && is_number(list.item(i)); ++i) {
      numbers.push_back(list.item(i).number());
    }
    if (numbers.size() == list.size()) {
      return make_array({static_cast<int64_t>(numbers.size())}, numbers);
    }
    const size_t most_bytes = most_stacked_bytes(list.file_bytes());
    std::vector<Array> items;
    std::vector<std::string> wheres;
    size_t bytes = 0;
    for (size_t i = 0; i < list.size() && bytes <= most_bytes; ++i) {
      if (++seen_ > most_in_frames(list)) {
        fail("{}: lists far more arrays than the file can hold; it is damaged or hostile", where);
      }
      wheres.push_back(fmt::format("{}, frame {}", where, i));
      items.push_back(read(list.item(i), wheres.back(), depth + 1));
      bytes += items.back().bytes.size();
    }
    return stack(items, wheres, most_bytes);
  }

  size_t seen_ = 0;
};

NamedArray one_array(const Value& value, const std::string& name, const std::string& where) {
  return {name, where, [value, where] { return ArrayReader().read(value, where); },
          [value]() -> std::optional<std::string> {
            if (value.is(Kind::kText)) return value.text();
            return std::nullopt;
          }};
}

Arrays stacked_list(const Value& list, const std::string& where, size_t& left);

// The arrays of a dict and of dicts in it, which may contain each other.
class Parts {
 public:
  // where: of the whole dict; left: how many arrays frames in it may still have, null in a frame,
  // which holds no frames itself.
  Parts(std::string where, size_t* left) : where_(std::move(where)), left_(left) {}

  Arrays of(const Value& dict) {
    add(dict, "", 0);
    return std::move(arrays_);
  }

 private:
  void add(const Value& dict, const std::string& prefix, int depth) {
    for (size_t i = 0; i < dict.size(); ++i) {
      if (++seen_ > kMostParts) fail("{}: more than {} parts", where_, kMostParts);
      const auto [key, value] = dict.key_and_value(i);
      const std::string name = prefix + key_text(key);
      if (value.is(Kind::kDict) && depth < kMostDepth) {
        add(value, name + ".", depth + 1);
      } else if (left_ != nullptr && is_list_of_dicts(value)) {
        for (NamedArray& array : stacked_list(value, place(where_, name), *left_)) {
          array.name = name + "." + array.name;
          arrays_.push_back(std::move(array));
        }
      } else {
        arrays_.push_back(one_array(value, name, place(where_, name)));
      }
    }
  }

  std::string where_;
  size_t* left_;
  size_t seen_ = 0;
  Arrays arrays_;
};

// Of dicts, one per frame; what is none holds no arrays.
Arrays stacked_list(const Value& list, const std::string& where, size_t& left) {
  std::vector<Frame> frames;
  for (size_t i = 0; i < list.size(); ++i) {
    const Value dict = unwrapped(list.item(i));
    const std::string frame = fmt::format("{}: frame {}", where, i);
    if (!dict.is(Kind::kDict)) {
      frames.push_back({fmt::format("{} ({})", frame, dict.describe()), {}});
      continue;
    }
    frames.push_back({frame, Parts(frame, nullptr).of(dict)});
    const size_t parts = frames.back().arrays.size();
    if (parts > left) {
      fail("{}: its frames list far more arrays than the file can hold; it is damaged or hostile",
           where);
    }
    left -= parts;
  }
  return stacked(frames, where, most_stacked_bytes(list.file_bytes()));
}

}  // namespace

Value unwrapped(Value value) {
  for (int i = 0; i < kMostDepth && is_list(value) && value.size() == 1; ++i) {
    value = value.item(0);
  }
  return value;
}

bool is_list_of_dicts(const Value& value) {
  if (!is_list(value)) return false;
  for (size_t i = 0; i < std::min(value.size(), kMostLeading); ++i) {
    if (unwrapped(value.item(i)).is(Kind::kDict)) return true;
  }
  return false;
}

Arrays arrays_of(const Value& whole) {
  const Value value = unwrapped(whole);
  const std::string& where = value.where();
  if (value.is(Kind::kArray)) return {one_array(value, "", where)};
  size_t left = most_in_frames(value);
  if (is_list_of_dicts(value)) return stacked_list(value, where, left);
  if (!value.is(Kind::kDict)) {
    fail("{}: expected a dict of arrays, a list of such dicts or an array, got {}", where,
         value.describe());
  }
  return Parts(where, &left).of(value);
}

}  // namespace flowtalk::formats
