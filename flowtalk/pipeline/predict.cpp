#include "flowtalk/pipeline/predict.h"

#include <algorithm>
#include <map>
#include <set>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/face/subjects.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/motion_choice.h"
#include "flowtalk/pipeline/predicted.h"
#include "flowtalk/pipeline/voices.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

bool is_folder(const fs::path& path) {
  std::error_code code;  // a name that is too long is refused where it is opened
  return fs::is_directory(path, code);
}

bool names_a_file(const fs::path& output) {
  return (motion::is_motion_name(output) || exporter_named(output)) && !is_folder(output);
}

// A motion file or a folder; a name that looks like another kind of file is a slip.
void check_output(const fs::path& output) {
  const std::string kind = ending_of(output);
  if (kind.empty() || names_a_file(output) || is_folder(output)) return;
  fail_usage(
      "{} {}: predict writes motion, to a file that ends in {}, for other programs {}, or "
      "into a folder ({}/){}",
      Field("output"), output.string(), motion::kMotionEndings, export_endings(), output.string(),
      kind == ".mp4" ? "; a film is made by `flowtalk talk`" : "");
}

void check(const PredictOptions& o) {
  if (o.voices.empty()) fail_usage("which voice? for example: flowtalk predict voice.wav");
  o.performance.strength.check(o.given);
  o.performance.sampling.check(o.given, o.num_samples, o.performance.performing.asked());
  o.sweep.check(o.given);
  check_output(o.output);
  if (!motion::is_row_width(o.width)) {
    fail_usage("{} {}: expected {}, {} or {}", Field("width"), o.width, motion::kWideRow,
               motion::kNarrowRow, motion::kLive);
  }
  const bool exported = names_a_file(o.output) && exporter_named(o.output) != nullptr;
  if (o.given("face") && !o.performance.sampling.temperature.by_region && !exported) {
    fail_usage(
        "{} is for {} per region, such as lips:0.1,brows:0.8, and for files of other programs",
        Field("face"), Field("temperature"));
  }
}

// Where the answers to a voice of this name go, before _sampleN is added. `several`: cells of one
// voice.
fs::path output_of(const PredictOptions& o, const std::string& voice, const SweepCell& cell,
                   bool several) {
  const fs::path output = o.output;
  if (names_a_file(output)) return output;
  const std::string& curve = o.curve.curve;
  const std::string of_cell = cell.mood.label + "_" + cell.level;
  std::string name = curve.empty() ? of_cell : fs::path(curve).stem().string();
  if (!curve.empty() && several) name += "_" + of_cell;
  return output / fmt::format("{}_{}.npy", voice, name);
}

fs::path sample_path(const fs::path& path, int sample, int samples) {
  if (samples == 1) return path;
  return path.parent_path() /
         fmt::format("{}_sample{}{}", path.stem().string(), sample, path.extension().string());
}

// Usage Error where answers would be written over each other.
void refuse_to_share(const PredictOptions& o, const std::vector<fs::path>& voices,
                     const std::vector<fs::path>& outputs) {
  std::map<fs::path, size_t> answers;
  for (const fs::path& output : outputs) ++answers[output];
  const auto shared = std::ranges::find_if(answers, [](const auto& a) { return a.second > 1; });
  if (shared == answers.end()) return;
  refuse_twice(voices);
  const bool file = names_a_file(o.output);
  fail_usage("{} {} would all be written to {}; {} {}", shared->second,
             voices.size() == outputs.size() ? "voices" : "answers", shared->first.string(),
             file ? "for a file each give a folder as" : "give each once with",
             Field(file ? "output" : "emotion"));
}

