// A scene in ARKit's shapes, for the exporters that tell faces so.
#pragma once

#include "flowtalk/arkit/scores.h"
#include "flowtalk/pipeline/export.h"

namespace flowtalk::pipeline {

// Says what was cut: as a warning where it is seen, else as a note. A motion of FLAME's expressions
// becomes one of the built-in head first (arkit/flame_shapes.h), by the scene's face; what that
// could not tell is said, and options.report gets a line per axis. Errors: such a motion without
// its face; FlameShapes'.
arkit::Take scores_of(const Scene& scene, const Reporter& reporter);

// The same of frames by themselves.
void tell(const arkit::Cut& cut, int64_t frames, const Reporter& reporter);

}  // namespace flowtalk::pipeline
