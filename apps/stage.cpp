#include "apps/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/face/face.h"
#include "flowtalk/render/camera.h"
#include "flowtalk/render/renderer.h"

namespace flowtalk::apps {
namespace {

constexpr float kYaw = 0.25f;  // radians; a face is easier to read slightly from the side

std::span<const float> row_of(const tensor::Tensor& motion, int64_t frame) {
  const int64_t t = std::clamp<int64_t>(frame, 0, motion.dim(0) - 1);
  return motion.values().subspan(static_cast<size_t>(t * motion.dim(1)),
                                 static_cast<size_t>(motion.dim(1)));
}

int columns_for(int count, int wanted) {
  if (wanted > 0) return std::min(wanted, count);
  if (count <= 4) return count;
  const int rows = (count + 3) / 4;
  return (count + rows - 1) / rows;
}

}  // namespace

struct Stage::State {
  std::vector<Role> roles;
  StageOptions options;
  const face::Face& face;
  ThreadPool pool;
  render::Renderer renderer;
  render::Camera camera;
  std::vector<face::Deformer> deformers;  // one identity per role
  std::vector<float> vertices;
  int columns, rows, caption_height;
  render::Image picture;

  State(std::vector<Role> r, const StageOptions& o)
      : roles(std::move(r)),
        options(o),
        face(face::load_face(o.face)),
        pool(o.threads),
        renderer(face, render::RenderOptions{}, pool),
        camera(render::portrait(face, kYaw)),
        vertices(static_cast<size_t>(3 * face.vertex_count())),
        columns(columns_for(static_cast<int>(roles.size()), o.columns)),
        rows((static_cast<int>(roles.size()) + columns - 1) / columns) {
    FT_CHECK(!roles.empty(), "a stage needs a role");
    bool captions = false;
    for (const Role& role : roles) {
      deformers.emplace_back(face, face::frame_of_row(row_of(role.motion, 0)).shape);
      captions = captions || !role.caption.empty();
    }
    caption_height = captions ? std::max(16, options.size / 12) : 0;
    picture = render::Image(columns * options.size, rows * (options.size + caption_height));
  }

  void draw_caption(const std::string&, render::Image&, int, int) {}

  void draw_role(size_t role, int64_t frame, render::Image& out, int x, int y) {
    face::FaceFrame pose = face::frame_of_row(row_of(roles[role].motion, frame));
    pose.shape = {};  // folded into the deformer
    deformers[role].vertices(pose, vertices);
    renderer.draw(vertices, camera, out, {x, y, options.size, options.size});
  }
};

Stage::Stage(std::vector<Role> roles, const StageOptions& options)
    : state_(std::make_unique<State>(std::move(roles), options)) {}
Stage::~Stage() = default;

int Stage::width() const { return state_->picture.width; }
int Stage::height() const { return state_->picture.height; }

int64_t Stage::frames() const {
  int64_t longest = 0;
  for (const Role& role : state_->roles) longest = std::max(longest, role.motion.dim(0));
  return longest;
}

const render::Image& Stage::draw(int64_t frame) {
  State& s = *state_;
  for (size_t i = 0; i < s.roles.size(); ++i) {
    const int column = static_cast<int>(i) % s.columns, row = static_cast<int>(i) / s.columns;
    const int x = column * s.options.size, y = row * (s.options.size + s.caption_height);
    s.draw_role(i, frame, s.picture, x, y);
    s.draw_caption(s.roles[i].caption, s.picture, x, y + s.options.size);
  }
  return s.picture;
}

render::Image Stage::contact_sheet(int moments) {
  State& s = *state_;
  const int cell = s.options.size + s.caption_height;
  render::Image sheet(moments * s.options.size, static_cast<int>(s.roles.size()) * cell);
  for (size_t i = 0; i < s.roles.size(); ++i) {
    for (int m = 0; m < moments; ++m) {
      const int64_t frame = frames() * (2 * m + 1) / (2 * moments);
      const int x = m * s.options.size, y = static_cast<int>(i) * cell;
      s.draw_role(i, frame, sheet, x, y);
      const double seconds = static_cast<double>(frame) / flame::kFps;
      s.draw_caption(fmt::format("{} {:.2f} s", s.roles[i].caption, seconds), sheet, x,
                     y + s.options.size);
    }
  }
  return sheet;
}

}  // namespace flowtalk::apps