// For each voice one per cell.
std::vector<fs::path> plan_outputs(const PredictOptions& o, const std::vector<fs::path>& voices,
                                   const std::vector<SweepCell>& cells) {
  std::vector<fs::path> outputs;
  std::set<fs::path> read;
  auto names = names_of(voices);
  for (const fs::path& voice : voices) read.insert(fs::weakly_canonical(voice));
  for (const fs::path& voice : voices) {
    for (const SweepCell& cell : cells) {
      outputs.push_back(output_of(o, names[voice], cell, cells.size() > 1));
      for (int sample = 0; sample < o.num_samples; ++sample) {
        const fs::path path = sample_path(outputs.back(), sample, o.num_samples);
        check_writable(path);
        refuse_to_replace(path, {o.face, o.curve.curve});
        if (fs::exists(path) && read.contains(fs::canonical(path))) refuse_to_replace(path, voices);
      }
    }
  }
  refuse_to_share(o, voices, outputs);
  return outputs;
}

// A voice as it was heard; none if it cannot be had.
std::optional<HeardVoice> heard_of(const predict::Session& session, const fs::path& name,
                                   EachVoice& each, const Reporter& reporter) {
  std::optional<HeardVoice> heard;
  each.tried([&] {
    const audio::Audio voice = load_voice(name, reporter);
    heard = with_context(name.string(), [&] { return hear(session, voice); });
  });
  return heard;
}

// Without the voices whose answers would have names that no file can have.
void leave_out_long_names(const PredictOptions& o, const std::vector<SweepCell>& cells,
                          EachVoice& each, std::vector<fs::path>& voices) {
  auto names = names_of(voices);
  std::erase_if(voices, [&](const fs::path& voice) {
    return !each.tried([&] {
      for (const SweepCell& cell : cells) {
        const fs::path output = output_of(o, names[voice], cell, cells.size() > 1);
        const fs::path path = sample_path(output, o.num_samples - 1, o.num_samples);
        if (name_fits(path)) continue;
        fail("{}: its name is too long for that of its answer ({} bytes, at most {}); rename it",
             voice.string(), path.filename().string().size(), kLongestName);
      }
    });
  });
  if (voices.empty()) each.finish("");
}

// Usage Error: what only FLAME's parameters can follow, of a model of vertices.
void check_vertices(const PredictOptions& o, const model::ModelConfig& model) {
  if (model.vertices == 0) return;
  for (const char* field :
       {"width", "templates", "fps", "face", "blinks", "head", "gaze", "liveliness"}) {
    if (!o.given(field)) continue;
    fail_usage(
        "{}: the model makes vertices at {} frames per second, not parameters of FLAME; leave "
        "it out",
        Field(field), model.timing.fps);
  }
  const std::string ending = names_a_file(o.output) ? ending_of(o.output) : ".npy";
  if (ending != ".npy" && ending != ".npz") {
    fail_usage("{} {}: the model makes vertices, which are written as .npy or .npz",
               Field("output"), o.output);
  }
}

// Of chance in a file that this model does not draw.
void warn_of_chance(const predict::PredictOptions& options, const model::ModelConfig& model,
                    const Reporter& reporter) {
  if (!options.given) return;
  generate::GivenChance::each(
      *options.given, [&](std::string_view name, const std::vector<float>& values) {
        if (values.empty() || generate::draws(model.family(), name)) return;
        reporter.warn(fmt::format("{} {}: {} changes nothing, a {} model draws {}", Field("noise"),
                                  options.given->where, name, model.family().name,
                                  model.family().draws));
      });
}

// Of what was asked for and has no place in rows.
void warn_of_rows(const PredictOptions& o, const fs::path& output, const Reporter& reporter) {
  if (ending_of(output) != ".npy") return;
  if (o.fps != FrameRate{}) {
    reporter.warn(
        fmt::format("{0} {1}: .npy files do not say their rate; give {2} {1} where they are read, "
                    "or write .npz",
                    Field("fps"), text_of(o.fps), Field("motion_fps")));
  }
  const PerformingOptions& performing = o.performance.performing;
  if (performing.head.value_or(0) > 0 || performing.liveliness.value_or(0) > 0) {
    reporter.warn(fmt::format("{}: .npy rows have no place for the motion of a head; write .npz",
                              Field(performing.head ? "head" : "liveliness")));
  }
}

// Of answers for other programs; nothing where they are motion.
std::optional<ChosenFace> exported_face(const PredictOptions& o, const model::ModelConfig& model) {
  const Exporter* exporter = is_folder(o.output) ? nullptr : exporter_named(o.output);
  if (exporter == nullptr) return std::nullopt;
  FaceOptions face;
  face.face = o.face;
  return face_to_export(*exporter, face, model.axes, o.output);
}

