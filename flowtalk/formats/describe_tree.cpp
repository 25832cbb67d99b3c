#include "flowtalk/formats/describe_tree.h"

#include <fmt/format.h>

#include <map>
#include <string>

namespace flowtalk::formats {
namespace {

constexpr int kMaxDepth = 64;
constexpr int64_t kMaxParts = 100'000;
constexpr size_t kMaxText = 2000;        // bytes shown of a text
constexpr size_t kMaxHex = 64;           // bytes shown of a byte string
constexpr const char* kWhole = "array";  // name of an array that is the whole file

std::string hex_of(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes.substr(0, kMaxHex)) {
    hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return hex;
}

// Cuts between characters, not within one.
std::string_view cut_text(std::string_view text) {
  if (text.size() <= kMaxText) return text;
  size_t end = kMaxText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

bool stands_for_an_array(const Value& value) {
  return value.is(Value::Kind::kRecord) &&
         (value.module().starts_with("scipy.sparse") || value.module().starts_with("chumpy"));
}

class Describer {
 public:
  explicit Describer(int64_t listed_values) : listed_values_(listed_values) {}

  Json part(const Value& value, const std::string& path, int depth) {
    if (depth > kMaxDepth || ++parts_ > kMaxParts) return {{"type", "omitted"}};
    switch (value.kind()) {
      case Value::Kind::kNone:
        return {{"type", "none"}};
      case Value::Kind::kBool:
        return {{"type", "bool"}, {"value", value.boolean()}};
      case Value::Kind::kInt:
        return {{"type", "int"}, {"value", integer(value)}};
      case Value::Kind::kFloat:
        return {{"type", "float"}, {"value", json_number(value.number())}};
      case Value::Kind::kText:
        return text(value.text());
      case Value::Kind::kBytes:
        return {{"type", "bytes"}, {"size", value.bytes().size()}, {"hex", hex_of(value.bytes())}};
      case Value::Kind::kClass:
        return {{"type", "class"}, {"module", value.module()}, {"name", value.name()}};
      case Value::Kind::kArray:
        return array(value, path);
      default:
        return shareable(value, path, depth);
    }
  }

  Json arrays = Json::array();

 private:
  static Json integer(const Value& value) {
    const std::string digits = value.integer_text();
    constexpr size_t kFewDigits = 18;  // surely within 64 bits
    return digits.size() > kFewDigits ? Json(digits) : json_number(value.integer());
  }
  static Json text(const std::string& whole) {
    Json out = {{"type", "text"}, {"value", cut_text(whole)}};
    if (whole.size() > kMaxText) out["size"] = whole.size();
    return out;
  }
  // Parts that many places share are read once.
  Json array(const Value& value, const std::string& path) {
    const std::string name = path.empty() ? kWhole : path;
    auto& known = arrays_[value.identity()];
    if (known.is_null()) {
      known = describe_array(name, dense_array(value, value.where() + ": " + name), listed_values_);
    }
    Json entry = known;
    entry["name"] = name;
    arrays.push_back(std::move(entry));
    return {{"type", "array"}, {"name", name}};
  }
  Json shareable(const Value& value, const std::string& path, int depth) {
    const auto [seen, fresh] = shared_.emplace(value.identity(), path);
    const bool empty = !value.is(Value::Kind::kRecord) && value.size() == 0;
    if (!fresh && !empty) return {{"type", "shared"}, {"with", seen->second}};
    if (value.is(Value::Kind::kRecord)) return record(value, path, depth);
    if (value.is(Value::Kind::kDict)) {
      return {{"type", "dict"}, {"items", dict_items(value, path, depth)}};
    }
    const char* type = value.is(Value::Kind::kList)    ? "list"
                       : value.is(Value::Kind::kTuple) ? "tuple"
                                                       : "set";
    Json items = Json::array();
    for (size_t i = 0; i < value.size() && parts_ <= kMaxParts; ++i) {
      items.push_back(part(value.item(i), below(path, std::to_string(i)), depth + 1));
    }
    return {{"type", type}, {"items", std::move(items)}};
  }
  Json dict_items(const Value& value, const std::string& path, int depth) {
    Json items = Json::array();
    for (size_t i = 0; i < value.size() && parts_ <= kMaxParts; ++i) {
      const auto [key, item] = value.key_and_value(i);
      const std::string name = key.is(Value::Kind::kText)  ? key.text()
                               : key.is(Value::Kind::kInt) ? key.integer_text()
                                                           : fmt::format("#{}", i);
      const std::string at = below(path, std::string(cut_text(name)));
      items.push_back({part(key, at + "#key", depth + 1), part(item, at, depth + 1)});
    }
    return items;
  }
  Json record(const Value& value, const std::string& path, int depth) {
    Json out = {{"type", "record"}, {"module", value.module()}, {"name", value.name()}};
    if (stands_for_an_array(value)) {
      out["array"] = array(value, path)["name"];
      return out;
    }
    out["args"] = part(value.args(), below(path, "args"), depth + 1);
    out["state"] = part(value.state(), path, depth + 1);
    return out;
  }
  static std::string below(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "." + name;
  }

  int64_t listed_values_, parts_ = 0;
  std::map<const void*, std::string> shared_;  // where a part was met first
  std::map<const void*, Json> arrays_;
};

}  // namespace

TreeDescription describe_tree(const Value& root, int64_t listed_values) {
  Describer describer(listed_values);
  Json tree = describer.part(root, "", 0);
  return {std::move(tree), std::move(describer.arrays)};
}

}  // namespace flowtalk::formats
