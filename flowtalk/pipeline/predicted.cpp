#include "flowtalk/pipeline/predicted.h"

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/formats/npz.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/motion/names.h"
#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/motion_choice.h"
#include "flowtalk/pipeline/vertex_motion.h"

namespace flowtalk::pipeline {

namespace {

void save_vertices(const std::filesystem::path& path, const tensor::Tensor& vertices,
                   double rate_hz) {
  if (ending_of(path) == ".npy") return formats::save_npy(path, vertices);
  formats::save_npz(
      path, {{kVerticesName, formats::npy_of(vertices)},
             {std::string(written_name(motion::Meaning::kRate)), formats::npy_of(rate_hz)}});
}

}  // namespace

int64_t write_answers(const predict::Session& session, const HeardVoice& voice,
                      const SweepCell& cell, const PerformingOptions& performing,
                      const AnswerForm& form, const std::vector<std::filesystem::path>& paths,
                      const Reporter& reporter) {
  const auto count = static_cast<int64_t>(paths.size());
  int64_t frames = 0;
  if (session.config().vertices > 0) {
    const auto takes = session.predict_vertex_takes(voice.speech, cell.options, count);
    for (size_t i = 0; i < takes.size(); ++i) {
      make_parent_folder(paths[i]);
      save_vertices(paths[i], takes[i], session.config().timing.fps);
      frames = takes[i].dim(0);
    }
    return frames;
  }
  const auto takes = performed_takes(session, voice, cell, performing, count);
  for (size_t i = 0; i < takes.size(); ++i) {
    const Exporter* exporter = exporter_named(paths[i]);
    motion::Motion motion = exporter ? takes[i] : resample(takes[i], form.fps);
    motion.shape = form.shape;
    if (exporter) {
      FT_CHECK(form.face != nullptr, "{}", paths[i].string());
      frames = export_as(*exporter, {*form.face, motion, form.export_hz}, paths[i], reporter);
    } else {
      frames = motion.frames();
      motion::save_motion(paths[i], motion, {form.width, expression_names(motion.axes)});
    }
  }
  return frames;
}

}  // namespace flowtalk::pipeline
