// flowtalk export: motion for other programs.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "apps/command_line.h"
#include "apps/commands.h"
#include "apps/face_options.h"
#include "apps/outputs.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/motion/motion_file.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kBlock = 256;  // frames in memory at a time

constexpr const char* kOverview =
    "Writes motion for other programs.\n"
    "Usage: flowtalk export vertices [OPTIONS]\n\n"
    "  vertices   the posed mesh of every frame, (T, V, 3) float32 in metres\n\n"
    "Example:\n"
    "  flowtalk export vertices --face generic_model.pkl --params happy.npy --out happy_mesh.npy\n";

constexpr const char* kFooter =
    "Parameters are .npy rows of 403 values (shape 300, expression 100, jaw 3), 353 (expression "
    "50)\n"
    "or 53 (expression 50, jaw 3), (T, W) or (1, T, W); or a .npz or .safetensors file of arrays\n"
    "shape, expression, global_pose, neck_pose, jaw_pose, eye_pose, transl, those that it has.\n"
    "Poses are axis-angle in radians, the eyes left then right; an array of one row holds for all\n"
    "frames. Joints turn in FLAME's order: global, neck, jaw, eyes; the translation comes last.\n"
    "Examples:\n"
    "  flowtalk export vertices --face generic_model.pkl --params happy.npy --out mesh.npy\n"
    "  flowtalk export vertices --face flame2023.pkl --params p.npy --global g.npy --out mesh.npy\n"
    "  flowtalk export vertices --face flame2023.pkl --params takes.npz --prefix first. --out "
    "m.npy\n";

struct VerticesCommand {
  FaceOptions face;
  std::string params, prefix, output;
  std::string shape, expression, root, neck, jaw, eyes, pose, translation;
  int threads = 0;
  bool quiet = false;
};

void declare(CLI::App& app, VerticesCommand& c) {
  app.add_option("PARAMS,--params", c.params, "parameters of the frames: .npy, .npz, .safetensors");
  app.add_option("--prefix", c.prefix, "what the array names in a .npz or .safetensors start with");
  app.add_option("-o,--out,--output,--save-path", c.output, "the vertices, .npy");
  c.face.add_to(app);
  app.add_option("--subject", c.face.subject, "whose face, by its name in --templates");
  app.add_option("--shape", c.shape, ".npy of up to 300 shape coefficients, for one or all frames");
  app.add_option("--expression", c.expression, ".npy (T, N) of up to 100 expression coefficients");
  app.add_option("--global,--global-pose", c.root, ".npy (T, 3): the whole head");
  app.add_option("--neck,--neck-pose", c.neck, ".npy (T, 3)");
  app.add_option("--jaw,--jaw-pose", c.jaw, ".npy (T, 3)");
  app.add_option("--eyes,--eye-pose", c.eyes, ".npy (T, 6)");
  app.add_option("--pose", c.pose, ".npy (T, 15): global, neck, jaw, left and right eye in one");
  app.add_option("--transl,--translation", c.translation, ".npy (T, 3), metres");
  app.add_option("--threads", c.threads, "threads to compute with (default: all)")
      ->check(CLI::Range(0, 256));
  app.add_flag("-q,--quiet", c.quiet, "print nothing");
  app.footer(kFooter);
}

bool is_zero(const motion::Track& part) {
  for (int64_t t = 0; t < part.rows(); ++t) {
    for (const float x : part.at(t)) {
      if (x != 0) return false;
    }
  }
  return true;
}

// A part of its own file takes the place of zeros in --params, and of nothing else.
void put(motion::Track& part, motion::Track by, const std::string& option,
         const std::string& params) {
  if (!is_zero(part))
    fail_usage("{}: {} holds these values already; leave one out", option, params);
  part = std::move(by);
}

