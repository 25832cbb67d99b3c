#include "flowtalk/pipeline/render.h"

#include <cmath>
#include <filesystem>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/face/mesh_face.h"
#include "flowtalk/pipeline/settle.h"
#include "flowtalk/pipeline/voices.h"
#include "flowtalk/video/writer.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

// A new folder, or one that holds nothing but pictures of an earlier call.
fs::path frames_folder(const std::string& folder) {
  return replaced_folder(folder, "frames", [](const std::string& name) {
    return name.size() == 9 && name.ends_with(".png") && name.find_first_not_of("0123456789") == 5;
  });
}

void check(const RenderOptions& o) {
  if (o.motions.empty()) {
    fail_usage("which motion? for example: flowtalk render happy.npy -o a.mp4");
  }
  if (o.output.empty() == o.frames.empty()) {
    fail_usage("{} {} FILE.mp4 makes a film, {} FOLDER makes pictures",
               o.output.empty() ? "where to?" : "give one of the two:", Field("output"),
               Field("frames"));
  }
  if (!o.output.empty()) {
    video::check_film(o.output, o.stage.background.transparent(), "output");
    check_writable(o.output);
    refuse_to_replace(o.output, {o.motions.begin(), o.motions.end()});
    refuse_to_replace(o.output, {o.voice});
  }
  check_subject(o.stage.face);
  if (!o.caption.empty() && o.caption.size() != o.motions.size()) {
    fail_usage("{}: expected {}, one per motion file, got {}", Field("caption"), o.motions.size(),
               o.caption.size());
  }
}

VertexMotion unsettled(VertexMotion vertices, const RenderOptions& o) {
  if (o.film.settle > 0) {
    fail_usage("{} shuts the mouth of parameters, {} holds vertices; leave it out", Field("settle"),
               vertices.where);
  }
  return vertices;
}

// Each at the rate that its file has.
std::vector<Role> load_roles(const RenderOptions& o, const Reporter& reporter) {
  std::vector<Role> roles;
  std::vector<std::string> untold, without_rate;
  for (size_t i = 0; i < o.motions.size(); ++i) {
    const std::string &path = o.motions[i], caption = o.caption.empty() ? "" : o.caption[i];
    if (auto vertices = read_vertices(path, o.reading, reporter)) {
      if (!vertices->says_rate && vertices->take.frames > 1) without_rate.push_back(path);
      roles.push_back({caption, unsettled(std::move(*vertices), o)});
      continue;
    }
    if (face::is_mesh_name(o.stage.face.face)) {
      fail("{}: holds parameters, which do not move a mesh; give {} a FLAME file", path,
           Field("face"));
    }
    const face::Face& face = load_any_face(o.stage.face.face);
    const auto file = read_motion(path, face.axes, o.reading, reporter);
    warn_of_axes(file, path, face, untold, reporter);
    if (!file.says_rate && file.motion.frames() > 1) without_rate.push_back(path);
    roles.push_back({caption, settled(file.motion, o.film.settle)});
  }
  if (!untold.empty()) warn_of_untold(untold, load_any_face(o.stage.face.face), reporter);
  if (!o.reading.motion_fps && o.voice.empty()) note_untold_rates(without_rate, reporter);
  return roles;
}

// Which usual rate would fit frames that were taken for 25 per second to their voice.
std::string likely_rate(int64_t frames, const audio::Audio& voice) {
  constexpr double kNear = 0.03;
  const double rate = static_cast<double>(frames) / voice.duration_s();
  for (const int usual : {24, 30, 50, 60, 100, 120}) {
    if (std::abs(rate / usual - 1) > kNear) continue;
    return fmt::format("; is it at {0}? {1} {0} says so", usual, Field("motion_fps"));
  }
  return "; do they belong together?";
}

void warn_of_lengths(const RenderOptions& o, const std::vector<Role>& roles,
                     const audio::Audio& voice, const Reporter& reporter) {
  for (size_t i = 0; i < roles.size(); ++i) {
    const double duration_s =
        std::visit([](const auto& motion) { return motion.duration_s(); }, roles[i].motion);
    const auto own_frames =
        std::visit([](const auto& motion) { return motion.frames(); }, roles[i].motion);
    const auto frames = std::lround(duration_s * flame::kFps);
    const auto mismatch = length_mismatch(o.motions[i], frames, o.voice, voice);
    if (mismatch.empty()) continue;
    reporter.warn(mismatch + (o.reading.motion_fps ? "; do they belong together?"
                                                   : likely_rate(own_frames, voice)));
  }
}

}  // namespace

Rendered render(RenderOptions o, const Reporter& reporter) {
  o.stage.face.subject = o.subject;
  check(o);
  if (!o.frames.empty()) o.frames = frames_folder(o.frames).string();
  const std::vector<Role> roles = load_roles(o, reporter);
  std::optional<audio::Audio> voice;
  if (!o.voice.empty()) voice = load_voice(o.voice, reporter);
  if (voice) warn_of_lengths(o, roles, *voice, reporter);
  Stage stage(roles, o.stage);
  for (const Role& role : roles) {
    const auto* parameters = std::get_if<motion::Motion>(&role.motion);
    if (parameters != nullptr) warn_of_lost_coefficients(*parameters, stage.chosen(), reporter);
  }
  note_new_folders({o.output, o.frames.empty() ? "" : fs::path(o.frames) / "x"}, reporter);
  if (o.frames.empty()) {
    std::optional<video::Soundtrack> sound;
    const std::vector<fs::path> voices = {o.voice};
    if (voice) sound = sound_of(voices, 0, *voice, reporter);
    save_film(stage, o.output, sound, o.film, reporter);
  } else {
    save_frames(stage, o.frames, reporter);
  }
  return {o.frames.empty() ? o.output : o.frames, stage.frames(), stage.width(), stage.height()};
}

}  // namespace flowtalk::pipeline
