#include "flowtalk/pipeline/metrics.h"

#include <algorithm>
#include <filesystem>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/base/part.h"
#include "flowtalk/evaluate/part_file.h"
#include "flowtalk/evaluate/sequence_files.h"
#include "flowtalk/evaluate/setup.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

// The folders in which region lists and the template are looked for, in this order. Error: a named
// one without any list.
std::vector<fs::path> setup_folders(const MetricsOptions& o) {
  std::vector<fs::path> folders;
  for (const std::string& name : o.regions) {
    const fs::path folder = name;
    const bool any = fs::exists(folder / "lve.txt") || fs::exists(folder / "fdd.txt") ||
                     fs::exists(folder / "eve.txt") || fs::exists(folder / "FLAME_masks.pkl") ||
                     fs::is_regular_file(folder);
    if (!any) {
      fail("{} {}: expected a folder with lve.txt, fdd.txt, eve.txt, or a file of FLAME's masks",
           Field("regions"), name);
    }
    folders.push_back(folder);
  }
  if (fs::is_directory(o.ground_truth)) folders.emplace_back(o.ground_truth);
  return folders;
}

void note_cuts(evaluate::Report& report) {
  int64_t sequences = 0, frames = 0;
  for (const auto& sequence : report.sequences) {
    sequences += sequence.cut_frames > 0;
    frames += sequence.cut_frames;
  }
  if (sequences > 0) {
    report.notes.push_back(
        fmt::format("{} frames of {} sequences were cut, where one side was longer than the other",
                    frames, sequences));
  }
}

// NAME_condition_SUBJECT: what these are, since the name does not say it.
void note_conditions(evaluate::Report& report,
                     const std::vector<evaluate::SequenceFiles>& sequences) {
  for (const evaluate::SequenceFiles& files : sequences) {
    const std::string& name = files.predictions.front().name;
    if (name == files.name || !name.starts_with(files.name + "_condition_")) continue;
    report.notes.push_back(fmt::format(
        "{} and its like: predictions under other conditions count as samples of one sequence",
        name));
    return;
  }
}

void note_samples(evaluate::Report& report) {
  const int64_t samples = report.sequences.front().samples;
  if (samples % 2 != 0) {
    report.notes.push_back(fmt::format(
        "Diversity left out: it pairs samples, so it needs an even number, here {}", samples));
  }
  if (report.sequences.size() < 2) {
    report.notes.push_back("no intervals: they need two sequences at least");
  }
}

// The first few in full, the others by their number.
void warn_of(const std::vector<std::string>& remarks, const Reporter& reporter) {
  constexpr size_t kShown = 6;
  for (size_t i = 0; i < std::min(kShown, remarks.size()); ++i) reporter.warn(remarks[i]);
  if (remarks.size() <= kShown) return;
  reporter.warn(fmt::format("{} more such lines about other sequences", remarks.size() - kShown));
}

// What can be wrong with files shows in their headers: all are looked at before the long work.
void check_sequences(const std::vector<evaluate::SequenceFiles>& sequences,
                     const evaluate::SequenceReading& reading, const Reporter& reporter) {
  size_t samples = 0;
  std::vector<std::string> remarks;
  for (const evaluate::SequenceFiles& files : sequences) {
    const auto opened = evaluate::open_sequence(files, reading);
    remarks.insert(remarks.end(), opened.remarks.begin(), opened.remarks.end());
    const size_t found = opened.predictions.size();
    if (samples == 0) samples = found;
    if (found != samples) {
      fail("{} has {} samples, {} has {}; MEE, CE and diversity need the same number everywhere",
           sequences.front().name, samples, files.name, found);
    }
  }
  warn_of(remarks, reporter);
}

// Files that say their rate have it; what is said of rates here is for all others.
evaluate::SequenceReading sequence_reading(const MetricsOptions& o, const face::Deformer& deformer,
                                           int64_t vertices) {
  evaluate::SequenceReading reading{deformer, vertices, o.max_cut.value_or(1),
                                    o.reading.reading(deformer.face().axes)};
  reading.motion.rate_hz = 0;
  reading.prediction_hz = o.reading.motion_fps.value_or(FrameRate{}).hz();
  reading.truth_hz = o.ground_truth_fps ? o.ground_truth_fps->hz() : reading.prediction_hz;
  return reading;
}

