// The mesh of the first frame, or at rest, as an OBJ file, and beside it what measures it:
// NAME_regions/ (the lists of the metrics, as a choice of regions reads them) and
// NAME_lip_pairs.json, the vertices of the inner lips that face each other, [[upper, lower], ...].
#include <fmt/format.h>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/face/regions.h"
#include "flowtalk/pipeline/export.h"
#include "flowtalk/pipeline/obj_text.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;

}  // namespace

void export_obj(const Scene& scene, const fs::path& file, const Reporter&) {
  const face::Face& face = scene.face;
  std::vector<float> vertices(static_cast<size_t>(face.rest.size()));
  face::FaceFrame frame;
  if (scene.motion.frames() > 0) frame = face::frame_of(scene.motion, 0);
  if (!scene.shape.empty()) frame.shape = scene.shape;
  face::Deformer(face, {}, face::Deformer::LiveShape::kYes).vertices(frame, vertices);
  fs::path beside = file;
  beside.replace_extension();
  face::save_regions(beside.string() + "_regions", face.regions);
  std::string pairs;
  for (size_t i = 0; i < face.lips.upper.size(); ++i) {
    pairs += fmt::format("{}[{}, {}]", pairs.empty() ? "" : ", ", face.lips.upper[i],
                         face.lips.lower[i]);
  }
  if (!pairs.empty()) save_file(beside.string() + "_lip_pairs.json", fmt::format("[{}]\n", pairs));
  save_file(file, obj_text(face, vertices));
}

}  // namespace flowtalk::pipeline
