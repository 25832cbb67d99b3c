#include "apps/command_line.h"

#include <algorithm>
#include <cctype>
#include <iostream>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"

namespace flowtalk::apps {
namespace {

bool is_long_option(const std::string& arg) {
  return arg.size() > 2 && arg.starts_with("--") && std::isalpha(arg[2]) != 0;
}

// CLI11 reports a misspelt option only after missing arguments; the typo is what helps the user.
void check_option_names(const CLI::App& app, const Args& args) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  for (const std::string& arg : args) {
    if (arg == "--") return;
    if (!is_long_option(arg)) continue;
    const std::string name = arg.substr(0, arg.find('='));
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      fail_usage("unknown option '{}'{} ('{} --help' lists all)", name, did_you_mean(name, known),
                 app.get_name());
    }
  }
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

Args in_kebab_case(Args args) {
  for (std::string& arg : args) {
    if (arg == "--") break;
    if (!is_long_option(arg)) continue;
    const auto end = arg.begin() + static_cast<std::ptrdiff_t>(std::min(arg.find('='), arg.size()));
    std::replace(arg.begin(), end, '_', '-');
  }
  return args;
}

bool parse(CLI::App& app, const Args& args) {
  const Args words = in_kebab_case(args);
  try {
    const bool help = std::any_of(words.begin(), words.end(),
                                  [](const auto& w) { return w == "--help" || w == "-h"; });
    if (!help) check_option_names(app, words);
    app.parse(Args(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return false;
  } catch (const CLI::ParseError& e) {
    fail_usage("{} (see '{} --help')", one_line(e.what()), app.get_name());
  }
  return true;
}

void warn(const std::string& text) { std::cerr << "flowtalk: warning: " << text << "\n"; }

void fail_unknown_command(const std::string& group, const std::string& name,
                          const std::vector<std::string>& known) {
  fail_usage("'{}' is no command of {}{} ('{} --help' lists all)", name, group,
             did_you_mean(name, known), group);
}

}  // namespace flowtalk::apps
