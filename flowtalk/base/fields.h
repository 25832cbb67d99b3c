// Field tables: a config struct names each field once, with default, range and help; JSON reading
// and writing, `--set a.b=c`, range errors and documentation all come from that one table.
//
//   struct FlowConfig {
//     int steps = 8;
//     template <class V> void fields(V&& field) {
//       field("steps", steps, between(1, 64), "coupling steps from noise to motion");
//     }
//   };
// A nested struct is a field too: field("flow", flow, "the flow"); if it has validate(where), that
// is asked of what was read. Vectors of int, EachOrAll and strings are fields with a help text and
// no range.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "flowtalk/base/error.h"

namespace flowtalk {

using Json = nlohmann::ordered_json;

template <class T>
struct Between {
  T lo, hi;
};
template <class T>
Between<T> between(T lo, T hi) {
  return {lo, hi};
}

// " (did you mean 'x'?)" for the nearest of `names`, with `mark` before it, or "" if none is near.
std::string did_you_mean(const std::string& name, const std::vector<std::string>& names,
                         const char* mark = "");

// A whole number for each of several things, or one for all of them: in a file a list, or a number.
struct EachOrAll {
  std::vector<int> values;

  int at(int i) const { return values.size() == 1 ? values[0] : values[static_cast<size_t>(i)]; }
  bool operator==(const EachOrAll&) const = default;
};

namespace fields_detail {

template <class T>
concept HasFields = requires(T& t) {
  t.fields([](auto&&...) {});
};

// A value that files spell as a word: text_of(value) and from_text(word, value) are found beside
// its type (an enum, say). from_text fails with what was expected; the path is put before that.
template <class T>
concept TextValue = requires(T& t, const std::string& word) {
  { text_of(t) } -> std::convertible_to<std::string>;
  from_text(word, t);
};

struct Names {
  std::vector<std::string> names;
  template <class... Rest>
  void operator()(const char* name, Rest&&...) {
    names.emplace_back(name);
  }
};

struct Writer {
  Json json = Json::object();
  template <class T>
  void put(const char* name, T& value) {
    if constexpr (HasFields<T>) {
      Writer nested;
      value.fields(nested);
      json[name] = std::move(nested.json);
    } else if constexpr (TextValue<T>) {
      json[name] = text_of(value);
    } else if constexpr (std::is_same_v<T, EachOrAll>) {
      json[name] = value.values.size() == 1 ? Json(value.values[0]) : Json(value.values);
    } else {
      json[name] = value;
    }
  }
  template <class T, class R>
  void operator()(const char* name, T& value, R, const char*) {
    put(name, value);
  }
  template <class T>
  void operator()(const char* name, T& value, const char*) {
    put(name, value);
  }
};

// A value from a file for a one-line message: as JSON, cut where it is long.
std::string shown(const Json& json);
// A value with a range for a message.
template <class T>
std::string shown_number(const T& value) {
  if constexpr (TextValue<T>) {
    return text_of(value);
  } else {
    return fmt::format("{}", value);
  }
}

// Strict: no rounding, no wrapping round, no number from a boolean.
template <class T>
void read_value(const Json& json, T& value, const std::string& path) {
  if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) fail("{}: expected true or false, got {}", path, shown(json));
    value = json.get<bool>();
  } else if constexpr (std::integral<T>) {
    if (!json.is_number_integer()) fail("{}: expected a whole number, got {}", path, shown(json));
    const bool fits = json.is_number_unsigned() ? std::in_range<T>(json.get<uint64_t>())
                                                : std::in_range<T>(json.get<int64_t>());
    if (!fits) {
      fail("{}: expected between {} and {}, got {}", path, std::numeric_limits<T>::min(),
           std::numeric_limits<T>::max(), shown(json));
    }
    value = json.get<T>();
  } else if constexpr (std::floating_point<T>) {
    const double number = json.is_number() ? json.get<double>() : INFINITY;
    if (!(std::abs(number) <= static_cast<double>(std::numeric_limits<T>::max()))) {
      fail("{}: expected a number, got {}", path, shown(json));
    }
    value = static_cast<T>(number);
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!json.is_string()) fail("{}: expected a text, got {}", path, shown(json));
    value = json.get<std::string>();
  } else if constexpr (TextValue<T>) {
    if (!json.is_string()) fail("{}: expected a word, got {}", path, shown(json));
    with_context(path, [&] { from_text(json.get<std::string>(), value); });
  } else if constexpr (std::is_same_v<T, EachOrAll>) {
    read_value(json.is_array() ? json : Json::array({json}), value.values, path);
    if (value.values.empty()) fail("{}: expected a whole number or a list, got []", path);
  } else {
    if (!json.is_array()) fail("{}: expected a list, got {}", path, shown(json));
    value.assign(json.size(), {});
    for (size_t i = 0; i < json.size(); ++i) {
      read_value(json[i], value[i], fmt::format("{}[{}]", path, i));
    }
  }
}

