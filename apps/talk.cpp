// flowtalk talk: the main job in one step, a voice in and a film out.
#include "flowtalk/pipeline/talk.h"

#include <fmt/core.h>

#include "apps/commands.h"
#include "apps/options/bind.h"
#include "apps/options/sweep_words.h"
#include "apps/options/terminal.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  flowtalk talk voice.wav -o face.mp4\n"
    "  flowtalk talk voice.wav -o face.mp4 --emotion angry --intensity high\n"
    "  flowtalk talk voice.wav -o faces.mp4 --emotion neutral --emotion happy --emotion sad\n"
    "  flowtalk talk hello.wav goodbye.wav -o faces.mp4 --emotion all\n"
    "  flowtalk talk recordings/ -o films/ --emotion happy\n"
    "  flowtalk talk voice.wav -o face.mp4 --curve curve.json\n"
    "  flowtalk talk voice.wav -o take.csv --emotion sad\n"
    "  flowtalk talk voice.wav -o me.glb --face avatar.vrm\n"
    "  flowtalk talk voice.wav -o table.mp4 --sweep --emotion happy --emotion sad\n";

}  // namespace

int talk(const Args& args) {
  pipeline::TalkOptions options;
  Command command(
      "flowtalk talk",
      "Makes a film of a face that speaks with the given voice, or its motion for another program.",
      kExamples);
  command.bind(options, {{"voices", "VOICE,--wav-path"}, {"emotion", "", true}});
  if (!command.parse(with_sweep_strengths(args))) return 0;
  const auto films = pipeline::talk(options, terminal(command.quiet()));
  if (command.quiet()) return 0;
  for (const auto& film : films) {
    fmt::print("{}: {:.1f} s, {}\n", film.path, film.duration_s,
               film.sound.empty() ? fmt::format("{} x {}", film.width, film.height)
                                  : fmt::format("sound in {}", film.sound));
  }
  return 0;
}

}  // namespace flowtalk::apps
