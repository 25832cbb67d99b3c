#include "flowtalk/pipeline/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "flowtalk/avatar/avatar.h"
#include "flowtalk/base/error.h"
#include "flowtalk/face/face.h"
#include "flowtalk/pipeline/eye_contact.h"
#include "flowtalk/render/camera.h"
#include "flowtalk/render/grid.h"
#include "flowtalk/render/renderer.h"
#include "flowtalk/render/text.h"

namespace flowtalk::pipeline {
namespace {

constexpr int kSheetCell = 256;     // pixels of a face on a contact sheet
constexpr float kHeadShare = 0.8f;  // width of a portrait that the head needs, of its height

std::vector<std::string> captions_of(const std::vector<Role>& roles) {
  std::vector<std::string> captions;
  for (const Role& role : roles) captions.push_back(role.caption);
  return captions;
}

render::GridOptions grid_options(const StageOptions& options) {
  render::GridOptions grid;
  grid.cell_width = options.size.width;
  grid.cell_height = options.size.height;
  grid.columns = options.columns;
  if (options.look == render::Look::kGrey) grid.ground = {0xff, 0xff, 0xff};
  if (options.background.kind == Background::Kind::kColour) grid.ground = options.background.colour;
  const bool bright = std::max({grid.ground[0], grid.ground[1], grid.ground[2]}) > 0xa0;
  if (bright) grid.ink = {0x16, 0x18, 0x1c};
  return grid;
}

render::RenderOptions render_options(const StageOptions& options) {
  render::RenderOptions how = render::render_options(options.look);
  if (options.background.kind == Background::Kind::kColour) {
    how.backdrop_centre = how.backdrop_edge = options.background.colour;
  }
  return how;
}

using AnyMotion = decltype(Role::motion);

int64_t frames_of(const AnyMotion& motion) {
  return std::visit([](const auto& any) { return any.frames(); }, motion);
}

// As long as it lasts.
AnyMotion at_rate(const motion::Motion& motion, double rate_hz) {
  return motion::resample(motion, rate_hz, motion::Length::kWhole);
}
AnyMotion at_rate(const VertexMotion& motion, double rate_hz) {
  VertexMotion made = motion;
  made.take = face::resample(motion.take, motion.rate_hz, rate_hz, motion::Length::kWhole);
  made.rate_hz = rate_hz;
  return made;
}

const VertexMotion* vertices_of(const Role& role) {
  return std::get_if<VertexMotion>(&role.motion);
}

// One mesh for all roles.
ChosenFace face_of(const std::vector<Role>& roles, const FaceOptions& options) {
  const auto first = std::ranges::find_if(roles, vertices_of);
  if (first == roles.end()) return choose_face(options);
  const bool alone = std::ranges::all_of(roles, vertices_of);
  ChosenFace chosen = face_of_vertices(options, *vertices_of(*first), alone);
  for (const Role& role : roles) {
    if (vertices_of(role) != nullptr) check_vertices(*vertices_of(role), chosen.face, alone);
  }
  return chosen;
}

// A narrow picture is taken from further away, so that the head fits across.
render::Camera camera_of(const face::Face& face, const StageOptions& options) {
  const auto width = static_cast<float>(options.size.width),
             height = static_cast<float>(options.size.height);
  const float zoom = std::min(1.0f, width / (kHeadShare * height));
  return render::portrait(face, yaw_of(options.camera), 0.0f, zoom);
}

}  // namespace

// Somebody who plays roles: a face, as it is drawn.
struct Actor {
  ChosenFace chosen;
  render::Renderer renderer;
  render::Camera camera;

  Actor(ChosenFace who, const StageOptions& o, ThreadPool& pool)
      : chosen(std::move(who)),
        renderer(chosen.face, render_options(o), pool),
        camera(camera_of(chosen.face, o)) {}
};

struct Stage::State {
  std::vector<Role> roles;
  StageOptions options;
  ThreadPool pool;
  std::vector<std::unique_ptr<Actor>> cast;  // for all roles the same one, or one each
  const face::Face& face;
  std::vector<std::optional<face::Deformer>> deformers;  // of roles that parameters move
  EyeContact eyes;
  std::vector<float> vertices;
  render::Grid grid;
  render::Image picture;

  State(std::vector<Role> r, const StageOptions& o)
      : roles(std::move(r)),
        options(o),
        pool(o.threads),
        cast(make_cast(roles, o, pool)),
        face(cast.front()->chosen.face),
        vertices(static_cast<size_t>(3 * face.vertex_count())),
        grid(captions_of(roles), o.title, grid_options(o)),
        picture(grid.canvas(o.background.transparent())) {
    FT_CHECK(!roles.empty(), "a stage needs a role");
    for (Role& role : roles) {
      if (vertices_of(role) != nullptr) role.motion = brought_to(*vertices_of(role), face);
      const auto to_rate = [&](const auto& motion) { return at_rate(motion, o.fps.hz()); };
      role.motion = std::visit(to_rate, role.motion);
      const auto* parameters = std::get_if<motion::Motion>(&role.motion);
      const ChosenFace& chosen = actor(deformers.size()).chosen;
      const bool deforms = parameters != nullptr && chosen.avatar == nullptr;
      if (parameters != nullptr && !deforms) avatar::require_axes(parameters->axes, chosen.face);
      deformers.push_back(deforms ? std::optional(make_deformer(chosen, *parameters))
                                  : std::nullopt);
    }
  }

