#include "flowtalk/base/fields.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <string_view>

#include "flowtalk/base/words.h"

namespace flowtalk {
namespace {

constexpr int kMaxDepth = 64;  // far beyond any config; what walks the tree recurses

size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row.back();
}

}  // namespace

std::string did_you_mean(const std::string& given, const std::vector<std::string>& names,
                         const char* mark) {
  const std::string name = in_small_letters(given);
  const auto nearest =
      std::min_element(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
        return edit_distance(name, in_small_letters(a)) < edit_distance(name, in_small_letters(b));
      });
  if (nearest == names.end()) return "";
  // of short names one letter: 'lr' is not a slip for 'id'
  const size_t slips = name.size() <= 3 ? 1 : std::max<size_t>(2, name.size() / 3);
  const bool near = edit_distance(name, in_small_letters(*nearest)) <= slips;
  return near ? fmt::format(" (did you mean '{}{}'?)", mark, *nearest) : "";
}

std::string fields_detail::shown(const Json& json) {
  constexpr size_t kMost = 200;
  const std::string text =
      json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
  return text.size() > kMost ? text.substr(0, kMost) + "..." : text;
}

Json parse_json(const std::string& text, const std::string& where) {
  std::vector<std::set<std::string>> keys(kMaxDepth + 2);  // of the open object at each depth
  const auto watch = [&](int depth, Json::parse_event_t event, const Json& value) {
    if (depth > kMaxDepth) fail("{}: JSON nested more than {} levels deep", where, kMaxDepth);
    if (event == Json::parse_event_t::object_start) keys[static_cast<size_t>(depth) + 1].clear();
    if (event == Json::parse_event_t::key &&
        !keys[static_cast<size_t>(depth)].insert(value.get<std::string>()).second) {
      fail("{}: the key {} stands twice in one object", where, fields_detail::shown(value));
    }
    return true;
  };
  try {
    return Json::parse(text, watch);
  } catch (const nlohmann::json::parse_error& e) {
    const auto read = std::string_view(text).substr(0, e.byte > 0 ? e.byte - 1 : 0);
    const auto line = 1 + std::count(read.begin(), read.end(), '\n');
    const size_t column = read.size() - (read.rfind('\n') + 1) + 1;  // npos + 1 is 0
    fail("{}: line {}, column {}: not valid JSON", where, line, column);
  } catch (const nlohmann::json::out_of_range&) {
    fail("{}: not valid JSON: a number is too large", where);
  }
}

void set_json_path(Json& json, const std::string& assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) {
    fail_usage("{} {}: expected name=value, for example flow.steps=8", Field("set"), assignment);
  }
  Json* place = &json;
  std::string rest = assignment.substr(0, equals);
  while (true) {
    const auto dot = rest.find('.');
    const std::string key = rest.substr(0, dot);
    if (!place->is_object() || !place->contains(key)) {
      std::vector<std::string> names;
      if (place->is_object()) {
        for (const auto& item : place->items()) names.push_back(item.key());
      }
      fail_usage("{} {}: unknown name '{}'{}", Field("set"), assignment, key,
                 did_you_mean(key, names));
    }
    place = &(*place)[key];
    if (dot == std::string::npos) break;
    rest = rest.substr(dot + 1);
  }
  const std::string value = assignment.substr(equals + 1);
  *place = Json::accept(value) ? parse_json(value, fmt::format("{} {}", Field("set"), assignment))
                               : Json(value);
}

}  // namespace flowtalk
