// ARKit's shapes over time as the JSON that Audio2Face exports.
#include "flowtalk/arkit/audio2face_json.h"
#include "flowtalk/base/files.h"
#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/score_take.h"

namespace flowtalk::pipeline {

void export_a2f(const Scene& scene, const std::filesystem::path& file, const Reporter& reporter) {
  const arkit::Take take = scores_of(scene, reporter);
  std::filesystem::path sound = file.filename();
  sound.replace_extension(".wav");
  save_file(file, arkit::audio2face_json(take, scene.options.audio.empty() ? "" : sound.string()));
}

}  // namespace flowtalk::pipeline
