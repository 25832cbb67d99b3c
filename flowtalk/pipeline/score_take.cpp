#include "flowtalk/pipeline/score_take.h"

namespace flowtalk::pipeline {

arkit::Take scores_of(const Scene& scene, const Reporter& reporter) {
  arkit::Take take = arkit::take_of(scene.motion, scene.options.gain);
  const std::string text = take.cut.text(take.frames());
  if (!text.empty()) (take.cut.is_seen() ? reporter.warn : reporter.note)(text);
  return take;
}

}  // namespace flowtalk::pipeline
