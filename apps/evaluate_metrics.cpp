// flowtalk evaluate --ground-truth ... / --dataset ...: the field's metrics.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "apps/evaluate_commands.h"
#include "apps/model_evaluation.h"
#include "apps/outputs.h"
#include "apps/performance.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/evaluate/report.h"
#include "flowtalk/evaluate/sequence_files.h"
#include "flowtalk/evaluate/setup.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  flowtalk evaluate --ground-truth recorded --predictions predicted --regions regions \\\n"
    "      --json metrics.json\n"
    "  flowtalk evaluate --dataset datasets/mead --num-samples 10 -o outputs/evaluation\n"
    "A folder holds one .npy file per sequence, or .npz or .safetensors files of many. Arrays are\n"
    "vertices (T, V, 3) in metres or FLAME parameters (T, 403), (T, 353), (T, 53); several "
    "samples\n"
    "are a first axis, or files NAME_0.npy, NAME_1.npy, ... or NAME_sample0.npy, ...\n"
    "docs/math/metrics.md defines every figure and the JSON.\n";

struct MetricsCommand {
  std::string truth, predictions, face = "builtin", template_file, json, card, output;
  std::vector<std::string> regions;
  int64_t max_cut = -1;  // below zero: the default of the form
  ModelEvaluation model;
  bool quiet = false;

  bool of_files() const { return !truth.empty() || !predictions.empty(); }
};

void declare(CLI::App& app, MetricsCommand& c) {
  app.add_option("--ground-truth,--gt", c.truth, "folder of recorded sequences");
  app.add_option("--predictions", c.predictions, "folder of predicted ones");
  app.add_option(
      "--regions", c.regions,
      "folders with lve.txt, fdd.txt, eve.txt; default: beside the ground truth, else those "
      "of the built-in head");
  app.add_option("--template", c.template_file,
                 "the mesh at rest, for FDD (.npy, .safetensors); default: template.npy beside the "
                 "regions or the ground truth, else that of the face");
  app.add_option("--face", c.face, "whose vertices parameters stand for: builtin, or a FLAME file");
  app.add_option(
         "--max-cut", c.max_cut,
         "how many frames lengths may differ by; the longer is cut (default 1 for files, 25 "
         "for a data set)")
      ->check(CLI::Range(0, 1000000));
  c.model.add_to(app);
  app.add_option("--json", c.json, "write all figures to this file");
  app.add_option("--card,--html", c.card, "write a page with figures and plots to this file");
  app.add_option("-o,--output", c.output, "write metrics.json and card.html to this folder");
  app.add_flag("-q,--quiet", c.quiet, "no progress and no table");
  app.footer(kFooter);
}

