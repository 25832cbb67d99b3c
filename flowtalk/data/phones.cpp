#include "flowtalk/data/phones.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <string>

namespace flowtalk::data {
namespace {

// flite (radio phone set) and pocketsphinx names that are not plain ARPAbet.
const std::map<std::string, int, std::less<>>& other_names() {
  static const std::map<std::string, int, std::less<>> names = {
      {"AX", phone("AH")}, {"AXR", phone("ER")}, {"IX", phone("IH")}, {"UX", phone("UW")},
      {"DX", phone("D")},  {"EL", phone("L")},   {"EM", phone("M")},  {"EN", phone("N")},
      {"NX", phone("N")},  {"HV", phone("HH")},  {"H", phone("HH")},  {"PAU", kSilence},
      {"SP", kSilence},    {"SSIL", kSilence},   {"H#", kSilence},    {"BRTH", kSilence}};
  return names;
}

// An espeak-ng mnemonic and up to two phones; -1 is none. With a language: in that one only.
struct EspeakPhone {
  std::string_view mnemonic;
  int first = -1, second = -1;
  std::string_view language = {};
};
constexpr EspeakPhone kEspeakPhones[] = {
    {"p", phone("P")},
    {"b", phone("B")},
    {"m", phone("M")},
    {"f", phone("F")},
    {"v", phone("V")},
    {"t", phone("T")},
    {"t[", phone("T")},
    {"d", phone("D")},
    {"d[", phone("D")},
    {"n", phone("N")},
    {"l", phone("L")},
    {"r", phone("R")},
    {"R", phone("R")},
    {"*", phone("D")},
    {"s", phone("S")},
    {"z", phone("Z")},
    {"S", phone("SH")},
    {"Z", phone("ZH")},
    {"tS", phone("CH")},
    {"dZ", phone("JH")},
    {"T", phone("TH")},
    {"D", phone("DH")},
    {"k", phone("K")},
    {"g", phone("G")},
    {"N", phone("NG")},
    {"h", phone("HH")},
    {"x", phone("HH")},
    {"C", phone("SH")},
    {"j", phone("Y")},
    {"w", phone("W")},
    {"L", phone("L")},
    // other languages: approximants, affricates, palatals, breathed stops
    {"B", phone("B")},
    {"Q", phone("G")},
    {"J", phone("Y")},
    {"X", phone("HH")},
    {"ts", phone("T"), phone("S")},
    {"dz", phone("D"), phone("Z")},
    {"pF", phone("P"), phone("F")},
    {"r`", phone("D")},
    {"s\\", phone("SH")},
    {"p\\", phone("F")},
    {"t_s", phone("T"), phone("S")},
    {"t_s\\", phone("CH")},
    {"d_z\\", phone("JH")},
    {"C", phone("HH"), -1, "ja"},
    {"_j"},
    {"ts.", phone("CH")},
    {"tS;", phone("CH")},
    {"s.", phone("SH")},
    {"S;", phone("SH")},
    {"z.", phone("R")},
    {"ph", phone("P")},
    {"th", phone("T")},
    {"kh", phone("K")},
    {"ts.h", phone("CH")},
    {"tS;h", phone("CH")},
    {"tsh", phone("T"), phone("S")},
    {"?"},
    {";"},
    {"_", kSilence},
    {"_:", kSilence},
    {"_!", kSilence},
    {"_|"},
    // vowels
    {"@", phone("AH")},
    {"@L", phone("AH"), phone("L")},
    {"@N", phone("AH"), phone("N")},
    {"@M", phone("AH"), phone("M")},
    {"3", phone("ER")},
    {"3:", phone("ER")},
    {"a", phone("AE")},
    {"a#", phone("AH")},
    {"aa", phone("AE")},
    {"a:", phone("AA")},
    {"A", phone("AA")},
    {"A:", phone("AA")},
    {"A@", phone("AA"), phone("R")},
    {"0", phone("AA")},
    {"O", phone("AO")},
    {"O:", phone("AO")},
    {"O@", phone("AO"), phone("R")},
    {"o@", phone("AO"), phone("R")},
    {"o", phone("OW")},
    {"o:", phone("OW")},
    {"V", phone("AH")},
    {"VR", phone("AH"), phone("R")},
    {"E", phone("EH")},
    {"E:", phone("EH")},
    {"e", phone("EY")},
    {"e:", phone("EY")},
    {"e@", phone("EH"), phone("R")},
    {"I", phone("IH")},
    {"IR", phone("IH"), phone("R")},
    {"i", phone("IY")},
    {"i:", phone("IY")},
    {"i@", phone("IH"), phone("R")},
    {"i@3", phone("IH"), phone("R")},
    {"U", phone("UH")},
    {"u", phone("UW")},
    {"u:", phone("UW")},
    {"U@", phone("UH"), phone("R")},
    {"aI", phone("AY")},
    {"aI@", phone("AY"), phone("AH")},
    {"aI3", phone("AY"), phone("ER")},
    {"aU", phone("AW")},
    {"aU@", phone("AW"), phone("ER")},
    {"eI", phone("EY")},
    {"OI", phone("OY")},
    {"oU", phone("OW")},
    {"@U", phone("OW")},
    // other languages: the rounded front vowels by their lips
    {"y", phone("UW")},
    {"y", phone("IH"), -1, "ru"},
    {"y:", phone("UW")},
    {"Y", phone("UH")},
    {"Y:", phone("UW")},
    {"W", phone("ER")},
    {"OY", phone("OY")},
    {"oI", phone("OY")},
    {"eU", phone("EH"), phone("UW")},
    {"ja", phone("Y"), phone("AA")},
    {"ju", phone("Y"), phone("UW")},
    {"ai", phone("AY")},
    {"ei", phone("EY")},
    {"Au", phone("AW")},
    {"ou", phone("OW")},
    {"iou", phone("Y"), phone("OW")},
    {"iE", phone("Y"), phone("EH")},
    {"iA", phone("Y"), phone("AA")},
    {"yE", phone("UW"), phone("EH")},
    {"uo", phone("W"), phone("AO")},
    {"ua", phone("W"), phone("AA")},
    {"uai", phone("W"), phone("AY")},
    {"u@", phone("W"), phone("AH")},
    {"ong", phone("UH"), phone("NG")},
    {"o-", phone("AH")},
    {"i[", phone("IH")},
    {"i.", phone("ER")},
    {"@r", phone("ER")},
};

// Without the marks that only tell variants apart: "I2" and "I#" are "I", "n-" is "n".
std::string base_mnemonic(std::string_view mnemonic) {
  std::string base(mnemonic);
  while (!base.empty() && std::string_view("',%=").find(base.front()) != std::string_view::npos) {
    base.erase(base.begin());
  }
  while (base.size() > 1 &&
         (std::isdigit(static_cast<unsigned char>(base.back())) ||
          std::string_view("#-/.^\"`~").find(base.back()) != std::string_view::npos)) {
    base.pop_back();
  }
  return base;
}

const EspeakPhone* find_exactly(std::string_view mnemonic, std::string_view language) {
  const EspeakPhone* general = nullptr;
  for (const EspeakPhone& entry : kEspeakPhones) {
    if (entry.mnemonic != mnemonic) continue;
    if (entry.language == language) return &entry;
    if (entry.language.empty()) general = &entry;
  }
  return general;
}

const EspeakPhone* look_up_espeak(std::string_view mnemonic, std::string_view language) {
  const EspeakPhone* found = find_exactly(mnemonic, language);
  return found ? found : find_exactly(base_mnemonic(mnemonic), language);
}

std::vector<int> phones_of(const EspeakPhone& entry) {
  std::vector<int> ids;
  for (const int id : {entry.first, entry.second}) {
    if (id >= 0) ids.push_back(id);
  }
  return ids;
}

}  // namespace

int find_phone(std::string_view name) {
  if (name.empty()) return -1;
  if (name.front() == '+' || name.front() == '<') return kSilence;  // fillers
  std::string upper;
  for (const char c : name) upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  while (upper.size() > 1 && std::isdigit(static_cast<unsigned char>(upper.back()))) {
    upper.pop_back();
  }
  for (size_t i = 0; i < kPhones.size(); ++i) {
    if (kPhones[i] == upper) return static_cast<int>(i);
  }
  const auto found = other_names().find(upper);
  return found == other_names().end() ? -1 : found->second;
}

int phone_of_name(std::string_view name) {
  const int found = find_phone(name);
  return found < 0 ? phone("AH") : found;
}

std::vector<int> phones_of_espeak(std::string_view mnemonic, std::string_view language) {
  if (!mnemonic.empty() && mnemonic.front() == '(') return {};  // "(en)": a change of language
  if (const auto* found = look_up_espeak(mnemonic, language)) return phones_of(*found);
  for (size_t length = mnemonic.size(); length > 0; --length) {
    if (const auto* found = look_up_espeak(mnemonic.substr(0, length), language)) {
      return phones_of(*found);
    }
  }
  return {phone("AH")};
}

bool is_bilabial(int id) { return id == phone("P") || id == phone("B") || id == phone("M"); }

bool is_open_vowel(int id) {
  return id == phone("AA") || id == phone("AE") || id == phone("AO") || id == phone("AY") ||
         id == phone("EH") || id == phone("OW");
}

bool is_vowel(int id) {
  if (id == kSilence) return false;
  return std::string_view("AEIOU").find(kPhones[static_cast<size_t>(id)].front()) !=
         std::string_view::npos;
}

std::vector<Phone> tidy_phones(std::vector<Phone> phones, double duration_s) {
  constexpr double kShortest = 1e-4;
  std::vector<Phone> tidy;
  const auto add = [&tidy](Phone next) {
    if (next.end_s - next.start_s < kShortest) return;
    if (!tidy.empty() && tidy.back().id == next.id) {
      tidy.back().end_s = next.end_s;
    } else {
      tidy.push_back(next);
    }
  };
  double at = 0;
  for (Phone next : phones) {
    next.start_s = std::clamp(next.start_s, at, duration_s);
    next.end_s = std::clamp(next.end_s, next.start_s, duration_s);
    add({at, next.start_s, kSilence});
    add(next);
    at = std::max(at, next.end_s);
  }
  add({at, duration_s, kSilence});
  for (size_t i = 1; i < tidy.size(); ++i) tidy[i].start_s = tidy[i - 1].end_s;
  return tidy;
}

}  // namespace flowtalk::data
