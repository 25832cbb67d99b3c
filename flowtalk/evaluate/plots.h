// Small plots as inline SVG, without scripts or outside files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flowtalk/evaluate/metrics.h"

namespace flowtalk::evaluate {

// & < > " ' as entities.
std::string escape_html(const std::string& text);

// How many values lie where; a band for the interval of the mean and a line for the mean.
struct Histogram {
  std::string title, unit;
  std::vector<double> values;  // at least one
  double mean = 0;
  std::optional<Interval> interval;
};
std::string histogram_svg(const Histogram& plot);

struct Bar {
  std::string label;
  double value = 0;  // 0 or more
  std::optional<Interval> interval;
  int64_t count = 0;
};
struct BarChart {
  std::string title, unit;
  std::vector<Bar> bars;  // at least one
};
std::string bars_svg(const BarChart& plot);

struct Curve {
  std::string label;
  std::vector<float> values;  // one per frame
};
struct TimeChart {
  std::string title, unit;
  double frames_per_second = 25;
  std::vector<Curve> curves;  // 1 to 3
};
std::string curves_svg(const TimeChart& plot);

// A figure against a quantity, joined by lines, with intervals.
struct Point {
  double x = 0, value = 0;  // 0 or more
  std::optional<Interval> interval;
};
struct PointChart {
  std::string title, unit, x_title;
  std::vector<Point> points;  // at least one, x rising
};
std::string points_svg(const PointChart& plot);

// Counts of rows by columns of the same labels; the shade is the share of the row.
struct MatrixChart {
  std::string title, row_title, column_title;
  std::vector<std::string> labels;
  std::vector<std::vector<int64_t>> counts;  // a row per label
};
std::string matrix_svg(const MatrixChart& plot);

}  // namespace flowtalk::evaluate
