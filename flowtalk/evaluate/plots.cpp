#include "flowtalk/evaluate/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::evaluate {
namespace {

constexpr const char* kInk = "#1c2733";
constexpr const char* kQuiet = "#6b7885";
constexpr const char* kGrid = "#e3e8ed";
constexpr const char* kBlue = "#2f6fb5";
constexpr const char* kPale = "#a9c7e8";
constexpr const char* kOrange = "#d9822b";
constexpr std::array<const char*, 3> kCurveColours = {"#2f6fb5", "#7a8793", "#c0392b"};

// A range of numbers with round marks on it.
struct Axis {
  double lo = 0, hi = 1, step = 1;

  Axis(double least, double most, int marks) {
    if (!(most > least)) {  // one value only: room on both sides
      const double room = most == 0 ? 1 : std::abs(most) * 0.1;
      least -= room;
      most += room;
    }
    const double raw = (most - least) / marks;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double share = raw / power;
    step = power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
    lo = std::floor(least / step + 1e-9) * step;
    hi = std::ceil(most / step - 1e-9) * step;
  }
  double share(double x) const { return (x - lo) / (hi - lo); }
  int marks() const { return static_cast<int>(std::lround((hi - lo) / step)); }
  double mark(int i) const { return lo + i * step; }
  std::string label(int i) const {
    const double x = std::abs(mark(i)) < step / 2 ? 0 : mark(i);
    const int digits = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 6);
    return fmt::format("{:.{}f}", x, digits);
  }
};

std::string text(double x, double y, const std::string& words, const char* anchor = "start",
                 const char* colour = kQuiet, int size = 11) {
  return fmt::format(
      "<text x='{:.1f}' y='{:.1f}' font-size='{}' fill='{}' text-anchor='{}'>{}</text>\n", x, y,
      size, colour, anchor, escape_html(words));
}

std::string line(double x1, double y1, double x2, double y2, const char* colour, double width = 1) {
  return fmt::format(
      "<line x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}' stroke='{}' stroke-width='{}'/>\n", x1,
      y1, x2, y2, colour, width);
}

std::string box(double x, double y, double width, double height, const char* colour,
                double opacity = 1) {
  return fmt::format(
      "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}' fill='{}' fill-opacity='{}'/>\n",
      x, y, width, height, colour, opacity);
}

std::string heading(const std::string& title, const std::string& unit) {
  return fmt::format(
      "<text x='8' y='18' font-size='13' fill='{}' font-weight='600'>{}<tspan fill='{}' "
      "font-weight='400' font-size='11' dx='6'>{}</tspan></text>\n",
      kInk, escape_html(title), kQuiet, escape_html(unit));
}

std::string picture(double width, double height, const std::string& title,
                    const std::string& body) {
  return fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0:.0f} {1:.0f}' width='{0:.0f}' "
      "height='{1:.0f}' role='img' font-family='system-ui, sans-serif'>\n<title>{2}</title>\n"
      "{3}</svg>\n",
      width, height, escape_html(title), body);
}

// Marks of a vertical axis between x = left and x = right.
std::string levels(const Axis& axis, double left, double right, double top, double bottom) {
  std::string body;
  for (int i = 0; i <= axis.marks(); ++i) {
    const double y = bottom - axis.share(axis.mark(i)) * (bottom - top);
    body += line(left, y, right, y, kGrid) + text(left - 5, y + 4, axis.label(i), "end");
  }
  return body;
}

// An upright bar with feet.
std::string interval_mark(double x, double low, double high) {
  return line(x, low, x, high, kInk) + line(x - 4, low, x + 4, low, kInk) +
         line(x - 4, high, x + 4, high, kInk);
}

}  // namespace

