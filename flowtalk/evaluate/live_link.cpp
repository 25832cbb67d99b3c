#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "flowtalk/base/error.h"
#include "flowtalk/evaluate/people.h"
#include "flowtalk/formats/csv.h"

namespace flowtalk::evaluate {
namespace {

constexpr size_t kMostColumns = 256;
constexpr size_t kMostFrames = 3600 * 60;
constexpr double kDegrees = 180 / std::numbers::pi;
constexpr double kCodeHz = 60;  // frames of a second in a time code, where nothing else is seen

// The columns that are looked at.
enum Column : size_t {
  kTime,
  kBlinkLeft,
  kBlinkRight,
  kHeadYaw,
  kHeadPitch,
  kHeadRoll,
  kLeftYaw,
  kLeftPitch,
  kRightYaw,
  kRightPitch,
  kColumns
};
constexpr std::array<std::string_view, kColumns> kNames{
    "Timecode", "EyeBlinkLeft", "EyeBlinkRight", "HeadYaw",     "HeadPitch",
    "HeadRoll", "LeftEyeYaw",   "LeftEyePitch",  "RightEyeYaw", "RightEyePitch"};

struct Header {
  std::array<size_t, kColumns> at{};
  size_t count = 0;
};

Header header_of(const std::vector<std::string>& cells, const std::string& where) {
  Header header{{}, cells.size()};
  for (size_t k = 0; k < kColumns; ++k) {
    const auto found = std::ranges::find(cells, kNames[k]);
    if (found == cells.end()) {
      fail("{}: no column {}; expected what Live Link Face exports, a line of 61 names at the top",
           where, kNames[k]);
    }
    header.at[k] = static_cast<size_t>(found - cells.begin());
  }
  return header;
}

// "18:43:58:59.723": whole seconds, and frames within them.
struct TimeCode {
  int64_t second = 0;
  double frame = 0;
};

TimeCode code_in(const std::string& cell, const std::string& at) {
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

using Values = std::array<double, kColumns>;

// Frames per second: lines in whole seconds, of the seconds that are in the middle.
double rate_of(const std::vector<TimeCode>& codes) {
  size_t first = 0, last = codes.size();
  while (first < codes.size() && codes[first].second == codes.front().second) ++first;
  while (last > 0 && codes[last - 1].second == codes.back().second) --last;
  if (last <= first) return kCodeHz;
  const auto seconds = static_cast<double>(codes[last - 1].second - codes[first].second + 1);
  return std::round(static_cast<double>(last - first) / seconds);
}

LivingFace face_of(const std::vector<Values>& rows, double rate_hz, const std::string& where) {
  LivingFace face{where, rate_hz, {}, {}, {}};
  const bool turns = std::ranges::any_of(rows, [](const Values& v) {
    return v[kHeadYaw] != 0 || v[kHeadPitch] != 0 || v[kHeadRoll] != 0;
  });
  for (const Values& v : rows) {
    if (turns) {
      face.head.push_back(
          {kDegrees * v[kHeadPitch], -kDegrees * v[kHeadYaw], kDegrees * v[kHeadRoll]});
    }
    // Towards the person's right and down.
    face.gaze.push_back({-kDegrees * 0.5 * (v[kLeftYaw] + v[kRightYaw]),
                         -kDegrees * 0.5 * (v[kLeftPitch] + v[kRightPitch])});
    face.lids.push_back(0.5 * (v[kBlinkLeft] + v[kBlinkRight]));
  }
  return face;
}

}  // namespace

LivingFace live_link_face(std::string_view text, const std::string& where) {
  std::optional<Header> header;
  std::vector<TimeCode> codes;
  std::vector<Values> rows;
  formats::for_each_csv_line(text, where, [&](const std::string& line, const std::string& at) {
    const auto cells = formats::csv_cells(line, kMostColumns, at);
    if (!header) {
      header = header_of(cells, at);
      return;
    }
    if (cells.size() != header->count) {
      fail("{}: expected {} cells, as the first line has, got {}", at, header->count, cells.size());
    }
    if (rows.size() == kMostFrames) fail("{}: more than {} frames; cut the take", at, kMostFrames);
    const TimeCode code = code_in(cells[header->at[kTime]], at);
    Values values{};
    for (size_t k = kTime + 1; k < kColumns; ++k) {
      const auto number = formats::csv_number(cells[header->at[k]]);
      if (!number || std::abs(*number) > 100) {
        fail("{}: {}: expected a number, got '{}'", at, kNames[k], cells[header->at[k]]);
      }
      values[k] = *number;
    }
    if (!rows.empty() && values == rows.back()) return;
    if (!codes.empty() && code.second < codes.back().second) {
      fail("{}: the time code {} comes before that of the line above; expected one take", at,
           cells[header->at[kTime]]);
    }
    codes.push_back(code);
    rows.push_back(values);
  });
  if (rows.size() < 2) fail("{}: holds {} frames; expected a take", where, rows.size());
  const double rate_hz = rate_of(codes);
  if (!(rate_hz >= 5 && rate_hz <= 240)) {
    fail("{}: {} frames per second by its time codes; expected 5 to 240", where, rate_hz);
  }
  return face_of(rows, rate_hz, where);
}

}  // namespace flowtalk::evaluate