evaluate::Report of_files(const MetricsOptions& o, const Reporter& reporter) {
  if (o.ground_truth.empty() || o.predictions.empty()) {
    fail_usage("{} and {} belong together; give both", Field("ground_truth"), Field("predictions"));
  }
  const auto sequences = evaluate::pair_sequences(o.ground_truth, o.predictions);
  const face::Face& face = face::load_face(o.face);
  const face::Deformer deformer(face);
  evaluate::Report report;
  report.title = "Evaluation of " + fs::path(o.predictions).filename().string();
  report.facts = {{"ground truth", o.ground_truth}, {"predictions", o.predictions}};
  const int64_t vertices = evaluate::vertex_count(sequences.front(), face);
  const auto setup = evaluate::load_setup({setup_folders(o), o.template_file, &face, vertices});
  report.setup = setup.measure;
  report.notes = setup.notes;
  note_conditions(report, sequences);
  const evaluate::SequenceReading reading = sequence_reading(o, deformer, vertices);
  check_sequences(sequences, reading, reporter);
  ThreadPool pool(o.model.sampling.model.threads);
  const auto count = static_cast<int64_t>(sequences.size());
  const Advance advance = reporter.begin("evaluate", count, "sequences");
  report.sequences = evaluate::measure_all(
      report.setup, count,
      [&](int64_t i) {
        return evaluate::open_sequence(sequences[static_cast<size_t>(i)], reading);
      },
      pool, [&](int64_t) { advance(1, ""); });
  return report;
}

evaluate::Report of_model(const MetricsOptions& o, const Reporter& reporter) {
  const face::Face& face = face::load_face(o.face);
  const auto setup =
      evaluate::load_setup({setup_folders(o), o.template_file, &face, face.vertex_count()});
  evaluate::Report report =
      o.model.run(face, setup.measure, o.max_cut.value_or(flame::kFps), reporter);
  report.facts.emplace_back("face", face.name.empty() ? o.face : face.name);
  report.notes.insert(report.notes.begin(), setup.notes.begin(), setup.notes.end());
  return report;
}

// Where a report goes: to the file that was named, else into the output folder, else nowhere.
fs::path report_path(const std::string& file, const std::string& folder, const char* name,
                     const char* ending) {
  const fs::path path = !file.empty()    ? fs::path(file)
                        : folder.empty() ? ""
                                         : fs::path(folder) / name;
  check_report(path, ending);
  return path;
}

// The part of a model's evaluation that is asked for. Usage Error: what a part cannot have.
Part checked_part(const MetricsOptions& o, bool of_two_folders) {
  const Part part = of_two_folders || o.merge ? Part() : part_of(o.model.part, environment);
  if ((part.count > 1 || o.merge) && o.output.empty()) {
    fail_usage("parts are kept in a folder; give {}", Field("output"));
  }
  if (part.count > 1 && !(o.json.empty() && o.card.empty())) {
    fail_usage("{} and {}: a part has no figures; give them with {}", Field("json"), Field("card"),
               Field("merge"));
  }
  if (o.merge && (of_two_folders || o.given("part"))) {
    fail_usage("{} joins what is in {}; leave {}, {} and {} out", Field("merge"), Field("output"),
               Field("ground_truth"), Field("predictions"), Field("part"));
  }
  return part;
}

}  // namespace

Measured measure(const MetricsOptions& o, const Reporter& reporter) {
  const bool of_two_folders = !o.ground_truth.empty() || !o.predictions.empty();
  if (of_two_folders) {
    o.model.refuse_with_files(o.given);
  } else {
    refuse_reading(o.given, "a data set says it itself");
    if (o.given("ground_truth_fps")) {
      fail_usage("{} is of recorded files; a data set says its rate itself, so leave it out",
                 Field("ground_truth_fps"));
    }
  }
  o.model.sampling.check(o.given, o.model.num_samples);
  const Part part = checked_part(o, of_two_folders);
  const fs::path json = report_path(o.json, o.output, "metrics.json", ".json");
  const fs::path card = report_path(o.card, o.output, "card.html", ".html");
  Measured measured{o.merge          ? evaluate::join_parts(o.output)
                    : of_two_folders ? of_files(o, reporter)
                                     : of_model(o, reporter),
                    part.count > 1,
                    {}};
  evaluate::Report& report = measured.report;
  if (measured.of_part) {
    evaluate::save_part(o.output, report, part);
    return measured;
  }
  report.command = o.command;
  report.behaviour = evaluate::behaviour_values(report.sequences, report.bootstrap);
  note_samples(report);
  note_cuts(report);
  if (!json.empty()) save_file(json, evaluate::report_json(report).dump(2) + "\n");
  if (!card.empty()) save_file(card, evaluate::report_card(report));
  for (const fs::path& path : {json, card}) {
    if (!path.empty()) measured.written.push_back(path.string());
  }
  return measured;
}

}  // namespace flowtalk::pipeline
