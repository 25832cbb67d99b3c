#include "flowtalk/avatar/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace flowtalk::avatar {
namespace {

bool divides(char c) {
  return c == '_' || c == ' ' || c == '-' || c == '.' || c == ':' || c == '|';
}

// In small letters, without what divides words.
std::string squeezed(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (divides(c)) continue;
    text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

struct Known {
  size_t channel;
  bool anywhere;           // also as the last words of a longer name
  bool stands_in = false;  // for a shape of ARKit's
  int side = 0;            // see side_of
};
using Table = std::map<std::string, Known, std::less<>>;

void add_arkit(Table& table) {
  for (size_t i = 0; i < arkit::kShapes; ++i) {
    const std::string_view name = arkit::kNames[i];
    table[squeezed(name)] = {i, true};
    // A direction is no side: jawLeft has no jaw_L, and mouthLeft no mouth_L.
    const bool direction = name.starts_with("jaw") || name == "mouthLeft" || name == "mouthRight";
    if (arkit::kPartner[i] == i || direction) continue;
    const bool left = name.ends_with("Left");
    const auto stem = name.substr(0, name.size() - (left ? 4 : 5));
    table[squeezed(fmt::format("{}{}", stem, left ? 'L' : 'R'))] = {i, true};
  }
  // ICT-FaceKit has these in two halves.
  for (const char* halved : {"browInnerUp", "cheekPuff"}) {
    const size_t i = *arkit::find_shape(halved);
    for (const auto& [side, which] : {std::pair{"l", 1}, {"r", 2}, {"left", 1}, {"right", 2}}) {
      table[squeezed(fmt::format("{}{}", halved, side))] = {i, true, false, which};
    }
  }
}

void add_visemes(Table& table) {
  constexpr std::array<std::string_view, arkit::kVisemeNames.size()> kVrchat{
      "pp", "ff", "th", "dd", "kk", "ch", "ss", "nn", "rr", "aa", "e", "ih", "oh", "ou"};
  for (size_t i = 0; i < kVrchat.size(); ++i) {
    table[squeezed(fmt::format("viseme{}", arkit::kVisemeNames[i]))] = {kFirstViseme + i, true};
    table[fmt::format("vrcv{}", kVrchat[i])] = {kFirstViseme + i, false};
    table[fmt::format("v{}", kVrchat[i])] = {kFirstViseme + i, false};
  }
}

// Of VRM 0.x and 1.0, VRoid and MMD, in the order of arkit::kPresetNames.
void add_vowels_and_moods(Table& table) {
  constexpr std::array<std::array<std::string_view, 4>, kVowels> kVowelWords{
      {{"aa", "a", "fclmtha", "あ"},
       {"ih", "i", "fclmthi", "い"},
       {"ou", "u", "fclmthu", "う"},
       {"ee", "e", "fclmthe", "え"},
       {"oh", "o", "fclmtho", "お"}}};
  constexpr std::array<std::array<std::string_view, 3>, kMoods> kMoodWords{
      {{"happy", "joy", "fclalljoy"},
       {"angry", "fclallangry", "angry"},
       {"sad", "sorrow", "fclallsorrow"},
       {"surprised", "fclallsurprised", "surprised"}}};
  for (size_t i = 0; i < kVowels; ++i) {
    for (const auto word : kVowelWords[i]) table[std::string(word)] = {kFirstVowel + i, false};
  }
  for (size_t i = 0; i < kMoods; ++i) {
    for (const auto word : kMoodWords[i]) table[std::string(word)] = {kFirstMood + i, false};
  }
}

void add_others(Table& table) {
  const std::array<std::pair<const char*, const char*>, 5> others{{{"blink", "eyesclosed"},
                                                                   {"blink", "fcleyeclose"},
                                                                   {"blink", "まばたき"},
                                                                   {"lookUp", "eyeslookup"},
                                                                   {"lookDown", "eyeslookdown"}}};
  for (size_t i = 0; i < kTogether.size(); ++i) {
    table[squeezed(kTogether[i].name)] = {kFirstTogether + i, false};
    for (const auto& [name, other] : others) {
      if (kTogether[i].name == name) table[other] = {kFirstTogether + i, false};
    }
  }
  for (const char* word : {"blinkleft", "blinkl", "fcleyeclosel"}) {
    table[word] = {arkit::shape("eyeBlinkLeft"), false, true};
  }
  for (const char* word : {"blinkright", "blinkr", "fcleyecloser"}) {
    table[word] = {arkit::shape("eyeBlinkRight"), false, true};
  }
}

const Table& table() {
  static const Table kTable = [] {
    Table table;
    add_vowels_and_moods(table);
    add_others(table);
    add_visemes(table);
    add_arkit(table);
    return table;
  }();
  return kTable;
}

const Known* look_up(std::string_view name, bool whole) {
  const auto found = table().find(squeezed(name));
  if (found == table().end() || (!whole && !found->second.anywhere)) return nullptr;
  return &found->second;
}

bool is_side(std::string_view word) {
  const std::string side = squeezed(word);
  return side == "l" || side == "r" || side == "left" || side == "right";
}

// The name behind what programs put before it: "head.jawOpen" and "Face.M_F00_Fcl_MTH_A", but not
// "eyeBlink.L".
std::string_view own_name(std::string_view name) {
  const size_t colon = name.rfind(':');
  if (colon != name.npos) name.remove_prefix(colon + 1);
  size_t dot = name.rfind('.');
  if (dot != name.npos && is_side(name.substr(dot + 1)))
    dot = dot > 0 ? name.rfind('.', dot - 1) : name.npos;
  if (dot != name.npos) name.remove_prefix(dot + 1);
  const size_t vroid = name.find("Fcl_");
  if (vroid != name.npos) name.remove_prefix(vroid);
  return name;
}

const Known* known_of(std::string_view name) {
  if (name.size() > 200) return nullptr;
  for (const std::string_view whole : {name, own_name(name)}) {
    if (const Known* found = look_up(whole, true)) return found;
  }
  for (size_t i = 1; i < name.size(); ++i) {
    if (!divides(name[i - 1])) continue;
    if (const Known* found = look_up(name.substr(i), false)) return found;
  }
  return nullptr;
}

}  // namespace

Group group_of(size_t channel) {
  if (channel < kFirstViseme) return Group::kArkit;
  if (channel < kFirstVowel) return Group::kViseme;
  if (channel < kFirstMood) return Group::kVowel;
  return channel < kFirstTogether ? Group::kMood : Group::kTogether;
}

std::string_view channel_name(size_t channel) {
  constexpr size_t kFirstPresetMood = 7;
  switch (group_of(channel)) {
    case Group::kArkit:
      return arkit::kNames[channel];
    case Group::kViseme:
      return arkit::kVisemeNames[channel - kFirstViseme];
    case Group::kVowel:
      return arkit::kPresetNames[channel - kFirstVowel];
    case Group::kMood:
      return arkit::kPresetNames[kFirstPresetMood + channel - kFirstMood];
    case Group::kTogether:
      break;
  }
  return kTogether[channel - kFirstTogether].name;
}

std::optional<size_t> channel_of(std::string_view name) {
  const Known* known = known_of(name);
  return known == nullptr ? std::nullopt : std::optional(known->channel);
}

bool stands_in(std::string_view name) {
  const Known* known = known_of(name);
  return known != nullptr && known->stands_in;
}

int side_of(std::string_view name) {
  const Known* known = known_of(name);
  return known == nullptr ? 0 : known->side;
}

std::optional<Bone> bone_of(std::string_view name) {
  struct Word {
    std::string_view name;
    Bone bone;
  };
  using enum Bone;
  constexpr std::array kWords{
      Word{"neck", kNeck},         Word{"neck1", kNeck},       Word{"neck01", kNeck},
      Word{"necktwist01", kNeck},  Word{"head", kHead},        Word{"jaw", kJaw},
      Word{"lowerjaw", kJaw},      Word{"jawroot", kJaw},      Word{"jawmaster", kJaw},
      Word{"lefteye", kLeftEye},   Word{"eyeleft", kLeftEye},  Word{"eyel", kLeftEye},
      Word{"leye", kLeftEye},      Word{"lfaceeye", kLeftEye}, Word{"righteye", kRightEye},
      Word{"eyeright", kRightEye}, Word{"eyer", kRightEye},    Word{"reye", kRightEye},
      Word{"rfaceeye", kRightEye}, Word{"root", kBody}};
  std::string text = squeezed(name.substr(name.rfind(':') + 1));  // npos + 1 is 0
  for (const std::string_view prefix :
       {"mixamorig", "ccbase", "jbipc", "jadj", "bip01", "bip001"}) {
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  }
  for (const Word& word : kWords) {
    if (text == word.name) return word.bone;
  }
  return std::nullopt;
}

}  // namespace flowtalk::avatar
