#include "apps/print_details.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

namespace flowtalk::apps {

std::string shown(const Json& number) {
  if (number.is_null()) return "-";
  if (number.is_number_float()) return fmt::format("{:.4g}", number.get<double>());
  return number.is_string() ? number.get<std::string>() : number.dump();
}

void print_lines(const Json& in, const char* name, const char* before) {
  for (const Json& line : in.value(name, Json::array()))
    fmt::print("  {}{}\n", before, line.get<std::string>());
}

namespace {

void print_motion(const Json& motion) {
  if (motion.contains("refused")) return;
  fmt::print("  {} frames, {:.2f} s at {:g} per second\n", motion["frames"].get<int64_t>(),
             motion["duration_s"].get<double>(), motion["fps"].get<double>());
  for (const Json& part : motion["columns"]) {
    fmt::print("  {:<11} columns {:>3}..{:<3} min {}, mean {}, max {}\n",
               part["name"].get<std::string>(), part["begin"].get<int64_t>(),
               part["end"].get<int64_t>() - 1, shown(part["min"]), shown(part["mean"]),
               shown(part["max"]));
  }
  print_lines(motion, "remarks");
  print_lines(motion, "unused", "not used: ");
}

// Without what moves a terminal's cursor or changes its colours.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

// The names of an avatar, a line for each kind.
void print_avatar(const Json& avatar) {
  for (const auto& [key, value] : avatar.items()) {
    if (value.is_object()) {
      std::vector<std::string> each;
      for (const auto& [name, number] : value.items()) each.push_back(name + " " + shown(number));
      fmt::print("  {}: {}\n", key, fmt::join(each, ", "));
    } else if (!value.is_array()) {
      fmt::print("  {}: {}\n", key, shown(value));
    } else if (!value.empty()) {
      fmt::print(
          "  {} ({}): {}\n", key, value.size(),
          printable(fmt::format("{}", fmt::join(value.get<std::vector<std::string>>(), ", "))));
    }
  }
}

}  // namespace

void print_details(const Json& details) {
  for (const auto& [key, value] : details.items()) {
    if (key == "motion") {
      print_motion(value);
    } else if (key == "avatar") {
      print_avatar(value);
    } else if (key == "warnings") {
      print_lines(details, "warnings");
    } else if (key == "config") {
      fmt::print("{}\n", value.dump(2));
    } else {
      fmt::print("  {}: {}\n", key,
                 value.is_structured() ? value.dump(-1, ' ', false, Json::error_handler_t::replace)
                                       : shown(value));
    }
  }
}

}  // namespace flowtalk::apps
