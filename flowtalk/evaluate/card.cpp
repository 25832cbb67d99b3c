// The evaluation card: one HTML file that explains itself.
#include <algorithm>
#include <string_view>

#include "flowtalk/base/flame_layout.h"
#include "flowtalk/evaluate/page.h"
#include "flowtalk/evaluate/plots.h"
#include "flowtalk/evaluate/report.h"

namespace flowtalk::evaluate {
namespace {

constexpr size_t kHardest = 10;

std::string unit_of(const MetricInfo& metric) { return metric.metres == 1 ? "mm" : "mm²"; }

std::string label_of(const MetricInfo& metric) {
  return metric.id == Metric::kFddAbsolute ? "|FDD|" : std::string(metric.key);
}

std::string figure(double value) { return fmt::format("{:.4g}", value); }

std::string row_of(const MetricInfo& metric, const MetricValues& values,
                   const MetricIntervals& intervals) {
  const auto id = static_cast<size_t>(metric.id);
  const double scale = to_millimetres(metric);
  std::string value = "–", si = "–", range = "–";
  if (values[id]) {
    value = figure(scale * *values[id]) + " " + unit_of(metric);
    si = fmt::format("{:.4e} {}", *values[id], metric.metres == 1 ? "m" : "m²");
  }
  if (intervals[id]) {
    range = figure(scale * intervals[id]->low) + " to " + figure(scale * intervals[id]->high);
  }
  return fmt::format(
      "<tr><td><b>{}</b></td><td>{}</td><td>{}</td><td class='quiet'>{}</td>"
      "<td class='text'>{}: {}</td></tr>\n",
      label_of(metric), value, range, si, metric.title, metric.meaning);
}

std::string figures_section(const Report& report, const MetricValues& values,
                            const MetricIntervals& intervals) {
  std::string body =
      "<h2>Figures</h2>\n<section><table>\n<tr><th></th><th>value</th><th>95 % interval</th>"
      "<th>in SI units</th><th class='text'>meaning</th></tr>\n";
  for (const MetricInfo& metric : kMetrics) body += row_of(metric, values, intervals);
  body += "</table></section>\n";
  body += fmt::format(
      "<p class='quiet'>Lower is better, but for diversity, where higher means more varied "
      "answers, "
      "and FDD, which is best near 0. Intervals: percentile bootstrap, sequences resampled {} "
      "times, seed {}.</p>\n",
      report.bootstrap.resamples, report.bootstrap.seed);
  for (const std::string& note : report.notes) {
    body += "<p class='quiet'>" + escape_html(note) + "</p>\n";
  }
  return body;
}

// In millimetres where the unit is metres.
double card_scale(const BehaviourInfo& info) { return info.unit == "m" ? 1e3 : 1; }

std::string card_unit(const BehaviourInfo& info) {
  if (info.unit == "1") return "";
  if (info.unit == "m") return "mm";
  const std::string_view unit = info.unit;
  const size_t square = unit.find("^2");
  if (square == std::string_view::npos) return std::string(unit);
  return fmt::format("{}²{}", unit.substr(0, square), unit.substr(square + 2));
}

// A number, and below it in small print what else is to be said and its interval.
std::string number_cell(const std::string& value, const std::string& more,
                        const std::optional<Interval>& interval, double scale) {
  std::string below = more;
  if (interval) {
    below += (below.empty() ? "" : "<br>") + figure(scale * interval->low) + " to " +
             figure(scale * interval->high);
  }
  return fmt::format("<td>{}<br><small>{}</small></td>", value, below);
}

std::string best_of(const BehaviourInfo& info) {
  switch (info.better) {
    case Better::kHigher:
      return "higher is better";
    case Better::kLower:
      return "lower is better";
    case Better::kNearReference:
      break;
  }
  return info.reference == nullptr ? "" : "best near the one beside it";
}

std::string row_of(const BehaviourValue& value) {
  const BehaviourInfo& info = *value.info;
  const double scale = card_scale(info);
  const std::string unit = card_unit(info);
  const bool words = unit.find(' ') != std::string::npos;  // these stand in the small print
  std::string beside = "<td>–</td>";
  if (value.reference) {
    beside = number_cell(figure(scale * *value.reference), std::string(info.reference_name),
                         value.reference_interval, scale);
  }
  const std::string best = best_of(info);
  return fmt::format(
      "<tr><td><b>{}</b><br><small>{}</small></td>{}{}<td class='text'>{}{}</td></tr>\n",
      info.title, info.key,
      number_cell(figure(scale * *value.value) + (words || unit.empty() ? "" : " " + unit),
                  words ? unit : "", value.interval, scale),
      beside, info.meaning, best.empty() ? "" : "; " + best);
}

std::string spread_plot(const std::vector<BehaviourValue>& values) {
  PointChart chart{"Spread of samples", "mm", "temperature", {}};
  for (const double temperature : kSpreadTemperatures) {
    for (const BehaviourValue& value : values) {
      if (value.info->key != fmt::format("Spread_{}", temperature)) continue;
      const double scale = card_scale(*value.info);
      Point point{temperature, scale * *value.value, {}};
      if (value.interval) {
        point.interval = Interval{scale * value.interval->low, scale * value.interval->high};
      }
      chart.points.push_back(point);
    }
  }
  return chart.points.empty() ? "" : points_svg(chart);
}

std::string confusion_plot(const std::string& title, const Report& report,
                           const EmotionConfusion::Counts& counts) {
  return matrix_svg({title, "asked for", "judged as", report.emotions, counts});
}

// What the motion shows beyond distances; empty if nothing was measured.
std::string behaviour_section(const Report& report) {
  if (report.behaviour.empty()) return "";
  std::string body =
      "<h2>Behaviour</h2>\n<section><table>\n<tr><th></th><th>value</th><th>beside it</th>"
      "<th class='text'>meaning</th></tr>\n";
  for (const BehaviourValue& value : report.behaviour) body += row_of(value);
  body += "</table></section>\n";
  std::string plots, note = "In small print: 95 % intervals.";
  if (const auto confusion = emotion_confusion(report.sequences)) {
    plots += confusion_plot("Emotions of the predicted motion", report, confusion->prediction);
    plots += confusion_plot("Emotions of the recorded motion", report, confusion->truth);
    note += " Emotions are those that a classifier of motion sees; the squares count motions.";
  }
  plots += spread_plot(report.behaviour);
  if (!plots.empty()) body += "<section><div class='plots'>\n" + plots + "</div></section>\n";
  return body + "<p class='quiet'>" + note + "</p>\n";
}

std::string facts_section(const Report& report) {
  int64_t frames = 0;
  for (const SequenceMetrics& sequence : report.sequences) frames += sequence.frames;
  std::string body = "<h2>How it was measured</h2>\n<section><dl>\n";
  const auto put = [&](const std::string& name, const std::string& value) {
    body += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape_html(name), escape_html(value));
  };
  for (const auto& [name, value] : report.facts) put(name, value);
  put("sequences",
      fmt::format("{}, {} frames, {:.1f} s at {} frames per second", report.sequences.size(),
                  frames, static_cast<double>(frames) / flame::kFps, flame::kFps));
  put("samples", fmt::format("{} per sequence", report.sequences.front().samples));
  put("mesh",
      fmt::format("{} vertices; {} of the lips, {} of the upper face, {} of the eyes",
                  report.setup.vertices, report.setup.regions.lips.size(),
                  report.setup.regions.upper_face.size(), report.setup.regions.eyes.size()));
  body += "<dt>command</dt><dd><code>" + escape_html(report.command) + "</code></dd>\n";
  return body + "</dl></section>\n";
}

std::string spread_section(const Report& report, const MetricValues& values,
                           const MetricIntervals& intervals) {
  std::string plots;
  for (const MetricInfo& metric : kMetrics) {
    const auto id = static_cast<size_t>(metric.id);
    if (!values[id]) continue;
    const double scale = to_millimetres(metric);
    Histogram plot{label_of(metric), unit_of(metric), {}, scale * *values[id], std::nullopt};
    for (const SequenceMetrics& sequence : report.sequences) {
      plot.values.push_back(scale * *sequence.values[id]);
    }
    if (intervals[id]) {
      plot.interval = Interval{scale * intervals[id]->low, scale * intervals[id]->high};
    }
    plots += histogram_svg(plot);
  }
  return "<h2>Spread over sequences</h2>\n<section><div class='plots'>\n" + plots +
         "</div></section>\n<p class='quiet'>One tick below the axis per sequence. Orange: the "
         "overall figure and its interval.</p>\n";
}

BarChart chart_of(Metric metric, const std::vector<EmotionGroup>& groups,
                  const BootstrapOptions& options) {
  const auto id = static_cast<size_t>(metric);
  const double scale = to_millimetres(info(metric));
  BarChart chart{label_of(info(metric)), unit_of(info(metric)), {}};
  for (const EmotionGroup& group : groups) {
    const auto value = pool(group.sequences)[id];
    if (!value) continue;
    Bar bar{group.emotion, scale * *value, {}, static_cast<int64_t>(group.sequences.size())};
    if (const auto interval = bootstrap(group.sequences, options)[id]) {
      bar.interval = Interval{scale * interval->low, scale * interval->high};
    }
    chart.bars.push_back(bar);
  }
  return chart;
}

std::string emotion_section(const Report& report) {
  const std::vector<EmotionGroup> groups = by_emotion(report.sequences, report.conditions);
  if (groups.size() < 2) return "";
  std::string plots;
  for (const Metric metric : {Metric::kMve, Metric::kLve, Metric::kEve, Metric::kFddAbsolute}) {
    const BarChart chart = chart_of(metric, groups, report.bootstrap);
    if (!chart.bars.empty()) plots += bars_svg(chart);
  }
  return "<h2>By emotion</h2>\n<section><div class='plots'>\n" + plots +
         "</div></section>\n<p class='quiet'>Means with 95 % intervals.</p>\n";
}

// Indices of the sequences, largest lip error first; empty without lip vertices.
std::vector<size_t> by_lip_error(const Report& report) {
  const auto error = [&](size_t i) {
    return report.sequences[i].values[static_cast<size_t>(Metric::kLve)];
  };
  std::vector<size_t> order;
  for (size_t i = 0; i < report.sequences.size() && error(i); ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return *error(a) > *error(b); });
  return order;
}

