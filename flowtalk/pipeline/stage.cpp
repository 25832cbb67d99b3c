#include "flowtalk/pipeline/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/face/face.h"
#include "flowtalk/render/camera.h"
#include "flowtalk/render/grid.h"
#include "flowtalk/render/renderer.h"

namespace flowtalk::pipeline {
namespace {

constexpr int kSheetCell = 256;  // pixels of a face on a contact sheet
constexpr float kYaw = 0.2f;     // radians; a face is easier to read slightly from the side

std::vector<std::string> captions_of(const std::vector<Role>& roles) {
  std::vector<std::string> captions;
  for (const Role& role : roles) captions.push_back(role.caption);
  return captions;
}

render::GridOptions grid_options(const StageOptions& options) {
  render::GridOptions grid;
  grid.cell_width = grid.cell_height = options.size;
  grid.columns = options.columns;
  if (options.look == render::Look::kGrey) {
    grid.ground = {0xff, 0xff, 0xff};
    grid.ink = {0x16, 0x18, 0x1c};
  }
  return grid;
}

}  // namespace

struct Stage::State {
  std::vector<Role> roles;
  StageOptions options;
  ChosenFace chosen;
  const face::Face& face;
  ThreadPool pool;
  render::Renderer renderer;
  render::Camera camera;
  std::vector<face::Deformer> deformers;  // one identity per role
  std::vector<float> vertices;
  render::Grid grid;
  render::Image picture;

  State(std::vector<Role> r, const StageOptions& o)
      : roles(std::move(r)),
        options(o),
        chosen(choose_face(o.face)),
        face(chosen.face),
        pool(o.threads),
        renderer(face, render::render_options(o.look), pool),
        camera(render::portrait(face, kYaw)),
        vertices(static_cast<size_t>(3 * face.vertex_count())),
        grid(captions_of(roles), o.title, grid_options(o)),
        picture(grid.canvas()) {
    FT_CHECK(!roles.empty(), "a stage needs a role");
    for (const Role& role : roles) {
      deformers.push_back(make_deformer(role.motion));
    }
  }

  // A subject's shape takes the place of the motion's; a motion with one shape has it folded in.
  face::Deformer make_deformer(const motion::Motion& motion) const {
    if (!chosen.shape.empty()) return face::Deformer(face, chosen.shape);
    if (motion.one_shape()) return face::Deformer(face, motion.shape.at(0));
    return face::Deformer(face, {}, face::Deformer::LiveShape::kYes);
  }

  void draw_role(size_t role, int64_t frame, render::Image& out, const render::Rect& at) {
    const motion::Motion& motion = roles[role].motion;
    const int64_t shown = std::clamp<int64_t>(frame, 0, motion.frames() - 1);
    deformers[role].vertices(face::frame_of(motion, shown, deformers[role]), vertices);
    renderer.draw(vertices, camera, out, at);
  }
};

Stage::Stage(std::vector<Role> roles, const StageOptions& options)
    : state_(std::make_unique<State>(std::move(roles), options)) {}
Stage::~Stage() = default;

int Stage::width() const { return state_->picture.width; }
int Stage::height() const { return state_->picture.height; }

const face::Face& Stage::face() const { return state_->face; }

int64_t Stage::frames() const {
  int64_t longest = 0;
  for (const Role& role : state_->roles) longest = std::max(longest, role.motion.frames());
  return longest;
}

const render::Image& Stage::draw(int64_t frame) {
  State& s = *state_;
  for (size_t i = 0; i < s.roles.size(); ++i) {
    s.draw_role(i, frame, s.picture, s.grid.cell(static_cast<int>(i)));
  }
  return s.picture;
}

render::Image Stage::contact_sheet(int moments) {
  State& s = *state_;
  std::vector<std::string> times;
  std::vector<std::vector<render::Image>> rows(s.roles.size());
  for (int m = 0; m < moments; ++m) {
    const int64_t frame = frames() * (2 * m + 1) / (2 * moments);
    times.push_back(fmt::format("{:.2f} s", static_cast<double>(frame) / flame::kFps));
    for (size_t i = 0; i < s.roles.size(); ++i) {
      render::Image& cell = rows[i].emplace_back(s.options.size, s.options.size);
      s.draw_role(i, frame, cell, {0, 0, s.options.size, s.options.size});
    }
  }
  render::GridOptions layout = grid_options(s.options);
  layout.cell_width = layout.cell_height = std::min(s.options.size, kSheetCell);
  return render::contact_sheet(rows, captions_of(s.roles), times, s.options.title, layout);
}

}  // namespace flowtalk::pipeline
