// flowtalk render: motion files in, pictures or a film out.
#include "flowtalk/pipeline/render.h"

#include <fmt/core.h>

#include "apps/commands.h"
#include "apps/options/bind.h"
#include "apps/options/terminal.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  flowtalk render happy.npy --voice voice.wav -o happy.mp4\n"
    "  flowtalk render happy.npy sad.npy --caption happy --caption sad -o both.mp4\n"
    "  flowtalk render happy.npy --frames pictures/\n";

}  // namespace

int render(const Args& args) {
  pipeline::RenderOptions options;
  Command command("flowtalk render", "Renders motion files to a film or to pictures.", kExamples);
  command.bind(options,
               {{"motions", "MOTION"}, {"voice", "--voice,--wav-path"}, {"caption", "", true}});
  if (!command.parse(args)) return 0;
  const auto made = pipeline::render(options, terminal(command.quiet()));
  if (command.quiet()) return 0;
  fmt::print("{}: {} frames, {} x {}\n", made.path, made.frames, made.width, made.height);
  return 0;
}

}  // namespace flowtalk::apps
