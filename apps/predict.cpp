// flowtalk predict: voices in, motion files out.
#include <fmt/core.h>

#include <filesystem>
#include <set>

#include "apps/command_line.h"
#include "apps/commands.h"
#include "apps/outputs.h"
#include "apps/performance.h"
#include "apps/sweep.h"
#include "apps/voices.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/face/subjects.h"
#include "flowtalk/motion/motion_file.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  flowtalk predict voice.wav --emotion happy -o happy.npy\n"
    "  flowtalk predict voice.wav --emotion happy:0.6,surprised:0.4 --strength 0.8\n"
    "  flowtalk predict recordings/ --id M009 --emotion 6 --intensity 1 -o outputs/\n"
    "  flowtalk predict voice.wav --num-samples 3 --temperature lips:0.1,brows:0.8 --seed 7\n"
    "  flowtalk predict voice.wav --curve curve.json --guidance 1.5 -o performance.npy\n"
    "  flowtalk predict voice.wav --sweep -o outputs/\n"
    "Emotions: 0 neutral, 1 happy, 2 sad, 3 surprised, 4 fear, 5 disgusted, 6 angry, 7 contempt\n";

struct PredictCommand {
  std::vector<std::string> voices, emotions;
  std::string output, sweep;
  Performance performance;
  int samples = 1;
  int64_t width = 403;
  bool quiet = false;
};

void declare(CLI::App& app, PredictCommand& c) {
  app.add_option("VOICE,--wav-path", c.voices, "sound files, folders or globs");
  app.add_option("--emotion", c.emotions,
                 "a name, 0-7, a mix such as happy:0.6,surprised:0.4, or all; several times for a "
                 "file each (default neutral)")
      ->allow_extra_args(false);
  c.performance.add_to(app);
  c.performance.curve.add_to(app);
  add_sweep_to(app, c.sweep);
  app.add_option("--face", c.performance.face,
                 "of --temperature per region, where the model moves a FLAME face: its file");
  app.add_option("--num-samples", c.samples, "how many different answers per voice")
      ->check(CLI::Range(1, 1000));
  app.add_option("--width", c.width, "values per frame: 403 (3DMEAD), 353 or 53")
      ->check(CLI::IsMember({403, 353, 53}));
  app.add_option("--templates", c.performance.templates,
                 "templates_mead_param.pkl: --subject's shape is written beside the motion");
  app.add_option("-o,--output,--save-path", c.output,
                 "file (.npy) or folder; without it VOICE_EMOTION_LEVEL.npy here");
  app.add_flag("-q,--quiet", c.quiet, "print nothing");
  app.footer(kExamples);
}

// -o names an .npy file or a folder; a name that looks like another kind of file is a slip.
void check_output(const fs::path& output) {
  const std::string kind = output.extension().string();
  if (kind.empty() || kind == ".npy" || fs::is_directory(output)) return;
  fail_usage("-o {}: predict writes motion, to a file that ends in .npy or into a folder ({}/){}",
             output.string(), output.string(),
             kind == ".mp4" ? "; a film is made by `flowtalk talk`" : "");
}

// Where the answers to one voice go, before _sampleN is added. `several`: cells of one voice.
fs::path output_of(const PredictCommand& c, const fs::path& voice, const SweepCell& cell,
                   bool several) {
  const fs::path output = c.output;
  if (output.extension() == ".npy" && !fs::is_directory(output)) return output;
  const std::string& curve = c.performance.curve.file;
  const std::string of_cell = cell.mood.label + "_" + cell.level;
  std::string name = curve.empty() ? of_cell : fs::path(curve).stem().string();
  if (!curve.empty() && several) name += "_" + of_cell;
  return output / fmt::format("{}_{}.npy", voice.stem().string(), name);
}

fs::path sample_path(const fs::path& path, int sample, int samples) {
  if (samples == 1) return path;
  return path.parent_path() / fmt::format("{}_sample{}.npy", path.stem().string(), sample);
}