motion::MotionFile load(const VerticesCommand& c, motion::Axes axes) {
  motion::MotionFile file;
  if (!c.params.empty()) file = motion::open_motion(c.params, axes, c.prefix);
  motion::Motion& p = file.motion;
  const auto add = [&](const std::string& path, motion::Track& part, int64_t width, bool narrower,
                       const char* option) {
    if (!path.empty()) put(part, motion::load_track(path, width, narrower), option, c.params);
  };
  add(c.shape, p.shape, flame::kShape, true, "--shape");
  add(c.expression, p.expression, flame::kExpression, true, "--expression");
  add(c.root, p.root, 3, false, "--global");
  add(c.neck, p.neck, 3, false, "--neck");
  add(c.jaw, p.jaw, 3, false, "--jaw");
  add(c.eyes, p.eyes, 6, false, "--eyes");
  add(c.translation, p.translation, 3, false, "--transl");
  if (!c.pose.empty()) {
    const motion::Track pose = motion::load_track(c.pose, 15);
    const std::array<std::pair<motion::Track*, int64_t>, 4> parts{
        {{&p.root, 0}, {&p.neck, 3}, {&p.jaw, 6}, {&p.eyes, 9}}};
    for (const auto& [part, first] : parts) {
      put(*part, {pose.table, first, part == &p.eyes ? 6 : 3}, "--pose", c.params);
    }
  }
  if (p.frames() == 0) fail_usage("which motion? for example: --params happy.npy");
  motion::check_lengths(p, c.params.empty() ? "the arrays" : c.params);
  return file;
}

// A subject's shape takes the place of the motion's; one shape for all frames is folded in.
face::Deformer make_deformer(const ChosenFace& chosen, motion::Motion& p) {
  if (chosen.shape.empty() && !p.one_shape()) {
    return face::Deformer(chosen.face, {}, face::Deformer::LiveShape::kYes);
  }
  const motion::Track shape = std::exchange(p.shape, {});
  return face::Deformer(chosen.face, chosen.shape.empty() ? shape.at(0) : chosen.shape);
}

void save_vertices(const face::Deformer& deformer, const motion::Motion& p,
                   const VerticesCommand& c, int64_t frames) {
  const int64_t values = deformer.face().rest.size();
  ThreadPool pool(c.threads);
  PartialOutput output(c.output);
  std::ofstream out(output.path(), std::ios::binary | std::ios::trunc);
  const auto write = [&](const void* from, size_t bytes) {
    out.write(static_cast<const char*>(from), static_cast<std::streamsize>(bytes));
    if (!out) fail("{}: cannot be written; is the disk full?", c.output);
  };
  const std::string header = formats::npy_header({frames, values / 3, 3});
  write(header.data(), header.size());
  std::vector<float> block;
  std::vector<face::FaceFrame> poses;
  Progress progress("export", frames, "frames", c.quiet);
  for (int64_t begin = 0; begin < frames; begin += kBlock) {
    const int64_t count = std::min(kBlock, frames - begin);
    poses.clear();
    for (int64_t t = begin; t < begin + count; ++t) poses.push_back(face::frame_of(p, t));
    block.resize(static_cast<size_t>(count * values));
    deformer.vertices(poses, block, pool);
    write(block.data(), block.size() * sizeof(float));
    progress.advance(count);
  }
  out.close();
  if (!out) fail("{}: cannot be written; is the disk full?", c.output);
  output.commit();
}

int vertices(const Args& args) {
  VerticesCommand c;
  CLI::App app("Writes the posed mesh of every frame, (T, V, 3) float32 in metres.",
               "flowtalk export vertices");
  declare(app, c);
  if (!parse(app, args)) return 0;
  if (c.output.empty()) fail_usage("where to? give --out FILE.npy");
  check_writable(c.output);
  refuse_to_replace(c.output, {c.params, c.shape, c.expression, c.root, c.neck, c.jaw, c.eyes,
                               c.pose, c.translation, c.face.face, c.face.templates});
  check_subject(c.face);
  const ChosenFace chosen = choose_face(c.face);
  auto [p, unused] = load(c, chosen.face.axes);
  const int64_t frames = p.frames();
  if (!c.quiet) {
    for (const std::string& name : unused) warn(c.params + ": array " + name + " is not used");
    warn_of_lost_coefficients(p, chosen.face);
  }
  const face::Deformer deformer = make_deformer(chosen, p);
  save_vertices(deformer, p, c, frames);
  if (!c.quiet) {
    fmt::print("{}: {} frames of {} vertices\n", c.output, frames, chosen.face.vertex_count());
  }
  return 0;
}

}  // namespace

int export_motion(const Args& args) {
  if (args.empty() || args[0] == "--help" || args[0] == "-h") {
    fmt::print("{}", kOverview);
    return 0;
  }
  if (args[0] == "vertices") return vertices({args.begin() + 1, args.end()});
  fail_unknown_command("flowtalk export", args[0], {"vertices"});
}

}  // namespace flowtalk::apps