// The folders in which region lists and the template are looked for, in this order. Error: a named
// one without any list.
std::vector<fs::path> setup_folders(const MetricsCommand& c) {
  std::vector<fs::path> folders;
  for (const std::string& name : c.regions) {
    const fs::path folder = name;
    const bool any = fs::exists(folder / "lve.txt") || fs::exists(folder / "fdd.txt") ||
                     fs::exists(folder / "eve.txt");
    if (!any) fail("--regions {}: expected a folder with lve.txt, fdd.txt, eve.txt", name);
    folders.push_back(folder);
  }
  if (fs::is_directory(c.truth)) folders.emplace_back(c.truth);
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

// What can be wrong with files shows in their headers: all are looked at before the long work.
void check_sequences(const std::vector<evaluate::SequenceFiles>& sequences,
                     const evaluate::SequenceReading& reading) {
  size_t samples = 0;
  for (const evaluate::SequenceFiles& files : sequences) {
    const size_t found = evaluate::open_sequence(files, reading).predictions.size();
    if (samples == 0) samples = found;
    if (found != samples) {
      fail("{} has {} samples, {} has {}; MEE, CE and diversity need the same number everywhere",
           sequences.front().name, samples, files.name, found);
    }
  }
}

evaluate::Report of_files(const MetricsCommand& c) {
  if (c.truth.empty() || c.predictions.empty()) {
    fail_usage("--ground-truth and --predictions belong together; give both");
  }
  const auto sequences = evaluate::pair_sequences(c.truth, c.predictions);
  const face::Face& face = face::load_face(c.face);
  const face::Deformer deformer(face);
  evaluate::Report report;
  report.title = "Evaluation of " + fs::path(c.predictions).filename().string();
  report.facts = {{"ground truth", c.truth}, {"predictions", c.predictions}};
  const int64_t vertices = evaluate::vertex_count(sequences.front(), face);
  const auto setup = evaluate::load_setup({setup_folders(c), c.template_file, &face, vertices});
  report.setup = setup.measure;
  report.notes = setup.notes;
  const evaluate::SequenceReading reading{deformer, vertices, c.max_cut < 0 ? 1 : c.max_cut};
  check_sequences(sequences, reading);
  ThreadPool pool(c.model.performance.model.threads);
  const auto count = static_cast<int64_t>(sequences.size());
  Progress progress("evaluate", count, "sequences", c.quiet);
  report.sequences = evaluate::measure_all(
      report.setup, count,
      [&](int64_t i) {
        return evaluate::open_sequence(sequences[static_cast<size_t>(i)], reading);
      },
      pool, [&](int64_t) { progress.advance(); });
  return report;
}

evaluate::Report of_model(const MetricsCommand& c) {
  const face::Face& face = face::load_face(c.face);
  const auto setup =
      evaluate::load_setup({setup_folders(c), c.template_file, &face, face.vertex_count()});
  evaluate::Report report =
      c.model.run(face, setup.measure, c.max_cut < 0 ? flame::kFps : c.max_cut, c.quiet);
  report.facts.emplace_back("face", face.name.empty() ? c.face : face.name);
  report.notes.insert(report.notes.begin(), setup.notes.begin(), setup.notes.end());
  return report;
}

std::string quoted(const std::string& word) {
  const std::string plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+";
  const bool simple = !word.empty() && word.find_first_not_of(plain) == std::string::npos;
  return simple ? word : "'" + word + "'";
}

}  // namespace

int evaluate_metrics(const Args& args) {
  MetricsCommand c;
  CLI::App app(
      "Measures predicted faces against recorded ones: files (--ground-truth, --predictions), or a "
      "model that predicts a data set (--dataset). 'flowtalk evaluate lips' needs no ground truth.",
      "flowtalk evaluate");
  declare(app, c);
  if (!parse(app, args)) return 0;
  if (c.of_files()) c.model.refuse_with_files(app);
  c.model.performance.check_chance(app);
  const std::optional<fs::path> folder =
      c.output.empty() ? std::nullopt : std::optional<fs::path>(c.output);
  const fs::path json = !c.json.empty() ? fs::path(c.json) : folder ? *folder / "metrics.json" : "";
  const fs::path card = !c.card.empty() ? fs::path(c.card) : folder ? *folder / "card.html" : "";
  check_report(json, ".json");
  check_report(card, ".html");
  evaluate::Report report = c.of_files() ? of_files(c) : of_model(c);
  report.command = "flowtalk evaluate";
  for (const std::string& word : args) report.command += " " + quoted(word);
  report.behaviour = evaluate::behaviour_values(report.sequences, report.bootstrap);
  note_samples(report);
  note_cuts(report);
  if (!json.empty()) save_file(json, evaluate::report_json(report).dump(2) + "\n");
  if (!card.empty()) save_file(card, evaluate::report_card(report));
  if (c.quiet) return 0;
  fmt::print("{}", evaluate::report_table(report));
  for (const std::string& note : report.notes) fmt::print("{}\n", note);
  for (const fs::path& path : {json, card}) {
    if (!path.empty()) fmt::print("written: {}\n", path.string());
  }
  return 0;
}

}  // namespace flowtalk::apps
