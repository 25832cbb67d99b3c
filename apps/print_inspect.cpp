// The report of `flowtalk inspect` for people.
#include "apps/print_inspect.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "apps/print_details.h"

namespace flowtalk::apps {
namespace {

std::string shape_text(const Json& shape) {
  return fmt::format("({})", fmt::join(shape.get<std::vector<int64_t>>(), ", "));
}

void print_array(const Json& array, size_t name_width) {
  fmt::print("  {:<{}} {:<9} {:<16}", array["name"].get<std::string>(), name_width,
             array["dtype"].get<std::string>(), shape_text(array["shape"]));
  if (!array["min"].is_null()) {
    fmt::print(" min {}, mean {}, max {}", shown(array["min"]), shown(array["mean"]),
               shown(array["max"]));
  }
  const int64_t odd = array["nan"].get<int64_t>() + array["infinite"].get<int64_t>();
  if (odd > 0) fmt::print(", {} not finite", odd);
  fmt::print("\n");
}

void print_arrays(const Json& arrays, size_t most) {
  size_t width = 0;
  for (size_t i = 0; i < std::min(most, arrays.size()); ++i) {
    width = std::max(width, arrays[i]["name"].get_ref<const std::string&>().size());
  }
  for (size_t i = 0; i < std::min(most, arrays.size()); ++i) print_array(arrays[i], width);
  if (arrays.size() > most) {
    int64_t values = 0;
    for (const Json& array : arrays) {
      int64_t count = 1;
      for (const Json& size : array["shape"]) count *= size.get<int64_t>();
      values += count;
    }
    fmt::print("  ... {} arrays in all, {} values (--all lists them)\n", arrays.size(), values);
  }
}

// One line per part of a pickle; arrays are listed by themselves.
void print_tree(const Json& part, const std::string& label, int depth, int& lines) {
  constexpr int kMostLines = 40, kMostDepth = 3;
  const std::string type = part["type"];
  if (type == "array" || part.contains("array") || lines > kMostLines) return;
  std::string text = type;
  if (part.contains("value")) text = part["value"].dump().substr(0, 60);
  if (part.contains("module")) {
    text = fmt::format("{} {}.{}", type, part["module"].get<std::string>(),
                       part["name"].get<std::string>());
  }
  if (part.contains("items")) text += fmt::format(" of {}", part["items"].size());
  if (++lines > kMostLines) {
    fmt::print("  ... (--json has the rest)\n");
    return;
  }
  fmt::print("  {:{}}{}{}\n", "", 2 * depth, label.empty() ? "" : label + ": ", text);
  if (depth >= kMostDepth) return;
  if (part.contains("state")) print_tree(part["state"], "state", depth + 1, lines);
  if (!part.contains("items")) return;
  for (const Json& item : part["items"]) {
    const bool keyed = type == "dict";
    const Json key = keyed ? item[0].value("value", Json("?")) : Json("");
    print_tree(keyed ? item[1] : item, key.is_string() ? key.get<std::string>() : key.dump(),
               depth + 1, lines);
  }
}

}  // namespace

void print_report(const Json& report, size_t most_arrays, bool verdict_only) {
  const std::string format = report["format"], kind = report["kind"], use = report["use"];
  fmt::print("{}: {} ({})\n", report["path"].get<std::string>(), kind, format);
  fmt::print("  {}{}\n", report["usable"].get<bool>() ? "" : "not usable here: ", use);
  const Json& details = report["details"];
  if (verdict_only) print_lines(details, "warnings");
  if (verdict_only) return print_lines(details.value("motion", Json::object()), "remarks");
  print_details(details);
  int lines = 0;
  if (report.contains("tree")) print_tree(report["tree"], "", 0, lines);
  print_arrays(report["arrays"], most_arrays);
}

}  // namespace flowtalk::apps
