#include "flowtalk/data/timed_labels.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/words.h"
#include "flowtalk/formats/csv.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostLabels = 100000;
constexpr size_t kMostBytes = 16 << 20;
constexpr double kMostSeconds = 24 * 3600;
constexpr double kGridHz = 25000;

void add(std::vector<TimedLabel>& labels, const std::vector<std::string>& cells, double unit_s,
         const std::string& at) {
  if (cells.size() != 3) fail("{}: expected start, end and label, got {} cells", at, cells.size());
  const auto start = formats::csv_number(cells[0]), end = formats::csv_number(cells[1]);
  if (!start || !end || *start < 0 || *end < *start || *end * unit_s > kMostSeconds) {
    fail("{}: expected times such as 0.31 and 0.38, the end not before the start, got '{}', '{}'",
         at, cells[0], cells[1]);
  }
  if (!labels.empty() && *start * unit_s < labels.back().start_s) {
    fail("{}: begins before the line above; expected lines in order", at);
  }
  if (labels.size() == kMostLabels) fail("{}: more than {} labels", at, kMostLabels);
  labels.push_back({*start * unit_s, *end * unit_s, cells[2]});
}

}  // namespace

std::vector<TimedLabel> timed_labels_of(std::string_view text, const std::string& where) {
  constexpr std::string_view kHeader = "start_s,end_s,label";
  std::vector<TimedLabel> labels;
  bool begun = false;
  formats::for_each_csv_line(text, where, [&](const std::string& line, const std::string& at) {
    if (!begun && line != kHeader) fail("{}: expected '{}' at the top", at, kHeader);
    if (begun) add(labels, formats::csv_cells(line, 3, at), 1, at);
    begun = true;
  });
  if (!begun) fail("{}: is empty; expected '{}' at the top", where, kHeader);
  return labels;
}

std::vector<TimedLabel> load_timed_labels(const fs::path& path) {
  return timed_labels_of(load_file(path, kMostBytes), path.string());
}

std::vector<TimedLabel> grid_words_of(std::string_view text, const std::string& where) {
  std::vector<TimedLabel> words;
  formats::for_each_csv_line(text, where, [&](const std::string& line, const std::string& at) {
    add(words, words_of(line), 1 / kGridHz, at);
  });
  return words;
}

std::vector<TimedLabel> load_grid_words(const fs::path& path) {
  return grid_words_of(load_file(path, kMostBytes), path.string());
}

}  // namespace flowtalk::data
