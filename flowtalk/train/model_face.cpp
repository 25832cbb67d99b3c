#include "flowtalk/train/model_face.h"

#include "flowtalk/base/error.h"

namespace flowtalk::train {

const face::Face& face_of(motion::Axes axes, const std::string& file) {
  if (axes == motion::Axes::kBuiltin) {
    if (!file.empty()) {
      fail_usage("{} {}: the model's motion is of the built-in head; set model.face to flame",
                 Field("face"), file);
    }
    return face::builtin_face();
  }
  if (file.empty()) {
    fail_usage("the model's motion is of FLAME; give the FLAME file with {}", Field("face"));
  }
  const face::Face& face = face::load_face(file);
  if (face.axes != axes) fail_usage("{} {}: expected a FLAME file", Field("face"), file);
  return face;
}

}  // namespace flowtalk::train
