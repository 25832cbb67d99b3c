#include "flowtalk/formats/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::formats {
namespace {

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

}  // namespace

void for_each_csv_line(std::string_view text, const std::string& where, const CsvLine& each) {
  size_t number = 0;
  const size_t bom = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  for (size_t start = bom; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string line = trimmed(text.substr(start, end - start));
    start = end + 1;
    ++number;
    if (!line.empty()) each(line, fmt::format("{}: line {}", where, number));
  }
}

std::vector<std::string> csv_cells(const std::string& line, size_t most, const std::string& at) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      if (cells.size() == most) fail("{}: has more than {} cells", at, most);
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  if (quoted) fail("{}: a quote is not closed", at);
  for (std::string& cell : cells) cell = trimmed(cell);
  return cells;
}

std::optional<double> csv_number(const std::string& cell) {
  double value = 0;
  const auto [end, code] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (code != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) return {};
  return value;
}

}  // namespace flowtalk::formats