// The shape that goes with the motion: the subject's, if a file says it.
motion::Track shape_of(const PredictOptions& o) {
  if (o.templates.empty()) return {};
  if (o.performance.subject.empty()) {
    fail_usage("{} {}: whose? give {}, for example M003", Field("templates"), o.templates,
               Field("subject"));
  }
  const bool in_rows = !names_a_file(o.output) || ending_of(o.output) == ".npy";
  if (o.width == motion::kLive && in_rows) {
    fail_usage("{} 53 has no room for a shape; use 353 or 403", Field("width"));
  }
  const face::Subject subject = face::load_subject(o.templates, o.performance.subject);
  if (subject.shape.empty()) {
    fail("{}: holds meshes; a motion file takes shape parameters, as in templates_mead_param.pkl",
         o.templates);
  }
  const auto count = static_cast<int64_t>(subject.shape.size());
  return {tensor::Tensor({1, count}, subject.shape), 0, count};
}

}  // namespace

std::vector<PredictedFile> predict(PredictOptions o, const Reporter& reporter) {
  check(o);
  const model::ModelConfig config = predict::load_config(o.performance.sampling.model.folder());
  check_vertices(o, config);
  const auto face = exported_face(o, config);
  const Conditions conditions = o.performance.sampling.model.conditions();
  const auto curve = o.curve.load(o.given, conditions);
  auto cells =
      sweep_cells(o.sweep.sweep, o.emotion, o.performance, !o.templates.empty(), conditions);
  if (!curve && o.sweep.sweep.empty()) {
    warn_of_words(o.emotion, o.performance.strength, o.given, conditions, reporter);
  }
  const AnswerForm form{shape_of(o), o.fps.hz(), o.given("fps") ? o.fps.hz() : 0, o.width,
                        face ? &*face : nullptr};
  auto voices = find_voices(o.voices, reporter);
  EachVoice each(voices.size(), reporter);
  leave_out_long_names(o, cells, each, voices);
  const auto outputs = plan_outputs(o, voices, cells);

  const SamplingOptions& sampling = o.performance.sampling;
  const predict::Session session = sampling.model.load(reporter);
  sampling.check_family(session.model(), o.num_samples, o.performance.take,
                        o.performance.performing.asked());
  const auto regions = sampling.regions(session, o.face);
  warn_of_chance(cells.front().options, session.config(), reporter);
  if (o.given("face") && !regions && !face) {
    reporter.warn(fmt::format("{} {} changes nothing: the model moves the built-in head",
                              Field("face"), o.face));
  }
  note_new_folders(outputs, reporter);
  for (SweepCell& cell : cells) cell.options.regions = regions;
  warn_of_rows(o, outputs.front(), reporter);
  std::vector<PredictedFile> made;
  const Advance advance =
      outputs.size() > 1
          ? reporter.begin("predict", static_cast<int64_t>(outputs.size()), "answers")
          : Reporter().begin("", 0, "");
  for (size_t v = 0; v < voices.size(); ++v) {
    const auto voice = heard_of(session, voices[v], each, reporter);
    for (size_t i = 0; i < cells.size(); ++i) {
      const fs::path& output = outputs[v * cells.size() + i];
      predict::PredictOptions& options = cells[i].options;
      if (voice && curve) o.curve.follow(*curve, voice->speech, options, reporter);
      options.take = o.performance.take;
      std::vector<fs::path> paths;
      for (int sample = 0; voice && sample < o.num_samples; ++sample) {
        paths.push_back(sample_path(output, sample, o.num_samples));
      }
      if (voice) {
        const int64_t frames = write_answers(session, *voice, cells[i], o.performance.performing,
                                             form, paths, reporter);
        for (const fs::path& path : paths) made.push_back({path, frames});
      }
      advance(1, output.filename().string());
    }
  }
  each.finish("the others are done");
  return made;
}

}  // namespace flowtalk::pipeline
