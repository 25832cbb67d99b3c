#include "flowtalk/pipeline/liveliness.h"

#include <filesystem>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/evaluate/people.h"
#include "flowtalk/face/face.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;

Json json_of(const evaluate::LivelyValue& value) {
  Json json;
  json["median"] = value.median ? Json(*value.median) : Json();
  json["least"] = value.least ? Json(*value.least) : Json();
  json["most"] = value.most ? Json(*value.most) : Json();
  json["files"] = value.faces;
  return json;
}

Json json_of(const std::vector<evaluate::LivingFace>& faces) {
  Json json;
  const auto figures = evaluate::lively_figures();
  const auto values = evaluate::pooled(faces);
  for (size_t i = 0; i < figures.size(); ++i) {
    json["pooled"][std::string(figures[i].key)] = json_of(values[i]);
  }
  for (const evaluate::LivingFace& face : faces) {
    Json& of_file = json["files"][face.name];
    for (const evaluate::LivelyFigure& figure : figures) {
      const auto value = figure.of(face);
      of_file[std::string(figure.key)] = value ? Json(*value) : Json();
    }
  }
  return json;
}

void save_report(const LivelinessReport& report, const std::string& path) {
  Json json;
  if (!report.people.empty()) json["people"] = json_of(report.people);
  if (!report.made.empty()) json["motion"] = json_of(report.made);
  save_file(path, json.dump(2) + "\n");
}

std::string cell_of(const evaluate::LivelyValue& value) {
  if (!value.median) return fmt::format("{:>28}", "-");
  return fmt::format("{:>9.2f} {:>18}", *value.median,
                     fmt::format("[{:.2f}, {:.2f}]", *value.least, *value.most));
}

}  // namespace

LivelinessReport measure_liveliness(const LivelinessOptions& o, const Reporter& reporter) {
  if (o.motion.empty() && o.recordings.empty()) {
    fail_usage("which motion? for example: flowtalk evaluate liveliness lively.npz, or {}",
               Field("recordings"));
  }
  if (o.motion.empty()) refuse_reading(o.given, "no motion file is given");
  check_report(o.json, ".json");
  const motion::Axes axes = face::load_face(o.face).axes;
  LivelinessReport report;
  for (const std::string& path : o.motion) {
    const motion::MotionFile file = read_motion(path, axes, o.reading, reporter);
    report.made.push_back(evaluate::living_face(fs::path(path).filename().string(), file.motion));
  }
  if (!o.recordings.empty()) report.people = evaluate::load_people(o.recordings);
  if (!o.json.empty()) save_report(report, o.json);
  return report;
}

std::string text_of(const LivelinessReport& report) {
  const auto people = evaluate::pooled(report.people), made = evaluate::pooled(report.made);
  const auto figures = evaluate::lively_figures();
  std::string text = fmt::format("{:<36} {:>28} {:>28}\n", "", "people", "motion");
  for (size_t i = 0; i < figures.size(); ++i) {
    if (!people[i].median && !made[i].median) continue;
    text += fmt::format("{:<36} {} {}\n", figures[i].name, cell_of(people[i]), cell_of(made[i]));
  }
  return text + fmt::format("medians of {} recordings and {} motion files [least, most]\n",
                            report.people.size(), report.made.size());
}

}  // namespace flowtalk::pipeline
