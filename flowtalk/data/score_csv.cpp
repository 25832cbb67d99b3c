#include <algorithm>
#include <optional>

#include "flowtalk/arkit/live_link_csv.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/data/score_files.h"
#include "flowtalk/data/score_rows.h"
#include "flowtalk/formats/csv.h"
#include "flowtalk/formats/gzip.h"

namespace flowtalk::data {
namespace {

constexpr size_t kMostBytes = size_t{64} << 20, kMostColumns = 256;

// What the first line says of the columns.
struct Columns {
  std::vector<size_t> places;  // of scores
  std::vector<std::string> names;
  std::optional<size_t> time;
  double unit_s = 1;
  size_t count = 0;
};

Columns columns_of(const std::vector<std::string>& cells) {
  Columns columns;
  columns.count = cells.size();
  for (size_t k = 0; k < cells.size(); ++k) {
    const std::string& name = cells[k];
    if (name == "time" || name == "timestamp_s" || name == "timestamp" || name == "timestamp_ms") {
      columns.time = k;
      columns.unit_s = name == "time" || name == "timestamp_s" ? 1 : 1e-3;
    } else if (name != "frame") {
      columns.places.push_back(k);
      columns.names.push_back(name);
    }
  }
  return columns;
}

}  // namespace

ScoreFile score_csv_of(const std::string& text, const std::string& where) {
  std::optional<Columns> columns;
  std::optional<ScoreRows> rows;
  formats::for_each_csv_line(text, where, [&](const std::string& line, const std::string& at) {
    const auto cells = formats::csv_cells(line, kMostColumns, at);
    if (!rows) {
      columns = columns_of(cells);
      rows.emplace(columns->names, at);
      return;
    }
    if (cells.size() != columns->count) {
      fail("{}: expected {} cells, as the first line has, got {}", at, columns->count,
           cells.size());
    }
    const auto number = [&](size_t k) {
      const auto value = formats::csv_number(cells[k]);
      if (!value) fail("{}: expected a number, got '{}'", at, cells[k]);
      return *value;
    };
    std::vector<double> values;
    for (const size_t k : columns->places) values.push_back(number(k));
    rows->add(values, at);
    if (columns->time) rows->set_time(columns->unit_s * number(*columns->time), at);
  });
  if (!rows) fail("{}: is empty", where);
  return {rows->take(0), "a table of scores"};
}

ScoreFile load_score_file(const std::filesystem::path& path) {
  const std::string where = path.string();
  std::string bytes = load_file(path, kMostBytes);
  if (formats::is_gzip(bytes)) bytes = formats::gunzip(bytes, kMostBytes, where);
  const size_t begin = bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (begin == std::string::npos) fail("{}: is empty", where);
  if (bytes[begin] == '{' || bytes[begin] == '[') return score_json_of(bytes.substr(begin), where);
  const size_t line = std::min(bytes.find('\n'), bytes.size());
  if (bytes.find(arkit::kTimeColumn) < line) {
    return {take_of(live_link_of(bytes, where), where), "a take of Live Link Face"};
  }
  return score_csv_of(bytes, where);
}

}  // namespace flowtalk::data
