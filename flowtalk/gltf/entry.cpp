#include "flowtalk/gltf/entry.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "flowtalk/base/error.h"

namespace flowtalk::gltf {
namespace {

std::optional<size_t> whole_number(const Json& json) {
  if (json.is_number_unsigned()) return json.get<size_t>();
  if (!json.is_number_float()) return std::nullopt;  // some write 3.0
  const double value = json.get<double>();
  if (!(value >= 0 && value <= 0x1p53) || value != std::floor(value)) return std::nullopt;
  return static_cast<size_t>(value);
}

// A value in a message.
std::string told(const Json& json) {
  return json.is_number() ? json.dump() : std::string(json.type_name());
}

double finite_number(const Json& json, const std::string& where) {
  if (!json.is_number()) fail("{}: expected a number, got {}", where, json.type_name());
  const double value = json.get<double>();
  if (!(std::abs(value) <= double{std::numeric_limits<float>::max()})) {
    fail("{}: a number is too large", where);
  }
  return value;
}

size_t place_in(const Json& json, size_t count, const std::string& where) {
  const auto value = whole_number(json);
  if (!value || *value >= count) {
    fail("{}: expected a place in a list of {}, got {}", where, count, told(json));
  }
  return *value;
}

}  // namespace

Entry::Entry(const Json& json, std::string where) : json_(&json), where_(std::move(where)) {
  if (!json.is_object()) fail("{}: expected an object, got {}", where_, json.type_name());
}

std::string Entry::place(const char* key) const { return fmt::format("{}: {}", where_, key); }

const Json* Entry::find(const char* key) const {
  const auto found = json_->find(key);
  return found == json_->end() ? nullptr : &*found;
}

const Json* Entry::list(const char* key) const {
  const Json* json = find(key);
  if (json != nullptr && !json->is_array()) {
    fail("{}: expected a list, got {}", place(key), json->type_name());
  }
  return json;
}

Entry Entry::object(const char* key) const {
  static const Json kNone = Json::object();
  const Json* json = find(key);
  return {json == nullptr ? kNone : *json, place(key)};
}

size_t Entry::size(const char* key) const {
  const Json* json = list(key);
  return json == nullptr ? 0 : json->size();
}

Entry Entry::item(const char* key, size_t place) const {
  FT_CHECK(place < size(key), "{}: no {} {}", where_, key, place);
  return {(*find(key))[place], fmt::format("{}: {} {}", where_, key, place)};
}

std::string Entry::text(const char* key) const {
  const Json* json = find(key);
  return json != nullptr && json->is_string() ? json->get<std::string>() : std::string();
}

std::vector<std::string> Entry::texts(const char* key) const {
  std::vector<std::string> texts;
  const Json* json = list(key);
  if (json == nullptr) return texts;
  for (const Json& item : *json) {
    texts.push_back(item.is_string() ? item.get<std::string>() : std::string());
  }
  return texts;
}

std::optional<size_t> Entry::index(const char* key, size_t count) const {
  const Json* json = find(key);
  if (json == nullptr) return std::nullopt;
  return place_in(*json, count, place(key));
}

std::vector<size_t> Entry::indices(const char* key, size_t count) const {
  std::vector<size_t> places;
  const Json* json = list(key);
  if (json == nullptr) return places;
  for (const Json& item : *json) places.push_back(place_in(item, count, place(key)));
  return places;
}

size_t Entry::number_up_to(const char* key, size_t most) const {
  const Json* json = find(key);
  if (json == nullptr) fail("{}: is missing", place(key));
  const auto value = whole_number(*json);
  if (!value || *value > most) {
    const std::string limit = most == SIZE_MAX ? "" : fmt::format(" of at most {}", most);
    fail("{}: expected a whole number{}, got {}", place(key), limit, told(*json));
  }
  return *value;
}

size_t Entry::number_up_to(const char* key, size_t most, size_t if_absent) const {
  return has(key) ? number_up_to(key, most) : if_absent;
}

double Entry::number(const char* key, double if_absent) const {
  const Json* json = find(key);
  return json == nullptr ? if_absent : finite_number(*json, place(key));
}

std::vector<double> Entry::numbers(const char* key) const {
  std::vector<double> values;
  const Json* json = list(key);
  if (json == nullptr) return values;
  for (const Json& item : *json) values.push_back(finite_number(item, place(key)));
  return values;
}

bool Entry::flag(const char* key, bool if_absent) const {
  const Json* json = find(key);
  return json != nullptr && json->is_boolean() ? json->get<bool>() : if_absent;
}

}  // namespace flowtalk::gltf
