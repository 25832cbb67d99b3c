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

}  // namespace flowtalk::evaluate