std::string time_section(const Report& report, const std::vector<size_t>& order) {
  if (order.empty()) return "";
  TimeChart chart{"LVE over time", "mm²", flame::kFps, {}};
  std::vector<std::pair<std::string, size_t>> chosen = {{"best", order.back()}};
  if (order.size() >= 3) chosen.emplace_back("median", order[order.size() / 2]);
  if (order.size() >= 2) chosen.emplace_back("worst", order.front());
  for (const auto& [rank, i] : chosen) {
    const SequenceMetrics& sequence = report.sequences[i];
    Curve curve{order.size() == 1 ? sequence.name : rank + ": " + sequence.name, sequence.lve};
    for (float& value : curve.values) value *= 1e6f;
    chart.curves.push_back(std::move(curve));
  }
  return "<h2>Over time</h2>\n<section>" + curves_svg(chart) + "</section>\n";
}

std::string hardest_section(const Report& report, const std::vector<size_t>& order) {
  if (order.size() < 2) return "";
  std::string body =
      "<h2>Hardest sequences</h2>\n<section><table>\n<tr><th>sequence</th><th>frames</th>";
  for (const MetricInfo& metric : kMetrics) {
    body += fmt::format("<th>{} {}</th>", label_of(metric), unit_of(metric));
  }
  body += "</tr>\n";
  for (size_t rank = 0; rank < std::min(order.size(), kHardest); ++rank) {
    const SequenceMetrics& sequence = report.sequences[order[rank]];
    body += fmt::format("<tr><td>{}</td><td>{}</td>", escape_html(sequence.name), sequence.frames);
    for (const MetricInfo& metric : kMetrics) {
      const auto& value = sequence.values[static_cast<size_t>(metric.id)];
      body +=
          "<td>" + (value ? fmt::format("{:.3g}", to_millimetres(metric) * *value) : "–") + "</td>";
    }
    body += "</tr>\n";
  }
  return body + "</table></section>\n<p class='quiet'>By lip vertex error.</p>\n";
}

}  // namespace

std::string report_card(const Report& report) {
  const MetricValues values = pool(report.sequences);
  const MetricIntervals intervals = bootstrap(report.sequences, report.bootstrap);
  const std::vector<size_t> order = by_lip_error(report);
  return page_of(
      report.title,
      "Predicted faces against recorded ones, vertex by vertex. Made by flowtalk evaluate.",
      figures_section(report, values, intervals) + behaviour_section(report) +
          facts_section(report) + spread_section(report, values, intervals) +
          emotion_section(report) + time_section(report, order) + hardest_section(report, order));
}

}  // namespace flowtalk::evaluate
