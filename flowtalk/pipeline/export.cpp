#include "flowtalk/pipeline/export.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "flowtalk/avatar/avatar.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/outputs.h"
#include "flowtalk/face/flame.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/motion/remarks.h"

namespace flowtalk::pipeline {

// Each in a file of its own.
void export_vertices(const Scene&, const std::filesystem::path& file, const Reporter&);
void export_obj(const Scene&, const std::filesystem::path& file, const Reporter&);
void export_arkit(const Scene&, const std::filesystem::path& file, const Reporter&);
void export_a2f(const Scene&, const std::filesystem::path& file, const Reporter&);
void export_glb(const Scene&, const std::filesystem::path& file, const Reporter&);
void export_pc2(const Scene&, const std::filesystem::path& file, const Reporter&);
void export_usda(const Scene&, const std::filesystem::path& file, const Reporter&);
void export_vrma(const Scene&, const std::filesystem::path& file, const Reporter&);

namespace {

constexpr std::array kExporters = {
    Exporter{"vertices", "the posed mesh of every frame, (T, V, 3) float32 in metres", ".npy",
             export_vertices},
    Exporter{"obj",
             "the mesh of the first frame, or at rest, with lists of its regions and its lip pairs",
             ".obj", export_obj, kTakesMesh, true, 0, true},
    Exporter{"pc2", "the mesh of every frame as a vertex cache, and the mesh at rest beside it",
             ".pc2", export_pc2, kTakesMesh | kTakesSound},
    Exporter{"arkit", "ARKit's 52 shapes over time, as the app Live Link Face saves takes", ".csv",
             export_arkit, kTakesFlame | kTakesScores | kTakesHead | kTakesSound, false, 60},
    Exporter{"a2f", "ARKit's 52 shapes over time, as Audio2Face saves them", ".json", export_a2f,
             kTakesFlame | kTakesScores | kTakesSound},
    Exporter{"glb", "the built-in head with 52 morph targets or an avatar, moved: glTF 2.0", ".glb",
             export_glb, kTakesMesh | kTakesScores | kTakesRig | kTakesSound | kTakesAvatars, true},
    Exporter{"usda", "the built-in head with 52 blend shapes, moved: USD in text", ".usda",
             export_usda, kTakesMesh | kTakesScores | kTakesRig | kTakesSound, true},
    Exporter{"vrma", "an animation for VRM avatars: expressions and gaze", ".vrma", export_vrma,
             kTakesFlame | kTakesScores | kTakesNames | kTakesHead | kTakesSound, false, 30},
};

bool is_zero(const motion::Track& part) {
  for (int64_t t = 0; t < part.rows(); ++t) {
    for (const float x : part.at(t)) {
      if (x != 0) return false;
    }
  }
  return true;
}

// A part of its own file takes the place of zeros in the motion, and of nothing else.
void put(motion::Track& part, motion::Track by, const std::string& option,
         const std::string& params) {
  if (!is_zero(part)) {
    fail_usage("{}: {} holds these values already; leave one out", Field(option), params);
  }
  part = std::move(by);
}

// What files of their own hold, as far as they were named.
motion::Motion load_parts(const ExportOptions& o) {
  motion::Motion parts;
  if (!o.pose.empty()) parts = motion::load_pose(o.pose);
  const auto add = [&](const std::string& path, motion::Track& part, const char* option,
                       auto&& read) {
    if (!path.empty()) put(part, read(path), option, o.pose);
  };
  const auto turned = [](int64_t joints) {
    return [joints](const std::string& path) { return motion::load_rotations(path, joints); };
  };
  const auto columns = [](int64_t width, bool narrower) {
    return [=](const std::string& path) { return motion::load_track(path, width, narrower); };
  };
  add(o.shape, parts.shape, "shape", columns(flame::kShape, true));
  add(o.expression, parts.expression, "expression", columns(flame::kExpression, true));
  add(o.global, parts.root, "global", turned(1));
  add(o.neck, parts.neck, "neck", turned(1));
  add(o.jaw, parts.jaw, "jaw", turned(1));
  add(o.eyes, parts.eyes, "eyes", turned(2));
  add(o.transl, parts.translation, "transl", columns(3, false));
  if (o.reading.jaw_unit == motion::AngleUnit::kDegrees) parts.jaw = in_radians(parts.jaw);
  return parts;
}

motion::MotionFile load(const ExportOptions& o, motion::Axes axes, bool at_rest) {
  motion::MotionFile file;
  file.motion.axes = axes;
  if (!o.params.empty()) {
    motion::Reading reading = o.reading.reading(axes);
    reading.parts = true;  // the rest may stand in files of its own
    file = motion::open_motion(o.params, reading);
  } else if (o.reading.motion_fps) {
    file.motion.rate_hz = o.reading.motion_fps->hz();
  }
  motion::Motion& whole = file.motion;
  motion::Motion parts = load_parts(o);
  const std::string where = o.params.empty() ? "the arrays" : o.params;
  remark_units(parts, o.reading.jaw_unit, "the arrays", file.remarks);
  const auto take = [&](motion::Track& part, motion::Track& from, const char* option) {
    if (!from.empty()) put(part, std::move(from), option, o.params);
  };
  const char* pose = o.pose.empty() ? nullptr : "pose";
  take(whole.shape, parts.shape, "shape");
  take(whole.expression, parts.expression, "expression");
  take(whole.root, parts.root, o.global.empty() ? pose : "global");
  take(whole.neck, parts.neck, o.neck.empty() ? pose : "neck");
  take(whole.jaw, parts.jaw, o.jaw.empty() ? pose : "jaw");
  take(whole.eyes, parts.eyes, o.eyes.empty() ? pose : "eyes");
  take(whole.translation, parts.translation, "transl");
  if (whole.frames() == 0 && at_rest) return file;
  if (whole.frames() == 0) fail_usage("which motion? for example: {} happy.npy", Field("params"));
  motion::check_lengths(whole, where);
  if (motion::is_still(whole)) file.remarks.push_back(motion::still_remark(whole, where));
  return file;
}

const Exporter& exporter_of(const std::string& format) {
  const auto found = std::find_if(kExporters.begin(), kExporters.end(),
                                  [&](const Exporter& e) { return e.name == format; });
  if (found != kExporters.end()) return *found;
  std::vector<std::string> names;
  for (const Exporter& e : kExporters) names.emplace_back(e.name);
  fail_usage("export: format '{}' is unknown{}; expected one of {}", format,
             did_you_mean(format, names), fmt::join(names, ", "));
}

void check_avatar(const Exporter& exporter, const ChosenFace& chosen, const FaceOptions& options) {
  if (chosen.avatar == nullptr || (exporter.takes & kTakesAvatars) != 0) return;
  fail_usage("{} {}: of avatars `flowtalk export glb` writes files", Field("face"), options.face);
}

}  // namespace

std::string text_of(Rig rig) { return rig == Rig::kSkin ? "skin" : "morphs"; }
std::vector<std::string> all_texts(const Rig&) { return {"morphs", "skin"}; }
std::string text_of(AvatarNames names) {
  return names == AvatarNames::kArkit ? "arkit" : "presets";
}
std::vector<std::string> all_texts(const AvatarNames&) { return {"presets", "arkit"}; }
void from_text(const std::string& text, AvatarNames& names) {
  if (text != "presets" && text != "arkit") fail("expected presets or arkit, got '{}'", text);
  names = text == "arkit" ? AvatarNames::kArkit : AvatarNames::kPresets;
}
void from_text(const std::string& text, Rig& rig) {
  if (text != "morphs" && text != "skin") fail("expected morphs or skin, got '{}'", text);
  rig = text == "skin" ? Rig::kSkin : Rig::kMorphs;
}

std::span<const Exporter> exporters() { return kExporters; }

const Exporter* exporter_named(const std::filesystem::path& file) {
  const auto found = std::ranges::find_if(kExporters, [&](const Exporter& e) {
    return (e.takes & kTakesScores) != 0 && e.ending == ending_of(file);
  });
  return found != kExporters.end() ? &*found : nullptr;
}

std::string export_endings() {
  std::vector<std::string_view> endings;
  for (const Exporter& e : kExporters) {
    if ((e.takes & kTakesScores) != 0) endings.push_back(e.ending);
  }
  return fmt::format("{} or {}", fmt::join(endings.begin(), endings.end() - 1, ", "),
                     endings.back());
}

ChosenFace face_to_export(const Exporter& exporter, const FaceOptions& options, motion::Axes axes,
                          const std::filesystem::path& file) {
  const bool solved = (exporter.takes & kTakesFlame) != 0;
  if (axes == motion::Axes::kFlame && !solved) {
    fail_usage(
        "{} {}: the model moves a FLAME face; such files move the built-in head, or write {}",
        Field("output"), file.string(), motion::kMotionEndings);
  }
  ChosenFace chosen = choose_face(options);
  check_avatar(exporter, chosen, options);
  if (chosen.face.axes != axes) {
    fail_usage("{} {}: the model moves the axes of {}; {}", Field("output"), file.string(),
               owner_of(axes),
               axes == motion::Axes::kFlame
                   ? fmt::format("give {} its FLAME file", Field("face"))
                   : fmt::format("{} {} has others, leave it out", Field("face"), options.face));
  }
  return chosen;
}

int64_t export_as(const Exporter& exporter, const ExportedTake& take,
                  const std::filesystem::path& file, const Reporter& reporter) {
  const double own_hz = exporter.rate_hz > 0 ? exporter.rate_hz : take.motion.rate_hz;
  ExportOptions options;
  if (take.sound != nullptr) options.audio = take.sound->path().string();
  ThreadPool pool(options.threads);
  const auto& [face, shape, avatar] = take.face;
  const motion::Motion motion = resample(take.motion, take.rate_hz > 0 ? take.rate_hz : own_hz);
  exporter.write({face, motion, shape, pool, options, avatar}, file, reporter);
  if (take.sound != nullptr) take.sound->write();
  return motion.frames();
}

Exported export_motion(const std::string& format, ExportOptions o, const Reporter& reporter) {
  const Exporter& exporter = exporter_of(format);
  o.takes = exporter.takes;
  o.face.subject = o.subject;
  o.face.person = o.person;
  if (o.output.empty()) fail_usage("where to? give {} FILE{}", Field("output"), exporter.ending);
  refuse_to_replace(o.output, {o.params, o.shape, o.expression, o.global, o.neck, o.jaw, o.eyes,
                               o.pose, o.transl, o.face.face, o.face.templates, o.audio});
  check_ending(o.output, std::string(exporter.ending), "output");
  check_writable(o.output);
  if (!o.report.empty()) {
    refuse_to_replace(o.report, {o.output, o.params, o.face.face, o.audio});
    check_writable(o.report);
  }
  const SoundBeside sound(o.audio, o.output);
  check_subject(o.face);
  const ChosenFace chosen = choose_face(o.face);
  check_avatar(exporter, chosen, o.face);
  if (!o.report.empty() && chosen.face.axes != motion::Axes::kFlame) {
    fail_usage("{}: is of motions of a FLAME face; give {} its file", Field("report"),
               Field("face"));
  }
  motion::MotionFile file = load(o, chosen.face.axes, exporter.at_rest);
  warn_of_file(file, o.params, reporter);
  const bool mesh = (exporter.takes & kTakesMesh) != 0;
  const bool solved = chosen.face.axes == motion::Axes::kFlame && !mesh;
  if (solved && file.motion.axes != motion::Axes::kFlame) {
    fail_usage("{}: moves the axes of {}, which need no other face; leave {} out", o.params,
               owner_of(file.motion.axes), Field("face"));
  }
  if (!o.params.empty() && (mesh || solved)) {
    std::vector<std::string> untold;
    warn_of_axes(file, o.params, chosen.face, untold, reporter);
    warn_of_untold(untold, chosen.face, reporter);
  }
  const double own_hz = file.motion.rate_hz;
  const double rate_hz = o.fps ? o.fps->hz() : exporter.rate_hz > 0 ? exporter.rate_hz : own_hz;
  const bool untold = !file.says_rate && !o.reading.motion_fps && file.motion.frames() > 1;
  if (rate_hz != own_hz && untold) {
    note_untold_rates({o.params.empty() ? "the motion" : o.params}, reporter);
  }
  const motion::Motion motion = resample(file.motion, rate_hz);
  warn_of_lost_coefficients(motion, chosen, reporter);
  if (mesh && chosen.face.axes == motion::Axes::kFlame) {
    reporter.note(fmt::format("{}: {}", chosen.face.name, face::kFlameTerms));
  }
  note_new_folders({o.output}, reporter);
  ThreadPool pool(o.threads);
  exporter.write({chosen.face, motion, chosen.shape, pool, o, chosen.avatar}, o.output, reporter);
  sound.write();
  const auto vertices = chosen.avatar != nullptr
                            ? static_cast<int64_t>(chosen.avatar->whole_vertices())
                            : chosen.face.vertex_count();
  const int64_t frames =
      exporter.first_frame ? std::min<int64_t>(1, motion.frames()) : motion.frames();
  return {frames, mesh ? vertices : 0, motion.rate_hz, sound.path()};
}

}  // namespace flowtalk::pipeline
