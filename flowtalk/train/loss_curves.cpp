#include "flowtalk/train/loss_curves.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::train {
namespace {

using Row = std::pair<int64_t, std::map<std::string, double>>;
constexpr const char *kTrainColour = "#2060c0", *kValidColour = "#e07020";
constexpr double kWidth = 260, kHeight = 150, kMargin = 34;

std::set<std::string> metric_names(const std::vector<Row>& rows) {
  std::set<std::string> names;
  for (const auto& row : rows) {
    for (const auto& [name, value] : row.second) names.insert(name);
  }
  return names;
}

struct Range {
  double lo = 1e300, hi = -1e300;
  void add(double x) {
    lo = std::min(lo, x);
    hi = std::max(hi, x);
  }
  double share(double x) const { return hi > lo ? (x - lo) / (hi - lo) : 0.5; }
};

// A line through the epochs; of one epoch a dot.
std::string curve(const std::vector<Row>& rows, const std::string& name, const Range& values,
                  const Range& epochs, const char* colour) {
  std::string points;
  int count = 0;
  double x = 0, y = 0;
  for (const auto& [epoch, metrics] : rows) {
    const auto found = metrics.find(name);
    if (found == metrics.end() || !std::isfinite(found->second)) continue;
    x = kMargin + epochs.share(static_cast<double>(epoch)) * (kWidth - kMargin);
    y = kHeight - values.share(found->second) * (kHeight - 20);
    points += fmt::format("{:.1f},{:.1f} ", x, y);
    ++count;
  }
  if (count == 0) return "";
  if (count == 1) {
    return fmt::format("<circle cx='{:.1f}' cy='{:.1f}' r='3' fill='{}'/>\n", x, y, colour);
  }
  return fmt::format("<polyline fill='none' stroke='{}' stroke-width='1.5' points='{}'/>\n", colour,
                     points);
}

// What the colours mean, and which epochs there are.
std::string legend(const std::vector<Row>& rows, double y) {
  const std::pair<const char*, const char*> kinds[] = {{kTrainColour, "training"},
                                                       {kValidColour, "validation"}};
  std::string text;
  double x = kMargin;
  for (const auto& [colour, name] : kinds) {
    text += fmt::format(
        "<line x1='{0}' y1='{1}' x2='{2}' y2='{1}' stroke='{3}' stroke-width='3'/>\n"
        "<text x='{4}' y='{5}' font-size='12'>{6}</text>\n",
        x, y - 4, x + 24, colour, x + 30, y, name);
    x += 120;
  }
  const std::string epochs =
      rows.empty()       ? ""
      : rows.size() == 1 ? fmt::format("epoch {}", rows.front().first)
                         : fmt::format("epochs {} to {}", rows.front().first, rows.back().first);
  return text + fmt::format("<text x='{}' y='{}' font-size='12'>{}</text>\n", x, y, epochs);
}

std::string panel(const std::vector<Row>& rows, const std::string& name) {
  Range values, epochs;
  for (const auto& [epoch, metrics] : rows) {
    epochs.add(static_cast<double>(epoch));
    for (const auto& key : {name, valid_name(name)}) {
      if (metrics.contains(key)) values.add(metrics.at(key));
    }
  }
  return fmt::format(
             "<rect x='{0}' y='20' width='{1}' height='{2}' fill='#fafafa' stroke='#ccc'/>\n"
             "<text x='{0}' y='14' font-size='12'>{3}</text>\n"
             "<text x='2' y='30' font-size='9'>{4:.3g}</text>\n"
             "<text x='2' y='{5}' font-size='9'>{6:.3g}</text>\n",
             kMargin, kWidth - kMargin, kHeight - 20, name, values.hi, kHeight, values.lo) +
         curve(rows, name, values, epochs, kTrainColour) +
         curve(rows, valid_name(name), values, epochs, kValidColour);
}

}  // namespace

std::string loss_curves_svg(const std::vector<Row>& rows) {
  std::set<std::string> names;
  for (const auto& name : metric_names(rows)) {
    names.insert(name.starts_with(kValid) ? name.substr(kValid.size()) : name);
  }
  constexpr size_t kColumns = 4;
  std::string body;
  size_t i = 0;
  for (const auto& name : names) {
    body += fmt::format("<g transform='translate({},{})'>\n{}</g>\n",
                        static_cast<double>(i % kColumns) * (kWidth + 16),
                        static_cast<double>(i / kColumns) * (kHeight + 24), panel(rows, name));
    ++i;
  }
  const size_t lines = (i + kColumns - 1) / kColumns;
  return fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' width='{}' height='{}' "
      "font-family='sans-serif'>\n<rect width='100%' height='100%' fill='white'/>\n{}{}</svg>\n",
      kColumns * static_cast<size_t>(kWidth + 16), lines * static_cast<size_t>(kHeight + 24) + 20,
      body, legend(rows, static_cast<double>(lines) * (kHeight + 24) + 12));
}

LossRecord::LossRecord(std::filesystem::path folder, int64_t epochs) : folder_(std::move(folder)) {
  const auto file = folder_ / "losses.csv";
  if (epochs == 0 || !std::filesystem::exists(file)) return;
  std::istringstream in(load_file(file));
  std::string line, cell;
  std::getline(in, line);
  std::vector<std::string> names;
  for (std::istringstream header(line); std::getline(header, cell, ',');) names.push_back(cell);
  while (std::getline(in, line)) {
    Row row{0, {}};
    std::istringstream cells(line);
    for (size_t i = 0; std::getline(cells, cell, ',') && i < names.size(); ++i) {
      if (cell.empty()) continue;
      if (i == 0) {
        row.first = std::stoll(cell);
      } else {
        row.second[names[i]] = std::stod(cell);
      }
    }
    if (row.first >= 1 && row.first <= epochs) rows_.push_back(row);
  }
}

void LossRecord::add(int64_t epoch, const std::map<std::string, double>& metrics) {
  rows_.emplace_back(epoch, metrics);
  save();
}

std::optional<int64_t> LossRecord::lowest(const std::string& metric) const {
  std::optional<int64_t> best;
  double least = 0;
  for (const auto& [epoch, metrics] : rows_) {
    const auto found = metrics.find(metric);
    if (found == metrics.end() || !std::isfinite(found->second)) continue;
    if (best && found->second >= least) continue;
    best = epoch;
    least = found->second;
  }
  return best;
}

void LossRecord::save() const {
  const auto names = metric_names(rows_);
  std::string csv = "epoch";
  for (const auto& name : names) csv += "," + name;
  csv += "\n";
  for (const auto& [epoch, metrics] : rows_) {
    csv += std::to_string(epoch);
    for (const auto& name : names) {
      csv += metrics.contains(name) ? fmt::format(",{}", metrics.at(name)) : ",";
    }
    csv += "\n";
  }
  save_file(folder_ / "losses.csv", csv);
  save_file(folder_ / "losses.svg", loss_curves_svg(rows_));
}

}  // namespace flowtalk::train
