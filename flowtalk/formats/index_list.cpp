#include "flowtalk/formats/index_list.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::formats {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 28;
constexpr std::string_view kBlanks = " \t\r\n", kBetween = ", \t\r\n";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

// A whole number, also in the way of numpy.savetxt, 1.200000000000000000e+01; nothing for others.
std::optional<int64_t> whole_number(std::string_view item) {
  const char* last = item.data() + item.size();
  int64_t value = 0;
  const auto [end, error] = std::from_chars(item.data(), last, value);
  if (error == std::errc() && end == last) return value;
  double number = 0;
  const auto [stop, code] = std::from_chars(item.data(), last, number);
  constexpr double kMost = 9e15;  // whole numbers below it are exact
  if (code == std::errc::result_out_of_range || (code == std::errc() && stop == last)) {
    if (code == std::errc() && std::abs(number) < kMost) {
      if (number != std::floor(number)) return std::nullopt;
      return static_cast<int64_t>(number);
    }
    if (code == std::errc() && !std::isfinite(number)) return std::nullopt;
    return std::numeric_limits<int64_t>::max();
  }
  return std::nullopt;
}

uint32_t parse_index(std::string_view item, size_t place, const std::string& where,
                     uint64_t vertices) {
  const auto value = whole_number(item);
  if (!value) {
    fail("{}: item {} is {}, expected a vertex index; write one line like 12,15,940", where, place,
         printable(item));
  }
  if (*value < 0) fail("{}: item {} is {}, vertex indices start at 0", where, place, *value);
  if (static_cast<uint64_t>(*value) >= vertices || *value > std::numeric_limits<uint32_t>::max()) {
    fail("{}: item {} is {}, expected an index below {}; is it a list for another mesh?", where,
         place, printable(item), vertices);
  }
  return static_cast<uint32_t>(*value);
}

// Without the brackets that a printed list of Python has around it.
std::string_view without_brackets(std::string_view text) {
  for (const std::string_view pair : {"[]", "()", "{}"}) {
    if (text.size() >= 2 && text.front() == pair[0] && text.back() == pair[1]) {
      return trimmed(text.substr(1, text.size() - 2));
    }
  }
  return text;
}

// Lines that begin with # are headers of numpy.savetxt.
std::string without_comments(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (!trimmed(text.substr(0, end)).starts_with('#')) kept.append(text.substr(0, end));
    text.remove_prefix(end);
  }
  return kept;
}

}  // namespace

std::vector<uint32_t> read_index_list(std::string_view text, const std::string& where,
                                      uint64_t vertices) {
  const std::string kept = without_comments(text);
  std::string_view rest = without_brackets(trimmed(kept));
  if (rest.empty()) fail("{}: empty, expected vertex indices like 12,15,940", where);
  std::vector<uint32_t> indices;
  while (!rest.empty()) {
    const std::string_view item = rest.substr(0, rest.find_first_of(kBetween));
    indices.push_back(parse_index(item, indices.size() + 1, where, vertices));
    rest.remove_prefix(item.size());
    rest = trimmed(rest);
    if (rest.starts_with(',')) rest = trimmed(rest.substr(1));
  }
  return indices;
}

std::vector<uint32_t> load_index_list(const std::filesystem::path& path, uint64_t vertices) {
  return read_index_list(load_file(path, kMaxBytes), path.string(), vertices);
}

}  // namespace flowtalk::formats
