// flowtalk import: what other systems make becomes what flowtalk reads: models and faces.
#include "flowtalk/foreign/import.h"

#include <fmt/core.h>

#include "apps/commands.h"
#include "apps/options/bind.h"
#include "apps/options/command_line.h"
#include "apps/options/terminal.h"
#include "flowtalk/foreign/import_encoder.h"
#include "flowtalk/pipeline/import_arkit.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kOverview =
    "Makes what other systems publish into what flowtalk reads.\n"
    "Usage: flowtalk import checkpoint FILE|FOLDER -o OUT [OPTIONS]\n"
    "       flowtalk import encoder FILE.onnx -o OUT [OPTIONS]\n"
    "       flowtalk import arkit FILE -o MOTION [OPTIONS]\n\n"
    "  checkpoint    a trained model: ProbTalk3D, FaceDiffuser, FaceXHuBERT, FaceFormer, "
    "CodeTalker\n"
    "  encoder       a speech encoder to begin training from: Moonshine's\n"
    "  arkit         a face in ARKit's shapes: Live Link Face, BEAT, LAM, Audio2Face, MediaPipe\n\n"
    "Example:\n"
    "  flowtalk import checkpoint probtalk3d/ -o imported\n"
    "  flowtalk predict voice.wav --model imported --emotion happy -o happy.npy\n";

int checkpoint_command(const Args& args) {
  foreign::ImportOptions options;
  Command command(
      "flowtalk import checkpoint",
      "Renames the checkpoint of a published system (ProbTalk3D, FaceDiffuser, FaceXHuBERT, "
      "FaceFormer, CodeTalker) into a checkpoint of flowtalk: predict then gives the motion that "
      "the system gives. Sizes follow from shapes. The weights stay under the licence of whoever "
      "published them.",
      "Example:\n"
      "  flowtalk import checkpoint probtalk3d/ -o imported\n"
      "  flowtalk predict voice.wav --model imported --emotion happy -o happy.npy\n");
  command.bind(options, {{"checkpoint", "CHECKPOINT"}});
  if (!command.parse(args)) return 0;
  const auto imported = foreign::import_checkpoint(options);
  for (const auto& warning : imported.warnings) terminal(command.quiet()).warn(warning);
  if (command.quiet()) return 0;
  fmt::print("{}: {}\n  {}\n", imported.folder.string(), imported.system,
             imported.whole ? "flowtalk predict takes it as a model"
                            : "flowtalk train generator takes it as a motion prior");
  return 0;
}

int encoder_command(const Args& args) {
  foreign::ImportEncoderOptions options;
  Command command(
      "flowtalk import encoder",
      "Makes the speech encoder of Moonshine (its quantised encoder_model.onnx) into a checkpoint "
      "for train encoder to begin from (--from). It hears in steps of 20 ms in the place of 24 and "
      "in blocks in the place of the whole clip, so it has to be trained.",
      "Example:\n"
      "  flowtalk import encoder encoder_model.onnx -o runs/moonshine\n");
  command.bind(options, {{"encoder", "FILE,--encoder"}, {"output", "-o,--output"}});
  if (!command.parse(args)) return 0;
  const auto made = foreign::import_encoder(options);
  for (const auto& warning : made.warnings) terminal(command.quiet()).warn(warning);
  if (command.quiet()) return 0;
  fmt::print("{}: {} of {} layers, {} wide, {:.1f} million parameters\n  {}\n",
             made.folder.string(), made.config.num_hidden_layers, made.layers,
             made.config.hidden_size, static_cast<double>(made.parameters) / 1e6,
             "flowtalk train encoder begins from it (--from)");
  return 0;
}

int arkit_command(const Args& args) {
  pipeline::ImportArkitOptions options;
  Command command(
      "flowtalk import arkit",
      "Makes a face in ARKit's shapes into a motion of the built-in head: takes of Live Link Face, "
      "JSON of BEAT, LAM, Audio2Face and MediaPipe, tables of scores. docs/exports.md has the "
      "forms.",
      "Example:\n"
      "  flowtalk import arkit take.csv -o take.npz\n"
      "  flowtalk render take.npz --voice take.wav -o take.mp4\n");
  command.bind(options, {{"scores", "FILE,--scores"}, {"output", "-o,--output"}});
  if (!command.parse(args)) return 0;
  const auto made = pipeline::import_arkit(options, terminal(command.quiet()));
  if (command.quiet()) return 0;
  fmt::print("{}: {} frames, {:g} per second\n  {}, {} of ARKit's 52 shapes\n", options.output,
             made.frames, made.rate_hz, made.kind, made.shapes);
  return 0;
}

}  // namespace

int import_foreign(const Args& args) {
  if (asks_for_overview(args)) return show_overview(args, kOverview);
  const Args rest(args.begin() + 1, args.end());
  if (args[0] == "checkpoint") return checkpoint_command(rest);
  if (args[0] == "encoder") return encoder_command(rest);
  if (args[0] == "arkit") return arkit_command(rest);
  fail_unknown_command("flowtalk import", args[0], {"checkpoint", "encoder", "arkit"});
}

}  // namespace flowtalk::apps
