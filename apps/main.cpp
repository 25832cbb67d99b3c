// flowtalk: the table of commands, and the only place where errors end the program.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "apps/commands.h"
#include "apps/options/command_line.h"
#include "apps/options/terminal.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/interruption.h"

namespace flowtalk::apps {
namespace {

struct Command {
  std::string_view name, summary;
  int (*run)(const std::vector<std::string>&);
};

constexpr std::array kCommands = {
    Command{"talk", "a voice in, a video of a talking face out", talk},
    Command{"predict", "a voice in, FLAME motion out: npy, npz or safetensors", predict},
    Command{"live", "a voice in, a live face out to Unreal, VSeeFace, VMagicMirror, ...", live},
    Command{"encode", "a voice in, hidden states of the speech encoder (.npy) out", encode},
    Command{"render", "motion and voice to a film or png pictures", render},
    Command{"export", "motion as meshes for other programs", export_motion},
    Command{"evaluate", "measure motion against recorded faces, or against the voice", evaluate},
    Command{"score", "how likely a recorded performance is, and what it shows", score},
    Command{"restyle", "a recorded performance with another emotion or style", restyle},
    Command{"data", "make or check a corpus to train on", data},
    Command{"train", "train the parts of the model (needs flowtalk-train)", train},
    Command{"import", "a published system's checkpoint, or a face in ARKit's shapes, as flowtalk's",
            import_foreign},
    Command{"inspect", "what any file holds and whether it can be used", inspect},
    Command{"version", "which flowtalk this is", version},
};

// What people of the Python system type, and what it is called here.
struct Script {
  std::string_view name, command;
};
constexpr std::array kScripts = {Script{"main.py", "train"}, Script{"evaluation.py", "evaluate"},
                                 Script{"predict.py", "predict"}};

std::string overview() {
  std::string text = "flowtalk turns a voice into an emotional 3D face.\n\n";
  for (const Command& c : kCommands)
    text += fmt::format("  flowtalk {:<10}{}\n", c.name, c.summary);
  return text +
         "\nStart here:\n"
         "  flowtalk talk voice.wav -o face.mp4 --emotion happy\n"
         "  flowtalk talk voice.wav -o faces.mp4 --emotion all\n"
         "\n'flowtalk COMMAND --help' explains one command.\n";
}

int run(const Args& args) {
  if (args.size() > 1 && args[0] == "help") {
    Args of_command(args.begin() + 1, args.end());
    of_command.emplace_back("--help");
    return run(of_command);
  }
  if (asks_for_overview(args) || args[0] == "help") return show_overview(args, overview());
  const std::string name = args[0] == "--version" ? "version" : args[0];
  for (const Command& c : kCommands) {
    if (c.name == name) return c.run({args.begin() + 1, args.end()});
  }
  for (const Script& script : kScripts) {
    if (script.name != name) continue;
    fail_usage("'{}' is a script of the Python system; here it is 'flowtalk {}'", name,
               script.command);
  }
  std::vector<std::string> known;
  for (const Command& c : kCommands) known.emplace_back(c.name);
  fail_unknown_command("flowtalk", name, known);
}

}  // namespace
}  // namespace flowtalk::apps

int main(int argc, char** argv) {
  flowtalk::clean_up_when_interrupted();
  try {
    return flowtalk::apps::run({argv + 1, argv + argc});
  } catch (const flowtalk::Error& e) {
    fmt::print(stderr, "flowtalk: {}\n", flowtalk::apps::spelled(e.marked()));
    return e.exit_code();
  } catch (const std::filesystem::filesystem_error& e) {
    fmt::print(stderr, "flowtalk: {}: {}\n", e.path1().string(), e.code().message());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "flowtalk: out of memory; try a shorter voice or fewer samples\n");
  } catch (const std::exception& e) {
    fmt::print(stderr, "flowtalk: {}\n", e.what());
  }
  return 1;
}
