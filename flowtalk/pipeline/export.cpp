#include "flowtalk/pipeline/export.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/motion/motion_file.h"

namespace flowtalk::pipeline {

// Each in a file of its own.
void export_vertices(const Scene&, const std::filesystem::path& file, const Reporter&);

namespace {

constexpr std::array kExporters = {
    Exporter{"vertices", "the posed mesh of every frame, (T, V, 3) float32 in metres", ".npy",
             export_vertices},
};

bool is_zero(const motion::Track& part) {
  for (int64_t t = 0; t < part.rows(); ++t) {
    for (const float x : part.at(t)) {
      if (x != 0) return false;
    }
  }
  return true;
}

// A part of its own file takes the place of zeros in the motion, and of nothing else.
void put(motion::Track& part, motion::Track by, const std::string& option,
         const std::string& params) {
  if (!is_zero(part)) {
    fail_usage("{}: {} holds these values already; leave one out", Field(option), params);
  }
  part = std::move(by);
}

motion::MotionFile load(const ExportOptions& o, motion::Axes axes) {
  motion::MotionFile file;
  if (!o.params.empty()) file = motion::open_motion(o.params, axes, o.prefix);
  motion::Motion& p = file.motion;
  const auto add = [&](const std::string& path, motion::Track& part, int64_t width, bool narrower,
                       const char* option) {
    if (!path.empty()) put(part, motion::load_track(path, width, narrower), option, o.params);
  };
  add(o.shape, p.shape, flame::kShape, true, "shape");
  add(o.expression, p.expression, flame::kExpression, true, "expression");
  add(o.global, p.root, 3, false, "global");
  add(o.neck, p.neck, 3, false, "neck");
  add(o.jaw, p.jaw, 3, false, "jaw");
  add(o.eyes, p.eyes, 6, false, "eyes");
  add(o.transl, p.translation, 3, false, "transl");
  if (!o.pose.empty()) {
    const motion::Track pose = motion::load_track(o.pose, 15);
    const std::array<std::pair<motion::Track*, int64_t>, 4> parts{
        {{&p.root, 0}, {&p.neck, 3}, {&p.jaw, 6}, {&p.eyes, 9}}};
    for (const auto& [part, first] : parts) {
      put(*part, {pose.table, first, part == &p.eyes ? 6 : 3}, "pose", o.params);
    }
  }
  if (p.frames() == 0) fail_usage("which motion? for example: {} happy.npy", Field("params"));
  motion::check_lengths(p, o.params.empty() ? "the arrays" : o.params);
  return file;
}

const Exporter& exporter_of(const std::string& format) {
  const auto found = std::find_if(kExporters.begin(), kExporters.end(),
                                  [&](const Exporter& e) { return e.name == format; });
  if (found != kExporters.end()) return *found;
  std::vector<std::string> names;
  for (const Exporter& e : kExporters) names.emplace_back(e.name);
  fail_usage("export: format '{}' is unknown{}; expected one of {}", format,
             did_you_mean(format, names), fmt::join(names, ", "));
}

}  // namespace

std::span<const Exporter> exporters() { return kExporters; }

Exported export_motion(const std::string& format, ExportOptions o, const Reporter& reporter) {
  const Exporter& exporter = exporter_of(format);
  o.face.subject = o.subject;
  if (o.output.empty()) fail_usage("where to? give {} FILE{}", Field("output"), exporter.ending);
  check_writable(o.output);
  refuse_to_replace(o.output, {o.params, o.shape, o.expression, o.global, o.neck, o.jaw, o.eyes,
                               o.pose, o.transl, o.face.face, o.face.templates});
  check_subject(o.face);
  const ChosenFace chosen = choose_face(o.face);
  auto [motion, unused] = load(o, chosen.face.axes);
  for (const std::string& name : unused) {
    reporter.warn(o.params + ": array " + name + " is not used");
  }
  warn_of_lost_coefficients(motion, chosen.face, reporter);
  note_new_folders({o.output}, reporter);
  ThreadPool pool(o.threads);
  exporter.write({chosen.face, motion, chosen.shape, pool}, o.output, reporter);
  return {motion.frames(), chosen.face.vertex_count()};
}

}  // namespace flowtalk::pipeline