  static std::vector<std::unique_ptr<Actor>> make_cast(const std::vector<Role>& roles,
                                                       const StageOptions& o, ThreadPool& pool) {
    if (o.person.size() > 1 && o.person.size() != roles.size()) {
      fail_usage("{}: {} of them for {} faces; give one, or one for each", Field("person"),
                 o.person.size(), roles.size());
    }
    std::vector<std::unique_ptr<Actor>> cast;
    for (size_t i = 0; i < std::max<size_t>(1, o.person.size()); ++i) {
      FaceOptions who = o.face;
      if (!o.person.empty()) who.person = o.person[i];
      cast.push_back(std::make_unique<Actor>(face_of(roles, who), o, pool));
    }
    return cast;
  }

  Actor& actor(size_t role) { return *cast[cast.size() == 1 ? 0 : role]; }

  // A subject's shape takes the place of the motion's; a motion with one shape has it folded in.
  static face::Deformer make_deformer(const ChosenFace& chosen, const motion::Motion& motion) {
    const face::Face& face = chosen.face;
    if (!chosen.shape.empty()) return face::Deformer(face, chosen.shape);
    if (motion.one_shape()) return face::Deformer(face, motion.shape.at(0));
    return face::Deformer(face, {}, face::Deformer::LiveShape::kYes);
  }

  void draw_role(size_t role, int64_t frame, render::Image& out, const render::Rect& at) {
    const auto& motion = roles[role].motion;
    const int64_t shown = std::clamp<int64_t>(frame, 0, frames_of(motion) - 1);
    if (const auto* parameters = std::get_if<motion::Motion>(&motion)) {
      pose(role, deformers[role] ? face::frame_of(*parameters, shown, *deformers[role])
                                 : face::frame_of(*parameters, shown));
    } else {
      std::get<VertexMotion>(motion).take.read(shown, 1, vertices);
    }
    actor(role).renderer.draw(vertices, actor(role).camera, out, at);
  }

  void pose(size_t role, const face::FaceFrame& frame) {
    const ChosenFace& chosen = actor(role).chosen;
    const face::FaceFrame turned = eyes.turned(frame, chosen.face, yaw_of(options.camera));
    if (chosen.avatar != nullptr) {
      chosen.avatar->vertices(turned, vertices);
    } else {
      deformers[role]->vertices(turned, vertices);
    }
  }
};

Stage::Stage(std::vector<Role> roles, const StageOptions& options)
    : state_(std::make_unique<State>(std::move(roles), options)) {}
Stage::~Stage() = default;

int Stage::width() const { return state_->picture.width; }
int Stage::height() const { return state_->picture.height; }

std::vector<std::string> Stage::face_remarks() const {
  const auto& paint = face().appearance.paint;
  return paint ? paint->remarks : std::vector<std::string>();
}

std::vector<std::string> Stage::texts_in_boxes() const {
  std::vector<std::string> texts = captions_of(state_->roles);
  texts.insert(texts.begin(), state_->options.title);
  std::erase_if(texts, [](const std::string& text) { return render::has_all_glyphs(text); });
  return texts;
}

bool Stage::transparent() const { return state_->picture.has_alpha(); }
ThreadPool& Stage::pool() { return state_->pool; }

const face::Face& Stage::face() const { return state_->face; }
const ChosenFace& Stage::chosen() const { return state_->cast.front()->chosen; }

int64_t Stage::frames() const {
  int64_t longest = 0;
  for (const Role& role : state_->roles) longest = std::max(longest, frames_of(role.motion));
  return longest;
}

const FrameRate& Stage::rate() const { return state_->options.fps; }

int64_t Stage::frame_at(double seconds) const { return std::llround(seconds * rate().hz()); }

const render::Image& Stage::draw(int64_t frame) {
  State& s = *state_;
  for (size_t i = 0; i < s.roles.size(); ++i) {
    s.draw_role(i, frame, s.picture, s.grid.cell(static_cast<int>(i)));
  }
  return s.picture;
}

const render::Image& Stage::draw(const face::FaceFrame& pose) {
  State& s = *state_;
  FT_CHECK(s.roles.size() == 1 && vertices_of(s.roles[0]) == nullptr,
           "one role of parameters is posed");
  s.pose(0, pose);
  s.actor(0).renderer.draw(s.vertices, s.actor(0).camera, s.picture, s.grid.cell(0));
  return s.picture;
}

render::Image Stage::contact_sheet(int moments) {
  State& s = *state_;
  std::vector<std::string> times;
  std::vector<std::vector<render::Image>> rows(s.roles.size());
  for (int m = 0; m < moments; ++m) {
    const int64_t frame = frames() * (2 * m + 1) / (2 * moments);
    times.push_back(fmt::format("{:.2f} s", static_cast<double>(frame) / rate().hz()));
    for (size_t i = 0; i < s.roles.size(); ++i) {
      const auto [width, height] = s.options.size;
      s.draw_role(i, frame, rows[i].emplace_back(width, height), {0, 0, width, height});
    }
  }
  render::GridOptions layout = grid_options(s.options);
  layout.cell_width = std::min(s.options.size.width, kSheetCell);
  layout.cell_height = layout.cell_width * s.options.size.height / s.options.size.width;
  return render::contact_sheet(rows, captions_of(s.roles), times, s.options.title, layout);
}

}  // namespace flowtalk::pipeline
