#include "apps/options/bind.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

namespace flowtalk::apps {
namespace {

// Fields that every command spells alike; the first name is the one of messages.
struct Common {
  std::string_view field, names;
};
constexpr std::array kCommon = {Common{"output", "-o,--output,--out,--save-path"},
                                Common{"model", "--model,--checkpoint"}};

std::string kebab(std::string_view field) {
  std::string name = "--" + std::string(field);
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

}  // namespace

std::string flag_of(std::string_view field) {
  for (const Common& common : kCommon) {
    if (common.field == field) return std::string(common.names.substr(0, common.names.find(',')));
  }
  return kebab(field);
}

struct Command::Words {
  CLI::App app;
  std::vector<std::pair<std::string, CLI::Option*>> bound;
};

Command::Command(const std::string& name, const std::string& summary, const std::string& footer)
    : words_(new Words{CLI::App(summary, name), {}}) {
  words_->app.footer(footer);
  words_->app.add_flag("-q,--quiet", quiet_,
                       "the result alone: no progress, remarks or details; warnings stay");
}

Command::~Command() = default;

void Command::add(const std::string& field, bool& value, const std::string& help) {
  words_->bound.emplace_back(field, words_->app.add_flag(names_of(field), value, help));
}

void Command::add(const std::string& field, std::string& value, const std::string& help) {
  words_->bound.emplace_back(field, words_->app.add_option(names_of(field), value, help));
}

void Command::add(const std::string& field, std::vector<std::string>& value,
                  const std::string& help) {
  CLI::Option* option = words_->app.add_option(names_of(field), value, help);
  const Spelling* spelling = spelling_of(field);
  if (spelling != nullptr && spelling->one_each) option->allow_extra_args(false);
  words_->bound.emplace_back(field, option);
}

void Command::add_reader(const std::string& field,
                         std::function<void(const std::string& word)> reader,
                         const std::string& type, const std::string& help) {
  CLI::Option* option = words_->app.add_option_function<std::string>(names_of(field), reader, help);
  option->type_name(type);
  words_->bound.emplace_back(field, option);
}

std::vector<std::string> Command::given() const {
  std::vector<std::string> fields;
  for (const auto& [field, option] : words_->bound) {
    if (option->count() > 0) fields.push_back(field);
  }
  return fields;
}

bool Command::parse(const Args& args) {
  if (!apps::parse(words_->app, args)) return false;
  for (const auto& finish : finish_) finish();
  return true;
}

const Spelling* Command::spelling_of(std::string_view field) const {
  const auto found = std::find_if(spellings_.begin(), spellings_.end(),
                                  [&](const Spelling& s) { return s.field == field; });
  return found == spellings_.end() ? nullptr : &*found;
}

std::string Command::names_of(std::string_view field) const {
  const Spelling* own = spelling_of(field);
  if (own != nullptr && !own->names.empty()) return own->names;
  for (const Common& common : kCommon) {
    if (common.field == field) return std::string(common.names);
  }
  return kebab(field);
}

}  // namespace flowtalk::apps
