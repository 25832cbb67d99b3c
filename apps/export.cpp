// flowtalk export: motion for other programs.
#include "flowtalk/pipeline/export.h"

#include <fmt/core.h>

#include "apps/commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kFooter =
    "Parameters are .npy rows of 403 values (shape 300, expression 100, jaw 3), 353 (expression "
    "50)\n"
    "or 53 (expression 50, jaw 3), (T, W) or (1, T, W); or arrays by name (.npz, .safetensors, "
    ".pt,\n"
    ".pkl): shape, expression, global_pose, neck_pose, jaw_pose, eye_pose, transl, those that it\n"
    "has, and the names of other systems for them (docs/motion.md). Poses are axis-angle in "
    "radians, the eyes left then right; an array of one row holds for all\n"
    "frames. Joints turn in FLAME's order: global, neck, jaw, eyes; the translation comes last.\n"
    "Examples:\n"
    "  flowtalk export vertices --face generic_model.pkl --params happy.npy --out mesh.npy\n"
    "  flowtalk export vertices --face flame2023.pkl --params p.npy --global g.npy --out mesh.npy\n"
    "  flowtalk export vertices --face flame2023.pkl --params takes.npz --prefix first. --out "
    "m.npy\n"
    "  flowtalk export obj --person nora --out nora.obj\n"
    "  flowtalk export arkit happy.npz --audio voice.wav -o happy.csv\n";

std::string overview() {
  std::string text =
      "Writes motion for other programs.\nUsage: flowtalk export FORMAT [OPTIONS]\n\n";
  for (const auto& e : pipeline::exporters())
    text += fmt::format("  {:<10} {}\n", e.name, e.summary);
  return text +
         "\nExample:\n"
         "  flowtalk export vertices --face generic_model.pkl --params happy.npy --out mesh.npy\n"
         "  flowtalk export glb happy.npz --audio voice.wav -o happy.glb\n";
}

int run(const pipeline::Exporter& format, const Args& args) {
  pipeline::ExportOptions options;
  options.takes = format.takes;
  Command command(fmt::format("flowtalk export {}", format.name),
                  fmt::format("Writes {}.", format.summary), kFooter);
  command.bind(options, {{"params", "PARAMS,--params"},
                         {"output", "-o,--out,--output,--save-path"},
                         {"global", "--global,--global-pose"},
                         {"neck", "--neck,--neck-pose"},
                         {"jaw", "--jaw,--jaw-pose"},
                         {"eyes", "--eyes,--eye-pose"},
                         {"transl", "--transl,--translation"}});
  if (!command.parse(args)) return 0;
  const auto made =
      pipeline::export_motion(std::string(format.name), options, terminal(command.quiet()));
  if (command.quiet()) return 0;
  if (made.frames == 0) {
    fmt::print("{}: {} vertices at rest\n", options.output, made.vertices);
    return 0;
  }
  const std::string of = made.vertices > 0 ? fmt::format(" of {} vertices", made.vertices) : "";
  if (format.first_frame) {
    fmt::print("{}: the first frame{}\n", options.output, of);
    return 0;
  }
  fmt::print("{}: {} frames{}, {:g} per second\n", options.output, made.frames, of, made.rate_hz);
  if (!made.sound.empty()) fmt::print("{}: its sound\n", made.sound.string());
  return 0;
}

}  // namespace

int export_motion(const Args& args) {
  if (asks_for_overview(args)) return show_overview(args, overview());
  std::vector<std::string> known;
  for (const auto& format : pipeline::exporters()) {
    if (args[0] == format.name) return run(format, {args.begin() + 1, args.end()});
    known.emplace_back(format.name);
  }
  fail_unknown_command("flowtalk export", args[0], known);
}

}  // namespace flowtalk::apps
