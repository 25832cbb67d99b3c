// What all commands share: how arguments are read and how wrong ones are answered.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace flowtalk::apps {

using Args = std::vector<std::string>;

// "--wav_path=x" -> "--wav-path=x": options of the reference system are taken in its spelling too.
Args in_kebab_case(Args args);

// Fills what the app's options are bound to. False: --help was asked for and has been printed.
// Anything wrong is a usage Error of one line; unknown options come with the nearest known one, and
// empty values are wrong.
bool parse(CLI::App& app, const Args& args);

// What a group of commands says of itself: printed where it is asked for (exit code 0), and as the
// answer to a call without any word (2, as of every command that lacks one).
int show_overview(const Args& args, const std::string& text);
bool asks_for_overview(const Args& args);

// How a command was called, for a report: its name and the words, quoted where a shell needs it.
std::string typed(const std::string& command, const Args& args);

// Usage Error of a word that is none of the commands: the nearest one, or where a file's name goes.
[[noreturn]] void fail_unknown_command(const std::string& group, const std::string& name,
                                       const std::vector<std::string>& known);

}  // namespace flowtalk::apps
