// A scene in ARKit's shapes, for the exporters that tell faces so.
#pragma once

#include "flowtalk/arkit/scores.h"
#include "flowtalk/pipeline/export.h"

namespace flowtalk::pipeline {

// Says what was cut: as a warning where it is seen, else as a note. Error: FLAME's expressions.
arkit::Take scores_of(const Scene& scene, const Reporter& reporter);

}  // namespace flowtalk::pipeline
