#include "flowtalk/formats/index_list.h"

#include <charconv>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::formats {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 28;
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

uint32_t parse_index(std::string_view item, size_t place, const std::string& where,
                     uint64_t vertices) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), value);
  const bool whole = !item.empty() && end == item.data() + item.size();
  if (!whole || error == std::errc::invalid_argument) {
    fail("{}: item {} is {}, expected a vertex index; write one line like 12,15,940", where, place,
         printable(item));
  }
  if (error == std::errc() && value < 0) {
    fail("{}: item {} is {}, vertex indices start at 0", where, place, value);
  }
  if (error != std::errc() || static_cast<uint64_t>(value) >= vertices ||
      value > std::numeric_limits<uint32_t>::max()) {
    fail("{}: item {} is {}, expected an index below {}; is it a list for another mesh?", where,
         place, printable(item), vertices);
  }
  return static_cast<uint32_t>(value);
}

}  // namespace

std::vector<uint32_t> read_index_list(std::string_view text, const std::string& where,
                                      uint64_t vertices) {
  std::vector<uint32_t> indices;
  if (trimmed(text).empty()) fail("{}: empty, expected vertex indices like 12,15,940", where);
  while (true) {
    const size_t comma = text.find(',');
    indices.push_back(
        parse_index(trimmed(text.substr(0, comma)), indices.size() + 1, where, vertices));
    if (comma == text.npos) return indices;
    text.remove_prefix(comma + 1);
  }
}

std::vector<uint32_t> load_index_list(const std::filesystem::path& path, uint64_t vertices) {
  return read_index_list(load_file(path, kMaxBytes), path.string(), vertices);
}

}  // namespace flowtalk::formats
