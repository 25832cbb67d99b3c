#include "flowtalk/data/lip_sensors.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/csv.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostBytes = 256 << 20;
constexpr size_t kMostColumns = 256;
constexpr size_t kMostRows = 3600 * 1000;
constexpr double kLost = 1;  // mm

// Sample i at i steps, from 0.
double step_of(const std::vector<double>& times, const std::string& where) {
  const double step = (times.back() - times.front()) / static_cast<double>(times.size() - 1);
  if (!(step >= 1e-3 && step <= 0.2)) {
    fail("{}: {:.4g} s from sample to sample; expected 5 to 1000 samples per second", where, step);
  }
  for (size_t i = 0; i < times.size(); ++i) {
    const double expected = static_cast<double>(i) * step;
    if (std::abs(times[i] - expected) <= 0.5 * step) continue;
    fail("{}: sample {} is at {} s, expected {:.4f}; times must go on evenly from 0", where, i,
         times[i], expected);
  }
  return step;
}

// Straight lines over what was lost; the first and the last value are held.
void fill_gaps(std::vector<double>& values, const std::vector<size_t>& seen) {
  std::fill(values.begin(), values.begin() + static_cast<int64_t>(seen.front()),
            values[seen.front()]);
  std::fill(values.begin() + static_cast<int64_t>(seen.back()), values.end(), values[seen.back()]);
  for (size_t k = 1; k < seen.size(); ++k) {
    const size_t from = seen[k - 1], to = seen[k];
    for (size_t i = from + 1; i < to; ++i) {
      const double share = static_cast<double>(i - from) / static_cast<double>(to - from);
      values[i] = (1 - share) * values[from] + share * values[to];
    }
  }
}

}  // namespace

LipSensors lip_sensors_of(std::string_view text, const std::string& where) {
  size_t columns = 0;
  std::vector<double> times;
  LipSensors sensors;
  formats::for_each_csv_line(text, where, [&](const std::string& line, const std::string& at) {
    const auto cells = formats::csv_cells(line, kMostColumns, at);
    if (columns == 0) {
      if (!line.starts_with(kLipSensorsHeader))
        fail("{}: expected '{},...' at the top", at, kLipSensorsHeader);
      columns = cells.size();
      return;
    }
    if (cells.size() != columns) {
      fail("{}: expected {} cells, as the first line has, got {}", at, columns, cells.size());
    }
    if (times.size() == kMostRows) fail("{}: more than {} samples", at, kMostRows);
    for (const std::string& cell : cells) {
      if (!formats::csv_number(cell)) fail("{}: expected a number, got '{}'", at, cell);
    }
    times.push_back(*formats::csv_number(cells[0]));
    sensors.aperture_mm.push_back(*formats::csv_number(cells[1]));
  });
  if (times.size() < 2) fail("{}: holds {} samples; expected a recording", where, times.size());
  const double step = step_of(times, where);
  sensors.rate_hz = 1 / step;
  std::vector<size_t> seen;
  for (size_t i = 0; i < times.size(); ++i) {
    if (sensors.aperture_mm[i] > kLost) seen.push_back(i);
  }
  if (seen.size() < 2) fail("{}: the lips are never apart by more than {} mm", where, kLost);
  fill_gaps(sensors.aperture_mm, seen);
  sensors.first_s = times[seen.front()];
  sensors.last_s = times[seen.back()];
  return sensors;
}

LipSensors load_lip_sensors(const fs::path& path) {
  return lip_sensors_of(load_file(path, kMostBytes), path.string());
}

}  // namespace flowtalk::data
