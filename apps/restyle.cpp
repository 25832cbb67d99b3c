// flowtalk restyle: a recorded performance with another emotion, strength or speaking style.
#include "flowtalk/pipeline/restyle.h"

#include <fmt/core.h>

#include "apps/commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  flowtalk restyle voice.wav --motion happy.npy --emotion angry --intensity high -o new.npy\n"
    "  flowtalk restyle voice.wav --motion take.npy --from-emotion happy --from-intensity high\n"
    "      --from-id M003 --emotion happy --strength 0.4 -o calmer.npy\n"
    "  flowtalk restyle voice.wav --motion take.npy --curve curve.json -o mood.npy\n"
    "  flowtalk restyle voice.wav --motion take.npy --id W011 -o hers.mp4\n";

}  // namespace

int restyle(const Args& args) {
  pipeline::RestyleOptions options;
  Command command(
      "flowtalk restyle",
      "Gives a recorded performance another emotion, strength or speaking style; its timing and "
      "its lips stay.",
      kExamples);
  command.bind(options, {{"voice", "VOICE,--wav-path"}});
  if (!command.parse(args)) return 0;
  const auto made = pipeline::restyle(options, terminal(command.quiet()));
  if (command.quiet()) return 0;
  fmt::print("{}: {} frames, {} -> {}\n", made.path, made.frames, made.from, made.to);
  return 0;
}

}  // namespace flowtalk::apps
