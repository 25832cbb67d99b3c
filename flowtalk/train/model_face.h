// Whose face a training run moves: lip losses, the choice of the best epoch and lip figures are
// made on it.
#pragma once

#include <string>

#include "flowtalk/face/face.h"
#include "flowtalk/motion/axes.h"

namespace flowtalk::train {

// The face that a model's motion moves, by its axes: the built-in head, or the FLAME file. Usage
// Error: no file where FLAME is wanted, or one where it is not.
const face::Face& face_of(motion::Axes axes, const std::string& file);

}  // namespace flowtalk::train
