#include "flowtalk/pipeline/talk_file.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;

// Usage Error: an option of films was given.
template <class Options>
void refuse_given(const TalkOptions& o, Options options) {
  options.fields([&](std::string_view name, const auto&...) {
    if (name == "face" || name == "person" || name == "fps" || !o.given(name)) return;
    fail_usage("{}: is of films, and {} {} is none; leave it out", Field(std::string(name)),
               Field("output"), o.output);
  });
}

FaceOptions face_of(const TalkOptions& o) {
  FaceOptions face = o.stage.face;
  if (o.stage.person.size() > 1) {
    fail_usage("{}: one face is written to {}, give one person", Field("person"), o.output);
  }
  if (!o.stage.person.empty()) face.person = o.stage.person.front();
  return face;
}

const fs::path& only_voice(const TalkOptions& o, const std::vector<fs::path>& voices) {
  if (voices.size() == 1) return voices.front();
  fail_usage("{} {}: is of one voice, and there are {}; give each a file of its own",
             Field("output"), o.output, voices.size());
}

ChosenFace chosen_face(const TalkOptions& o, const Exporter& exporter) {
  const auto config = predict::load_config(o.performance.sampling.model.folder());
  return face_to_export(exporter, face_of(o), config.axes, o.output);
}

}  // namespace

const Exporter* exporter_of_output(const TalkOptions& options) {
  return options.output.empty() ? nullptr : exporter_named(options.output);
}

TalkFile::TalkFile(const TalkOptions& options, const Exporter& exporter, size_t cells,
                   const std::vector<fs::path>& voices)
    : options_(options),
      exporter_(exporter),
      face_(chosen_face(options, exporter)),
      sound_(only_voice(options, voices), options.output) {
  if (cells > 1) {
    fail_usage("{} {}: one face is written, and {} were asked for; give one {}", Field("output"),
               options.output, cells, Field("emotion"));
  }
  if (!options.contact_sheet.empty() || !options.sweep.sweep.empty()) {
    fail_usage("{}: is of films, and {} {} is none; leave it out",
               Field(options.sweep.sweep.empty() ? "contact_sheet" : "sweep"), Field("output"),
               options.output);
  }
  refuse_given(options, FilmOptions());
  refuse_given(options, StageOptions());
  check_writable(options.output);
  refuse_to_replace(options.output, voices);
  refuse_to_replace(options.output, {options.stage.face.face, options.curve.curve});
}

Film TalkFile::save(const motion::Motion& performance, const Reporter& reporter) const {
  const double rate_hz = options_.given("fps") ? options_.stage.fps.hz() : 0;
  export_as(exporter_, {face_, performance, rate_hz, &sound_}, options_.output, reporter);
  return {.path = options_.output,
          .duration_s = static_cast<double>(performance.frames()) / performance.rate_hz,
          .sound = sound_.path().string()};
}

}  // namespace flowtalk::pipeline