std::string escape_html(const std::string& plain) {
  std::string escaped;
  for (const char c : plain) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string histogram_svg(const Histogram& plot) {
  FT_CHECK(!plot.values.empty(), "{}", plot.title);
  constexpr double kWidth = 300, kHeight = 170, kLeft = 12, kRight = 288, kTop = 30, kBottom = 136;
  const auto [least, most] = std::minmax_element(plot.values.begin(), plot.values.end());
  const double low = plot.interval ? std::min(*least, plot.interval->low) : *least;
  const double high = plot.interval ? std::max(*most, plot.interval->high) : *most;
  const Axis axis(low, high, 4);
  const auto at = [&](double x) { return kLeft + axis.share(x) * (kRight - kLeft); };
  const auto bins = static_cast<size_t>(
      std::clamp<double>(2 * std::sqrt(static_cast<double>(plot.values.size())), 6, 30));
  std::vector<int> counts(bins, 0);
  for (const double x : plot.values) {
    const auto bin = static_cast<size_t>(axis.share(x) * static_cast<double>(bins));
    ++counts[std::min(bin, bins - 1)];
  }
  const double tallest = *std::max_element(counts.begin(), counts.end());
  std::string body = heading(plot.title, plot.unit);
  for (int i = 0; i <= axis.marks(); ++i) {
    const double x = at(axis.mark(i));
    body += line(x, kTop, x, kBottom, kGrid) + text(x, kBottom + 24, axis.label(i), "middle");
  }
  if (plot.interval) {
    const double x = at(plot.interval->low);
    body += box(x, kTop, std::max(1.0, at(plot.interval->high) - x), kBottom - kTop, kOrange, 0.18);
  }
  const double step = (kRight - kLeft) / static_cast<double>(bins);
  for (size_t b = 0; b < bins; ++b) {
    const double height = counts[b] / tallest * (kBottom - kTop - 6);
    body += box(kLeft + static_cast<double>(b) * step + 0.5, kBottom - height, step - 1, height,
                kBlue, 0.75);
  }
  for (const double x : plot.values) body += line(at(x), kBottom + 3, at(x), kBottom + 9, kPale);
  body += line(kLeft, kBottom, kRight, kBottom, kInk);
  body += line(at(plot.mean), kTop - 2, at(plot.mean), kBottom, kOrange, 2);
  return picture(kWidth, kHeight, plot.title, body);
}

std::string bars_svg(const BarChart& plot) {
  FT_CHECK(!plot.bars.empty(), "{}", plot.title);
  constexpr double kWidth = 455, kLeft = 46, kRight = 447, kTop = 32, kBottom = 166, kHeight = 206;
  double most = 0;
  for (const Bar& bar : plot.bars) {
    most = std::max(most, bar.interval ? std::max(bar.value, bar.interval->high) : bar.value);
  }
  const Axis axis(0, most, 4);
  const auto at = [&](double y) { return kBottom - axis.share(y) * (kBottom - kTop); };
  std::string body = heading(plot.title, plot.unit) + levels(axis, kLeft, kRight, kTop, kBottom);
  const double step = (kRight - kLeft) / static_cast<double>(plot.bars.size());
  for (size_t i = 0; i < plot.bars.size(); ++i) {
    const Bar& bar = plot.bars[i];
    const double middle = kLeft + (static_cast<double>(i) + 0.5) * step, half = 0.32 * step;
    body += box(middle - half, at(bar.value), 2 * half, kBottom - at(bar.value), kBlue, 0.75);
    if (bar.interval) {
      body += interval_mark(middle, at(bar.interval->low), at(bar.interval->high));
    }
    body += text(middle, kBottom + 15, bar.label, "middle", kInk, 10);
    body += text(middle, kBottom + 29, fmt::format("n = {}", bar.count), "middle", kQuiet, 9);
  }
  body += line(kLeft, kBottom, kRight, kBottom, kInk);
  return picture(kWidth, kHeight, plot.title, body);
}

std::string curves_svg(const TimeChart& plot) {
  FT_CHECK(!plot.curves.empty() && plot.curves.size() <= kCurveColours.size(), "{}", plot.title);
  constexpr double kWidth = 920, kHeight = 246, kLeft = 46, kRight = 912, kTop = 50, kBottom = 206;
  size_t longest = 2;
  float most = 0;
  for (const Curve& curve : plot.curves) {
    longest = std::max(longest, curve.values.size());
    for (const float y : curve.values) most = std::max(most, y);
  }
  const Axis heights(0, most, 4);
  const double seconds = static_cast<double>(longest - 1) / plot.frames_per_second;
  const Axis times(0, seconds, 8);
  std::string body = heading(plot.title, plot.unit) + levels(heights, kLeft, kRight, kTop, kBottom);
  for (int i = 0; i <= times.marks() && times.mark(i) <= seconds + 1e-9; ++i) {
    const double x = kLeft + times.mark(i) / seconds * (kRight - kLeft);
    body += text(x, kBottom + 16, times.label(i), "middle");
  }
  body += text((kLeft + kRight) / 2, kBottom + 34, "seconds", "middle");
  double legend = 8;
  for (size_t c = 0; c < plot.curves.size(); ++c) {
    const Curve& curve = plot.curves[c];
    std::string points;
    for (size_t t = 0; t < curve.values.size(); ++t) {
      const double time = static_cast<double>(t) / plot.frames_per_second;
      points += fmt::format("{:.1f},{:.1f} ", kLeft + time / seconds * (kRight - kLeft),
                            kBottom - heights.share(curve.values[t]) * (kBottom - kTop));
    }
    body += fmt::format(
        "<polyline fill='none' stroke='{}' stroke-width='1.6' stroke-linejoin='round' "
        "points='{}'/>\n",
        kCurveColours[c], points);
    body += box(legend, 31, 14, 4, kCurveColours[c]) + text(legend + 19, 37, curve.label);
    legend += 34 + 6.2 * static_cast<double>(curve.label.size());
  }
  body += line(kLeft, kBottom, kRight, kBottom, kInk);
  return picture(kWidth, kHeight, plot.title, body);
}

std::string points_svg(const PointChart& plot) {
  FT_CHECK(!plot.points.empty(), "{}", plot.title);
  constexpr double kWidth = 400, kLeft = 52, kRight = 388, kTop = 32, kBottom = 196, kHeight = 240;
  double most = 0;
  for (const Point& p : plot.points) {
    most = std::max(most, p.interval ? std::max(p.value, p.interval->high) : p.value);
  }
  const Axis heights(0, most, 4), places(0, plot.points.back().x, 5);
  const auto at_x = [&](double x) { return kLeft + places.share(x) * (kRight - kLeft); };
  const auto at_y = [&](double y) { return kBottom - heights.share(y) * (kBottom - kTop); };
  std::string body = heading(plot.title, plot.unit) + levels(heights, kLeft, kRight, kTop, kBottom);
  for (int i = 0; i <= places.marks(); ++i) {
    body += text(at_x(places.mark(i)), kBottom + 16, places.label(i), "middle");
  }
  body += text((kLeft + kRight) / 2, kBottom + 34, plot.x_title, "middle");
  std::string joined;
  for (const Point& p : plot.points) {
    joined += fmt::format("{:.1f},{:.1f} ", at_x(p.x), at_y(p.value));
    if (p.interval) body += interval_mark(at_x(p.x), at_y(p.interval->low), at_y(p.interval->high));
  }
  body += fmt::format("<polyline fill='none' stroke='{}' stroke-width='1.6' points='{}'/>\n", kBlue,
                      joined);
  for (const Point& p : plot.points) {
    body += fmt::format("<circle cx='{:.1f}' cy='{:.1f}' r='3.5' fill='{}'/>\n", at_x(p.x),
                        at_y(p.value), kBlue);
  }
  body += line(kLeft, kBottom, kRight, kBottom, kInk);
  return picture(kWidth, kHeight, plot.title, body);
}

std::string matrix_svg(const MatrixChart& plot) {
  const size_t size = plot.labels.size();
  FT_CHECK(size > 0 && plot.counts.size() == size, "{}", plot.title);
  constexpr double kLeft = 82, kTop = 52, kCell = 40, kRow = 26;
  const double right = kLeft + kCell * static_cast<double>(size);
  const double bottom = kTop + kRow * static_cast<double>(size);
  std::string body = heading(plot.title, "") + text(8, kTop - 8, plot.row_title) +
                     text(right, bottom + 30, plot.column_title, "end");
  for (size_t row = 0; row < size; ++row) {
    FT_CHECK(plot.counts[row].size() == size, "{}", plot.title);
    const double y = kTop + kRow * static_cast<double>(row);
    const double middle = kLeft + kCell * (static_cast<double>(row) + 0.5);
    body += text(kLeft - 6, y + kRow / 2 + 4, plot.labels[row], "end", kInk);
    body += text(middle, bottom + 14, plot.labels[row], "middle", kInk, 9);
    int64_t all = 0;
    for (const int64_t count : plot.counts[row]) all += count;
    for (size_t column = 0; column < size; ++column) {
      const int64_t count = plot.counts[row][column];
      const double x = kLeft + kCell * static_cast<double>(column);
      const double share = all > 0 ? static_cast<double>(count) / static_cast<double>(all) : 0;
      body += box(x + 0.5, y + 0.5, kCell - 1, kRow - 1, kGrid, 0.45);
      if (count == 0) continue;
      body += box(x + 0.5, y + 0.5, kCell - 1, kRow - 1, kBlue, 0.15 + 0.8 * share);
      body += text(x + kCell / 2, y + kRow / 2 + 4, std::to_string(count), "middle",
                   share > 0.5 ? "#ffffff" : kInk);
    }
  }
  return picture(right + 12, bottom + 40, plot.title, body);
}

}  // namespace flowtalk::evaluate
