// ARKit's shapes over time as a take of Live Link Face.
#include <algorithm>

#include "flowtalk/arkit/live_link_csv.h"
#include "flowtalk/base/files.h"
#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/score_take.h"

namespace flowtalk::pipeline {

void export_arkit(const Scene& scene, const std::filesystem::path& file, const Reporter& reporter) {
  arkit::Take take = scores_of(scene, reporter);
  if (!scene.options.head) {
    constexpr int64_t kHead = 3;  // the turns of the head come first
    for (int64_t t = 0; t < take.frames(); ++t) {
      std::fill_n(take.turns.data() + t * take.turns.dim(1), kHead, 0.0f);
    }
  }
  save_file(file, arkit::live_link_csv(take));
}

}  // namespace flowtalk::pipeline
