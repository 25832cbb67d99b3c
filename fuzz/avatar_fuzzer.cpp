// gltf and avatar: a head from anybody is refused, or it can be moved and written back. The input
// is a file, or its JSON and its buffer with a zero byte between them, which take fewer changes to
// stay a whole file.
#include <cmath>
#include <cstring>

#include "flowtalk/avatar/animation.h"
#include "flowtalk/avatar/avatar.h"
#include "fuzz/harness.h"

namespace flowtalk {
namespace {

std::string glb_of(std::string_view input) {
  if (input.starts_with("glTF")) return std::string(input);
  const size_t end = std::min(input.find('\0'), input.size());
  std::string text(input.substr(0, end)), buffer(input.substr(std::min(end + 1, input.size())));
  while (text.size() % 4 != 0) text += ' ';
  while (buffer.size() % 4 != 0) buffer += '\0';
  const auto word = [](size_t value) {
    const auto number = static_cast<uint32_t>(value);
    return std::string(reinterpret_cast<const char*>(&number), sizeof number);
  };
  return "glTF" + word(2) + word(28 + text.size() + buffer.size()) + word(text.size()) + "JSON" +
         text + word(buffer.size()) + std::string("BIN\0", 4) + buffer;
}

void check_face(const face::Face& face) {
  const auto vertices = static_cast<size_t>(face.vertex_count());
  const face::Paint& paint = *face.appearance.paint;
  if (face.appearance.albedo.size() != vertices || face.appearance.material.size() != vertices ||
      paint.uv.size() != vertices || paint.opacity.size() != vertices ||
      paint.surface.size() != vertices || paint.joined.size() != vertices) {
    fuzz::finding("looks of another number of vertices");
  }
  for (const auto& triangle : face.triangles) {
    for (const uint32_t corner : triangle) {
      if (corner >= vertices) fuzz::finding("a triangle beyond the vertices");
    }
  }
  for (size_t v = 0; v < vertices; ++v) {
    if (paint.joined[v] > v) fuzz::finding("joined to a later vertex");
    if (paint.surface[v] >= paint.surfaces.size()) fuzz::finding("a surface that is not there");
    if (!std::isfinite(paint.uv[v][0]) || !std::isfinite(paint.uv[v][1])) fuzz::finding("uv");
  }
  for (const auto* list : {&face.regions.lips, &face.regions.eyes}) {
    for (const uint32_t v : *list) {
      if (v >= vertices) fuzz::finding("a region beyond the vertices");
    }
  }
}

motion::Motion two_frames() {
  motion::Motion motion;
  motion.expression = {tensor::Tensor::zeros({2, motion::kLiveExpression}), 0,
                       motion::kLiveExpression};
  for (int64_t k = 0; k < motion::kLiveExpression; ++k) {
    motion.expression.table[motion::kLiveExpression + k] = 0.5f;
  }
  motion.jaw = {tensor::Tensor({2, 3}, std::vector<float>{0, 0, 0, 0.2f, 0, 0}), 0, 3};
  motion.neck = {tensor::Tensor({2, 3}, std::vector<float>{0, 0, 0, 0.1f, 0.3f, 0}), 0, 3};
  return motion;
}

}  // namespace
}  // namespace flowtalk

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  static const motion::Motion motion = two_frames();
  const std::string bytes = glb_of(fuzz::bytes_of(data, size));
  std::string written;
  const bool taken = fuzz::accepts([&] {
    const avatar::Avatar avatar(bytes, "x.glb");
    check_face(avatar.face());
    std::vector<float> places(static_cast<size_t>(avatar.face().rest.size()));
    avatar.vertices(face::frame_of(motion, 1), places);
    for (size_t i = 0; i < avatar.face().appearance.paint->textures.size(); ++i) {
      fuzz::accepts([&] { static_cast<void>(avatar.picture(i)); });
    }
    arkit::Cut cut;
    written = avatar::animated(avatar, motion, arkit::Gain::kNone, cut);
  });
  if (!taken) return 0;
  // What was written back is an avatar, too.
  if (!fuzz::accepts([&] { avatar::Avatar(written, "x.glb"); })) {
    fuzz::finding("what was written is refused");
  }
  return 0;
}
