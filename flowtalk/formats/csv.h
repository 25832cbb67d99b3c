// Comma-separated values: lines, cells and numbers of a text that is in memory.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flowtalk::formats {

// Every line that holds something, trimmed, in order, without a byte order mark at the front; `at`
// is "WHERE: line 3".
using CsvLine = std::function<void(const std::string& line, const std::string& at)>;
void for_each_csv_line(std::string_view text, const std::string& where, const CsvLine& each);

// Cells of one line, trimmed; a cell in double quotes may hold commas. Errors: more than `most`
// cells, a quote that is not closed.
std::vector<std::string> csv_cells(const std::string& line, size_t most, const std::string& at);

// The finite number that a cell is.
std::optional<double> csv_number(const std::string& cell);

}  // namespace flowtalk::formats
