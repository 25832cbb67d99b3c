// The mesh of the first frame, or at rest, as an OBJ file, and beside it what measures it:
// NAME_regions/ (the lists of the metrics, as a choice of regions reads them) and
// NAME_lip_pairs.json, the vertices of the inner lips that face each other, [[upper, lower], ...].
#include <fmt/format.h>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/face/regions.h"
#include "flowtalk/pipeline/export.h"

namespace flowtalk::pipeline {
namespace {

namespace fs = std::filesystem;

std::string_view name_of(face::Material material) {
  using enum face::Material;
  switch (material) {
    case kSkin:
      return "skin";
    case kLips:
      return "lips";
    case kLash:
      return "lashes";
    case kEyeball:
      return "eyes";
    case kTear:
      return "tears";
    case kTeeth:
      return "teeth";
    case kTongue:
      return "tongue";
    case kMouthInside:
      return "mouth";
    case kHair:
      return "hair";
    case kCloth:
      return "shirt";
  }
  FT_CHECK(false, "material {}", static_cast<int>(material));
}

std::string mesh_of(const face::Face& face, std::span<const float> vertices) {
  std::string text =
      fmt::format("# {}; metres; x to the face's left, y up, z forward\n", face.name);
  for (size_t i = 0; i < vertices.size(); i += 3) {
    text += fmt::format("v {:.7g} {:.7g} {:.7g}\n", vertices[i], vertices[i + 1], vertices[i + 2]);
  }
  std::string_view group;
  for (const auto& t : face.triangles) {
    const std::string_view own = name_of(face.appearance.material[t[0]]);
    if (own != group) text += fmt::format("g {}\n", own);
    group = own;
    text += fmt::format("f {} {} {}\n", t[0] + 1, t[1] + 1, t[2] + 1);
  }
  return text;
}

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
  save_file(file, mesh_of(face, vertices));
}

}  // namespace flowtalk::pipeline