// For each voice one per cell.
std::vector<fs::path> plan_outputs(const PredictCommand& c, const std::vector<fs::path>& voices,
                                   const std::vector<SweepCell>& cells) {
  std::vector<fs::path> outputs;
  std::set<fs::path> seen, read;
  for (const fs::path& voice : voices) read.insert(fs::weakly_canonical(voice));
  for (const fs::path& voice : voices) {
    for (const SweepCell& cell : cells) {
      outputs.push_back(output_of(c, voice, cell, cells.size() > 1));
      for (int sample = 0; sample < c.samples; ++sample) {
        const fs::path path = sample_path(outputs.back(), sample, c.samples);
        check_writable(path);
        if (fs::exists(path) && read.contains(fs::canonical(path))) refuse_to_replace(path, voices);
      }
      if (!seen.insert(outputs.back()).second) {
        fail_usage("two {} would both be written to {}; give -o a folder and distinct names",
                   cells.size() > 1 ? "answers" : "voices", outputs.back().string());
      }
    }
  }
  return outputs;
}

// A voice's features. Of several voices one that cannot be read is warned of and left out: none.
std::optional<predict::SpeechFeatures> hear(const predict::Session& session, const fs::path& name,
                                            bool several) {
  try {
    const audio::Audio voice = load_voice(name);
    return with_context(name.string(), [&] { return session.encode(voice); });
  } catch (const Error& e) {
    if (!several) throw;
    warn(e.what());
    return std::nullopt;
  }
}

// The shape that goes with the motion: the subject's, if a file says it.
std::vector<float> shape_of(const PredictCommand& c) {
  const std::string& templates = c.performance.templates;
  if (templates.empty()) return {};
  if (c.performance.subject.empty()) {
    fail_usage("--templates {}: whose? give --subject, for example M003", templates);
  }
  if (c.width == motion::kLive) fail_usage("--width 53 has no room for a shape; use 353 or 403");
  face::Subject subject = face::load_subject(templates, c.performance.subject);
  if (subject.shape.empty()) {
    fail("{}: holds meshes; a motion file takes shape parameters, as in templates_mead_param.pkl",
         templates);
  }
  return std::move(subject.shape);
}

}  // namespace

int predict(const Args& args) {
  PredictCommand c;
  CLI::App app("Predicts 3D face motion (FLAME parameters, 25 frames per second) from a voice.",
               "flowtalk predict");
  declare(app, c);
  if (!parse(app, with_sweep_strengths(args))) return 0;
  if (c.voices.empty()) fail_usage("which voice? for example: flowtalk predict voice.wav");
  c.performance.check_chance(app);
  check_output(c.output);
  if (app.count("--face") > 0 && !c.performance.region_temperature) {
    fail_usage("--face is for --temperature per region, such as lips:0.1,brows:0.8");
  }
  const auto curve = c.performance.curve.load(app);
  check_sweep(c.sweep, c.performance, app);
  auto cells = sweep_cells(c.sweep, c.emotions, c.performance);
  const std::vector<float> shape = shape_of(c);
  const auto voices = find_voices(c.voices);
  const auto outputs = plan_outputs(c, voices, cells);

  const predict::Session session = c.performance.model.load();
  c.performance.check_family(session.model());
  const auto regions = c.performance.regions(session);
  for (SweepCell& cell : cells) cell.options.regions = regions;
  const bool batch = outputs.size() > 1;
  size_t failed = 0;
  Progress progress("predict", static_cast<int64_t>(outputs.size()), "answers", !batch || c.quiet);
  for (size_t v = 0; v < voices.size(); ++v) {
    const auto features = hear(session, voices[v], voices.size() > 1);
    failed += features ? 0 : 1;
    for (size_t i = 0; i < cells.size(); ++i) {
      const fs::path& output = outputs[v * cells.size() + i];
      predict::PredictOptions& options = cells[i].options;
      if (features && curve) c.performance.curve.follow(*curve, *features, c.quiet, options);
      for (int sample = 0; features && sample < c.samples; ++sample) {
        options.take = c.performance.take + static_cast<uint32_t>(sample);
        motion::Motion motion = session.predict(*features, options);
        if (!shape.empty())
          motion.shape = {tensor::Tensor({1, static_cast<int64_t>(shape.size())}, shape), 0,
                          static_cast<int64_t>(shape.size())};
        const fs::path path = sample_path(output, sample, c.samples);
        motion::save_motion(path, motion, c.width);
        if (!c.quiet && !batch) fmt::print("{}: {} frames\n", path.string(), motion.frames());
      }
      progress.advance(1, output.filename().string());
    }
  }
  if (failed > 0) {
    fail("{} of {} voices could not be read (see above){}", failed, voices.size(),
         failed < voices.size() ? "; the others are done" : "");
  }
  return 0;
}

}  // namespace flowtalk::apps
