#include "flowtalk/pipeline/obj_text.h"

#include <fmt/format.h>

#include "flowtalk/base/error.h"
#include "flowtalk/face/flame.h"

namespace flowtalk::pipeline {
namespace {

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

}  // namespace

std::string obj_text(const face::Face& face, std::span<const float> vertices) {
  std::string text =
      fmt::format("# {}; metres; x to the face's left, y up, z forward\n", face.name);
  if (face.axes == motion::Axes::kFlame) text += fmt::format("# {}\n", face::kFlameTerms);
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

}  // namespace flowtalk::pipeline
