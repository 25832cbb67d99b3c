#include "apps/options/command_line.h"

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <filesystem>
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
    for (const std::string& name : option->get_lnames()) known.push_back(name);
  }
  for (const std::string& arg : args) {
    if (arg == "--") return;
    if (!is_long_option(arg)) continue;
    const std::string name = arg.substr(2, arg.find('=') - 2);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      fail_usage("unknown option '--{}'{} ('{} --help' lists all)", name,
                 did_you_mean(name, known, "--"), app.get_name());
    }
  }
}

// An empty value is a shell variable that was not set: as good as a wrong one, and easily taken for
// "not given". Captions and titles may be empty.
void check_values(const CLI::App& app, const Args& args) {
  static const Args free_text = {"--caption", "--title"};
  const auto may_be_empty = [](const std::string& option) {
    return std::find(free_text.begin(), free_text.end(), option) != free_text.end();
  };
  for (size_t i = 0; i < args.size(); ++i) {
    const size_t equals = is_long_option(args[i]) ? args[i].find('=') : std::string::npos;
    const bool empty_word = args[i].empty(), empty_end = equals + 1 == args[i].size();
    if (!empty_word && !(equals != std::string::npos && empty_end)) continue;
    const bool of_option = i > 0 && args[i - 1].size() > 1 && args[i - 1][0] == '-';
    const std::string option =
        !empty_word ? args[i].substr(0, equals) : (of_option ? args[i - 1] : "an argument");
    if (may_be_empty(option)) continue;
    fail_usage("{}: the value is empty; give one, or leave it out ('{} --help' lists all)", option,
               app.get_name());
  }
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// A word that nothing takes.
[[noreturn]] void fail_extra_word(const CLI::App& app, const std::string& word) {
  if (word.size() > 1 && word[0] == '-') {
    fail_usage("unknown option '{}' ('{} --help' lists all)", word, app.get_name());
  }
  const auto options = app.get_options();
  const auto place = std::ranges::find_if(
      options, [](const CLI::Option* option) { return option->get_positional(); });
  const std::string taken = place == options.end()
                                ? "no name of a file"
                                : fmt::format("one {}", (*place)->get_name(true));
  fail_usage("'{}' is one word too many, {} takes {} and options ('{} --help' lists all)", word,
             app.get_name(), taken, app.get_name());
}

// CLI11 speaks of how it counts.
std::string in_plain_words(const CLI::ArgumentMismatch& e) {
  const std::string text = e.what(), option = text.substr(0, text.find(": "));
  if (text.ends_with(" missing")) return option + ": the value is missing";
  const size_t received = text.find(" received ");
  if (received == std::string::npos) return one_line(text);
  return fmt::format("{}: is given {} times, expected once", option, text.substr(received + 10));
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
    if (!help) {
      check_option_names(app, words);
      check_values(app, words);
    }
    app.parse(Args(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return false;
  } catch (const CLI::ExtrasError&) {
    fail_extra_word(app, app.remaining().front());
  } catch (const CLI::ArgumentMismatch& e) {
    fail_usage("{} (see '{} --help')", in_plain_words(e), app.get_name());
  } catch (const CLI::ParseError& e) {
    fail_usage("{} (see '{} --help')", one_line(e.what()), app.get_name());
  }
  return true;
}

bool asks_for_overview(const Args& args) {
  return args.empty() || args[0] == "--help" || args[0] == "-h";
}

std::string typed(const std::string& command, const Args& args) {
  constexpr const char* kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+";
  std::string text = command;
  for (const std::string& word : args) {
    const bool plain = !word.empty() && word.find_first_not_of(kPlain) == std::string::npos;
    text += plain ? " " + word : " '" + word + "'";
  }
  return text;
}

int show_overview(const Args& args, const std::string& text) {
  (args.empty() ? std::cerr : std::cout) << text;
  return args.empty() ? 2 : 0;
}

void fail_unknown_command(const std::string& group, const std::string& name,
                          const std::vector<std::string>& known) {
  std::error_code code;
  if (std::filesystem::exists(name, code)) {
    fail_usage("'{}' is a {}; say first what to do with it: {} {} ('{} --help' explains)", name,
               std::filesystem::is_directory(name, code) ? "folder" : "file", group,
               fmt::join(known, "|"), group);
  }
  fail_usage("'{}' is no command of {}{} ('{} --help' lists all)", name, group,
             did_you_mean(name, known), group);
}

}  // namespace flowtalk::apps
