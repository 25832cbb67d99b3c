// flowtalk predict: voices in, motion files out.
#include "flowtalk/pipeline/predict.h"

#include <fmt/core.h>

#include "apps/commands.h"
#include "apps/options/bind.h"
#include "apps/options/sweep_words.h"
#include "apps/options/terminal.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  flowtalk predict voice.wav --emotion happy -o happy.npy\n"
    "  flowtalk predict voice.wav --emotion happy -o happy.glb\n"
    "  flowtalk predict voice.wav --emotion happy:0.6,surprised:0.4 --strength 0.8\n"
    "  flowtalk predict recordings/ --id M009 --emotion 6 --intensity 1 -o outputs/\n"
    "  flowtalk predict voice.wav --num-samples 3 --temperature lips:0.1,brows:0.8 --seed 7\n"
    "  flowtalk predict voice.wav --curve curve.json --guidance 1.5 -o performance.npy\n"
    "  flowtalk predict voice.wav --sweep -o outputs/\n"
    "Emotions: 0 neutral, 1 happy, 2 sad, 3 surprised, 4 fear, 5 disgusted, 6 angry, 7 contempt\n";

}  // namespace

int predict(const Args& args) {
  pipeline::PredictOptions options;
  Command command("flowtalk predict",
                  "Predicts 3D face motion (FLAME parameters, 25 frames per second) from a voice.",
                  kExamples);
  command.bind(options, {{"voices", "VOICE,--wav-path"}, {"emotion", "", true}});
  if (!command.parse(with_sweep_strengths(args))) return 0;
  const auto made = pipeline::predict(options, terminal(command.quiet()));
  if (command.quiet() || made.size() > static_cast<size_t>(options.num_samples)) return 0;
  for (const auto& file : made) fmt::print("{}: {} frames\n", file.path.string(), file.frames);
  return 0;
}

}  // namespace flowtalk::apps
