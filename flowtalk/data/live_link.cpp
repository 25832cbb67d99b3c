#include "flowtalk/data/live_link.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "flowtalk/arkit/live_link_csv.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/csv.h"
#include "flowtalk/formats/gzip.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostBytes = size_t{256} << 20;
constexpr size_t kMostColumns = 256;
constexpr size_t kMostFrames = 3600 * 60;
constexpr double kMostValue = 100;
constexpr double kCodeHz = 60;  // frames of a second in a time code, where nothing else is seen

// "BlendshapeCount", and "BlendShapeCount" of older versions of the app.
bool is_count(const std::string& cell) {
  return cell == arkit::kCountColumn || cell == "BlendShapeCount";
}

// Of "18:43:58:59.723" the whole seconds, and 59.723.
struct TimeCode {
  int64_t seconds;
  double count;
};
TimeCode time_code_of(const std::string& cell, const std::string& at) {
  std::array<double, 4> parts{};
  size_t begin = 0;
  bool good = true;
  for (size_t k = 0; k < parts.size(); ++k) {
    const size_t end = std::min(cell.find(':', begin), cell.size());
    const auto number = formats::csv_number(cell.substr(begin, end - begin));
    good = good && number && *number >= 0 && *number < 240 && (end < cell.size()) == (k < 3);
    if (!good) break;
    parts[k] = *number;
    begin = end + 1;
  }
  if (!good) fail("{}: expected a time code such as 18:43:58:59.723, got '{}'", at, cell);
  return {static_cast<int64_t>(3600 * parts[0] + 60 * parts[1] + parts[2]), parts[3]};
}

// Frames per second of a take that is too short to count them: by the middle step.
double rate_of_steps(std::span<const int64_t> seconds, std::span<const double> counts) {
  std::vector<double> steps;
  for (size_t t = 1; t < counts.size(); ++t) {
    steps.push_back(kCodeHz * static_cast<double>(seconds[t] - seconds[t - 1]) + counts[t] -
                    counts[t - 1]);
  }
  std::ranges::nth_element(steps, steps.begin() + std::ssize(steps) / 2);
  const double step = steps[steps.size() / 2];
  return step > 0 ? kCodeHz / step : kCodeHz;
}

// What the first line says, then a row per line.
class Rows {
 public:
  void add(const std::string& line, const std::string& at) {
    const auto cells = formats::csv_cells(line, kMostColumns, at);
    if (columns_ == 0) return begin(cells, at);
    const bool unseen = count_ && *count_ < cells.size() && cells[*count_] == "0";
    if (cells.size() != columns_ && !(unseen && time_ < cells.size())) {
      fail("{}: expected {} cells, as the first line has, got {}", at, columns_, cells.size());
    }
    if (take_.seconds.size() == kMostFrames) {
      fail("{}: more than {} frames; cut the take", at, kMostFrames);
    }
    add_values(cells, cells.size() == columns_, at);
    const TimeCode time = time_code_of(cells[time_], at);
    if (!take_.seconds.empty() && time.seconds < take_.seconds.back()) {
      fail("{}: the time code {} comes before that of the line above; expected one take", at,
           cells[time_]);
    }
    take_.seconds.push_back(time.seconds);
    take_.counts.push_back(time.count);
  }

  LiveLink take(const std::string& where) {
    const auto frames = static_cast<int64_t>(take_.seconds.size());
    if (frames < 2) fail("{}: holds {} frames; expected a take", where, frames);
    const auto width = static_cast<int64_t>(take_.names.size());
    take_.values = tensor::Tensor({frames, width}, std::move(values_));
    return std::move(take_);
  }

 private:
  void begin(const std::vector<std::string>& cells, const std::string& at) {
    columns_ = cells.size();
    std::optional<size_t> time;
    for (size_t k = 0; k < cells.size(); ++k) {
      if (cells[k] == arkit::kTimeColumn) {
        time = k;
      } else if (is_count(cells[k])) {
        count_ = k;
      } else if (std::ranges::find(take_.names, cells[k]) != take_.names.end()) {
        fail("{}: two columns {}", at, cells[k]);
      } else {
        take_.names.push_back(cells[k]);
        places_.push_back(k);
      }
    }
    if (!time || places_.empty()) {
      fail("{}: no column {}; expected what Live Link Face exports, a line of 61 names at the top",
           at, time ? "EyeBlinkLeft" : arkit::kTimeColumn);
    }
    time_ = *time;
  }

  void add_values(const std::vector<std::string>& cells, bool whole, const std::string& at) {
    const size_t width = places_.size();
    if (!whole) {  // nobody was seen
      const size_t before = values_.size();
      values_.resize(before + width, 0.0f);
      const auto end = values_.begin() + static_cast<int64_t>(before);
      if (before > 0) std::copy_n(end - static_cast<int64_t>(width), width, end);
      return;
    }
    for (size_t k = 0; k < width; ++k) {
      const std::string& cell = cells[places_[k]];
      const auto number = formats::csv_number(cell);
      if (!number || std::abs(*number) > kMostValue) {
        fail("{}: {}: expected a number, got '{}'", at, take_.names[k], cell);
      }
      values_.push_back(static_cast<float>(*number));
    }
  }

  size_t columns_ = 0, time_ = 0;
  std::optional<size_t> count_;
  std::vector<size_t> places_;  // of the names among the cells
  std::vector<float> values_;
  LiveLink take_;
};

}  // namespace

LiveLink live_link_of(std::string_view text, const std::string& where) {
  Rows rows;
  formats::for_each_csv_line(
      text, where, [&](const std::string& line, const std::string& at) { rows.add(line, at); });
  return rows.take(where);
}

LiveLink load_live_link(const fs::path& path) {
  const std::string where = path.string();
  std::string bytes = load_file(path, kMostBytes);
  if (formats::is_gzip(bytes)) bytes = formats::gunzip(bytes, kMostBytes, where);
  return live_link_of(bytes, where);
}

bool is_live_link(const fs::path& path) {
  const std::string ending = ending_of(path);
  return ending == ".csv" || (ending == ".gz" && ending_of(path.stem()) == ".csv");
}

double live_link_rate(std::span<const int64_t> seconds, const std::string& where,
                      std::span<const double> counts) {
  size_t first = 0, last = seconds.size();
  while (first < seconds.size() && seconds[first] == seconds.front()) ++first;
  while (last > 0 && seconds[last - 1] == seconds.back()) --last;
  double rate_hz = kCodeHz;
  if (last > first) {
    const auto lasts = static_cast<double>(seconds[last - 1] - seconds[first] + 1);
    rate_hz = std::round(static_cast<double>(last - first) / lasts);
  } else if (counts.size() > 1) {
    rate_hz = rate_of_steps(seconds, counts);
  }
  if (!(rate_hz >= 5 && rate_hz <= 240)) {
    fail("{}: {} frames per second by its time codes; expected 5 to 240", where, rate_hz);
  }
  return rate_hz;
}

}  // namespace flowtalk::data