struct Reader {
  const Json& json;
  const std::string& where;

  template <class T>
  void get(const char* name, T& value) {
    const auto found = json.find(name);
    if (found == json.end()) return;  // absent: the default stays
    const std::string path = where + "." + name;
    if constexpr (HasFields<T>) {
      if (!found->is_object()) fail("{}: expected an object, got {}", path, shown(*found));
      read(*found, value, path);
    } else {
      read_value(*found, value, path);
    }
  }
  template <class T, class R>
  void operator()(const char* name, T& value, R range, const char*) {
    get(name, value);
    const auto number = static_cast<double>(value);
    if (!(number >= static_cast<double>(range.lo) && number <= static_cast<double>(range.hi))) {
      fail("{}.{}: expected between {} and {}, got {}", where, name, range.lo, range.hi,
           shown_number(value));
    }
  }
  template <class T>
  void operator()(const char* name, T& value, const char*) {
    get(name, value);
  }
  template <class T>
  static void read(const Json& json, T& config, const std::string& where) {
    Names known;
    config.fields(known);
    for (const auto& item : json.items()) {
      if (std::find(known.names.begin(), known.names.end(), item.key()) == known.names.end()) {
        fail("{}: unknown key '{}'{}", where, item.key(), did_you_mean(item.key(), known.names));
      }
    }
    Reader reader{json, where};
    config.fields(reader);
    if constexpr (requires { config.validate(where); }) config.validate(where);
  }
};

struct RangeCheck {
  template <class T, class R>
  void operator()(const char* name, const T& value, R range, const char*) const {
    check(name, value, range);
  }
  template <class T>
  void operator()(const char*, T& value, const char*) const {
    if constexpr (HasFields<T>) value.fields(*this);
  }

 private:
  template <class T, class R>
  static void check(const char* name, const T& value, const R& range) {
    const auto number = static_cast<double>(value);
    if (number >= static_cast<double>(range.lo) && number <= static_cast<double>(range.hi)) return;
    fail_usage("{} {}: expected between {} and {}", Field(name), shown_number(value), range.lo,
               range.hi);
  }
  template <class T, class R>
  static void check(const char* name, const std::optional<T>& value, const R& range) {
    if (value) check(name, *value, range);
  }
};

}  // namespace fields_detail

// All fields with their values.
template <class Config>
Json to_json(Config config) {
  fields_detail::Writer writer;
  config.fields(writer);
  return writer.json;
}

// Fills config from json; absent fields keep their defaults. Errors name `where` (a file) and the
// field: unknown key, wrong type, out of range.
template <class Config>
void from_json(const Json& json, Config& config, const std::string& where) {
  if (!json.is_object()) fail("{}: expected a JSON object", where);
  fields_detail::Reader::read(json, config, where);
}

// Usage Error that names the first field whose value is out of its range.
template <class Options>
void check_ranges(Options options) {
  options.fields(fields_detail::RangeCheck{});
}

// Which fields of an options struct somebody gave, rather than left at their defaults. Filled by
// whoever reads them: a command line, a request.
class Given {
 public:
  void add(std::string_view field) { fields_.emplace(field); }
  bool operator()(std::string_view field) const { return fields_.contains(field); }

 private:
  std::set<std::string, std::less<>> fields_;
};

// Parses JSON text; Error with file and position, also beyond 64 levels of nesting.
Json parse_json(const std::string& text, const std::string& where);

// Applies one "a.b=value" (the form of the field `set`) to a config.
void set_json_path(Json& json, const std::string& assignment);
template <class Config>
void set_field(Config& config, const std::string& assignment) {
  Json json = to_json(config);
  set_json_path(json, assignment);
  from_json(json, config, fmt::format("{} {}", Field("set"), assignment));
}

}  // namespace flowtalk
