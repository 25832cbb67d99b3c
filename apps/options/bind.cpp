#include "apps/options/bind.h"

#include <algorithm>
#include <array>

namespace flowtalk::apps {
namespace {

// Fields that every command spells alike; the first name is the one of messages.
struct Common {
  std::string_view field, names;
};
constexpr std::array kCommon = {Common{"output", "-o,--output,--save-path"},
                                Common{"quiet", "-q,--quiet"},
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

Command::Command(const std::string& name, const std::string& summary, const std::string& footer)
    : app_(summary, name) {
  app_.footer(footer);
}

bool Command::parse(const Args& args) {
  if (!apps::parse(app_, args)) return false;
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
