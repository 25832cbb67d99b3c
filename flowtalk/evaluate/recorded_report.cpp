#include "flowtalk/evaluate/recorded_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "flowtalk/evaluate/lively_curves.h"
#include "flowtalk/evaluate/page.h"
#include "flowtalk/evaluate/plots.h"

namespace flowtalk::evaluate {
namespace {

using Chosen = std::vector<const RecordedClip*>;

Chosen of_source(const RecordedReport& report, Source source) {
  Chosen clips;
  for (const RecordedClip& clip : report.clips) {
    if (clip.source == source) clips.push_back(&clip);
  }
  return clips;
}

// Figures that stand in one table, and what its lines hold: a name of a source, then cells.
struct Table {
  std::string_view title;
  std::vector<const RecordedFigure*> figures;
  std::vector<std::pair<std::string, std::vector<std::string>>> lines;
};

std::vector<std::string> cells_of(const std::vector<const RecordedFigure*>& figures,
                                  const Chosen& clips) {
  std::vector<std::string> cells;
  for (const RecordedFigure* figure : figures) {
    for (const Side side : figure->sides) {
      const auto value = figure->of(clips, side);
      cells.push_back(value ? fmt::format("{:.{}f}", *value, figure->decimals) : "-");
    }
  }
  return cells;
}

std::vector<Table> tables_of(const RecordedReport& report) {
  std::vector<Table> tables;
  for (const RecordedFigure& figure : recorded_figures()) {
    if (tables.empty() || tables.back().title != figure.group) {
      tables.push_back({figure.group, {}, {}});
    }
    tables.back().figures.push_back(&figure);
  }
  for (Table& table : tables) {
    for (size_t k = 0; k < kSources; ++k) {
      const Chosen clips = of_source(report, static_cast<Source>(k));
      if (clips.empty()) continue;
      auto cells = cells_of(table.figures, clips);
      if (std::ranges::all_of(cells, [](const std::string& cell) { return cell == "-"; })) continue;
      table.lines.emplace_back(fmt::format("{}, {}", name_of(static_cast<Source>(k)), clips.size()),
                               std::move(cells));
    }
  }
  std::erase_if(tables, [](const Table& table) { return table.lines.empty(); });
  return tables;
}

std::string text_of(const Table& table) {
  constexpr size_t kCell = 9, kName = 28;
  std::string above = fmt::format("{:<{}}", table.title, kName), below(kName, ' ');
  for (const RecordedFigure* figure : table.figures) {
    const size_t width = std::max(kCell * figure->sides.size(), figure->name.size() + 2);
    above += fmt::format("{:>{}}", figure->name, width);
    below += std::string(width - kCell * figure->sides.size(), ' ');
    for (const Side side : figure->sides) below += fmt::format("{:>{}}", name_of(side), kCell);
  }
  std::string text = above + "\n" + below + "\n";
  for (const auto& [name, cells] : table.lines) {
    text += fmt::format("{:<{}}", name, kName);
    size_t i = 0;
    for (const RecordedFigure* figure : table.figures) {
      const size_t width = std::max(kCell * figure->sides.size(), figure->name.size() + 2);
      text += std::string(width - kCell * figure->sides.size(), ' ');
      for (size_t k = 0; k < figure->sides.size(); ++k) {
        text += fmt::format("{:>{}}", cells[i++], kCell);
      }
    }
    text += "\n";
  }
  return text;
}

std::string html_of(const Table& table) {
  std::string above = "<tr><th></th>", below = "<tr><th></th>", rows;
  for (const RecordedFigure* figure : table.figures) {
    above += fmt::format("<th colspan='{}'>{}</th>", figure->sides.size(),
                         escape_html(std::string(figure->name)));
    for (const Side side : figure->sides) below += fmt::format("<th>{}</th>", name_of(side));
  }
  for (const auto& [name, cells] : table.lines) {
    rows += fmt::format("<tr><td>{}</td>", escape_html(name));
    for (const std::string& cell : cells) rows += fmt::format("<td>{}</td>", cell);
    rows += "</tr>\n";
  }
  return fmt::format("<h2>{}</h2>\n<section><table>\n{}</tr>\n{}</tr>\n{}</table></section>\n",
                     escape_html(std::string(table.title)), above, below, rows);
}

Json figures_json(const Chosen& clips) {
  Json json = Json::object();
  for (const RecordedFigure& figure : recorded_figures()) {
    for (const Side side : figure.sides) {
      const auto value = figure.of(clips, side);
      json[std::string(figure.key)][std::string(name_of(side))] = value ? Json(*value) : Json();
    }
  }
  return json;
}

double r_of(const RecordedClip& clip) {
  return clip.sides[static_cast<size_t>(Side::kModel)].r.value_or(0);
}

// From 0 at the 5th to 1 at the 95th percentile.
Curve curve_of(const std::string& label, const std::vector<double>& lips) {
  const double low = quantile(lips, 0.05), range = std::max(quantile(lips, 0.95) - low, 1e-9);
  Curve curve{label, {}};
  for (const double gap : lips) {
    curve.values.push_back(static_cast<float>(std::max(0.0, (gap - low) / range)));
  }
  return curve;
}

std::string plots_of(const RecordedReport& report) {
  constexpr size_t kShown = 250;  // frames
  std::string plots;
  for (size_t k = 0; k < kSources; ++k) {
    Chosen clips = of_source(report, static_cast<Source>(k));
    std::erase_if(clips, [](const RecordedClip* clip) { return clip->person_lips.empty(); });
    if (clips.empty()) continue;
    std::ranges::sort(clips, {}, [](const RecordedClip* clip) { return r_of(*clip); });
    const RecordedClip& clip = *clips[clips.size() / 2];
    TimeChart chart{fmt::format("{}: {}", name_of(clip.source), clip.name),
                    "of the range",
                    flame::kFps,
                    {curve_of("person", clip.person_lips), curve_of("model", clip.model_lips)}};
    for (Curve& curve : chart.curves) {
      curve.values.resize(std::min(curve.values.size(), kShown));
    }
    plots += curves_svg(chart);
  }
  if (plots.empty()) return "";
  return "<h2>Lips over time</h2>\n<section>" + plots +
         "</section>\n<p class='quiet'>The clip of each source whose r is the median, its first "
         "ten "
         "seconds.</p>\n";
}

}  // namespace

std::string recorded_table(const RecordedReport& report) {
  std::string text;
  for (const Table& table : tables_of(report)) text += text_of(table) + "\n";
  text +=
      "medians over clips, whose number stands behind the source; counts are sums; loudness: "
      "of the voice\nalone, in the place of lips; chance: the model's lips at another time\n";
  return text;
}

Json recorded_json(const RecordedReport& report) {
  Json json;
  json["format"] = 1;
  json["command"] = report.command;
  for (const auto& [name, value] : report.facts) json["facts"][name] = value;
  for (size_t k = 0; k < kSources; ++k) {
    const Chosen clips = of_source(report, static_cast<Source>(k));
    if (clips.empty()) continue;
    Json& source = json["sources"][std::string(key_of(static_cast<Source>(k)))];
    source["clips"] = clips.size();
    source["figures"] = figures_json(clips);
    for (const RecordedClip* clip : clips) source["files"][clip->name] = figures_json({clip});
  }
  return json;
}

std::string recorded_card(const RecordedReport& report) {
  std::string body;
  for (const Table& table : tables_of(report)) body += html_of(table);
  body +=
      "<p class='quiet'>Medians over clips, whose number stands behind the source; counts are "
      "sums. Loudness: of the voice alone, in the place of lips. Chance: the model's lips at "
      "another time.</p>\n" +
      plots_of(report) + "<h2>Facts</h2>\n<section><dl>";
  for (const auto& [name, value] : report.facts) {
    body += fmt::format("<dt>{}</dt><dd>{}</dd>", escape_html(name), escape_html(value));
  }
  body += fmt::format("<dt>command</dt><dd><code>{}</code></dd></dl></section>\n",
                      escape_html(report.command));
  return page_of("Beside recorded people",
                 "Predicted faces beside those of people who spoke, on the same voices. Made by "
                 "flowtalk evaluate recorded.",
                 body);
}

}  // namespace flowtalk::evaluate
