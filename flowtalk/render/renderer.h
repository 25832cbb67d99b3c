// Pictures of a face: a tiled software rasteriser with 4x multisampling and per-pixel light. The
// pixels depend neither on the number of threads nor on the processor.
#pragma once

#include <memory>
#include <span>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/face/face.h"
#include "flowtalk/render/camera.h"
#include "flowtalk/render/image.h"
#include "flowtalk/render/shading.h"

namespace flowtalk::render {

struct RenderOptions {
  Look look = Look::kNatural;
  Rgb backdrop_centre{0x7d, 0x83, 0x8c}, backdrop_edge{0x26, 0x29, 0x2f};
  bool shadows = true;    // of the key light, per frame
  bool occlusion = true;  // what the rest shape hides from the surroundings, made once
};

// The options of a look, with the ground that goes with it.
RenderOptions render_options(Look look);

// Draws one face in any pose. Not to be used from two threads at once; it uses the pool itself.
class Renderer {
 public:
  Renderer(const face::Face& face, const RenderOptions& options, ThreadPool& pool);
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  // vertices: V*3 metres. Fills `at` (inside `out`), background included; where `out` has alpha the
  // face stands before nothing.
  void draw(std::span<const float> vertices, const Camera& camera, Image& out, const Rect& at);
  // The whole image.
  void draw(std::span<const float> vertices, const Camera& camera, Image& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk::render
