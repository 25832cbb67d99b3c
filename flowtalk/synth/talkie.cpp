// The actors of Debian's flight-of-the-amazon-queen, a game with a voice for every line: one file,
// queen.1c, with a table of parts and their bytes. Spoken lines are .SB (mp3), their texts stand
// in .DOG (dialogues) and .CUT (scenes). Layouts as ScummVM reads them, in our own words:
//
//   "QTBL", 6 bytes of version, 2 unused, compression (1: mp3), u16 number of parts; of each part
//   12 bytes of name, u8, u32 offset, u32 bytes; all big-endian dialogue: "AmBk", ... at 24 u16 its
//   key; from 32 on texts: u32 id, u8 length, characters. Those
//             of the hero come first, those of whom he talks to begin where the ids begin again
//   scene:    texts u8 length, characters, in the order of their numbers
//
// In a text "*" and two characters are a gesture and cut it into parts, which count from 1.
// KKIIIIWP.SB is part P of text IIII (hexadecimal) of dialogue KK, said by the hero (J) or another
// (P); NAMENNP.SB is part P of text NN of the scene NAME.
#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/synth/prompts.h"

namespace flowtalk::synth {
namespace {

namespace fs = std::filesystem;

constexpr size_t kTable = 15, kRow = 21, kName = 12, kTexts = 32;

struct Part {
  size_t first = 0, bytes = 0;
};
using Parts = std::map<std::string, Part>;

uint32_t number(std::string_view data, size_t at, size_t bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(data.at(at + i));
  return value;
}

Parts parts_of(std::string_view data, const fs::path& file) {
  const auto broken = [&] {
    fail("{}: no compressed game data with a table of parts; install flight-of-the-amazon-queen",
         file.string());
  };
  if (data.size() < kTable || !data.starts_with("QTBL")) broken();
  const size_t count = number(data, kTable - 2, 2);
  if (data.size() < kTable + count * kRow) broken();
  Parts parts;
  for (size_t at = kTable; at < kTable + count * kRow; at += kRow) {
    std::string name(data.substr(at, kName));
    name.resize(std::min(name.find('\0'), name.size()));
    const Part part{number(data, at + kName + 1, 4), number(data, at + kName + 5, 4)};
    if (part.first > data.size() || part.bytes > data.size() - part.first) broken();
    parts[name] = part;
  }
  return parts;
}

// Beyond ASCII.
bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// The text of length u8 at `at`; nothing if none is there.
std::optional<std::string_view> text_at(std::string_view data, size_t at) {
  const size_t length = number(data, at, 1);
  if (length < 3 || at + 1 + length > data.size()) return std::nullopt;
  const std::string_view text = data.substr(at + 1, length);
  const auto shown = [](char c) { return is_high(c) || (c >= ' ' && c != '\x7f'); };
  const auto letter = [](char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; };
  if (!std::ranges::all_of(text, shown) || std::ranges::none_of(text, letter)) return std::nullopt;
  return text;
}

// What is said of a text, by the number of its part.
std::map<int, std::string> said_of(std::string_view text) {
  std::map<int, std::string> said;
  for (int part = 1; !text.empty(); ++part) {
    const size_t cut = text.find('*');
    const std::string_view one = text.substr(0, cut);
    if (one.find_first_not_of(' ') != one.npos) said[part] = one;
    text.remove_prefix(cut == text.npos ? text.size() : std::min(cut + 3, text.size()));
  }
  return said;
}

// Adds the lines of a dialogue that somebody says: texts by the names of their sounds.
void add_dialogue(std::string_view data, const Parts& parts,
                  std::map<std::string, std::string>& lines) {
  if (!data.starts_with("AmBk") || data.size() < kTexts) return;
  const uint32_t key = number(data, 24, 2);
  char who = 'J';
  uint32_t last = 0;
  for (size_t at = kTexts; at + 5 < data.size();) {
    const uint32_t id = number(data, at, 4);
    const auto text = id > 0 && id < 0x1000 ? text_at(data, at + 4) : std::nullopt;
    if (!text) {
      ++at;
      continue;
    }
    if (id < last) who = 'P';
    last = id;
    for (const auto& [part, said] : said_of(*text)) {
      const std::string name = fmt::format("{:02d}{:04X}{}{}", key, id, who, part);
      if (parts.contains(name + ".SB")) lines[name] = said;
    }
    at += 5 + text->size();
  }
}

// The numbers of the texts that are said of the scene whose sounds begin so, and of which parts.
std::map<int, std::set<int>> said_in_scene(const std::string& begin, const Parts& parts) {
  std::map<int, std::set<int>> said;
  for (auto it = parts.lower_bound(begin); it != parts.end() && it->first.starts_with(begin);
       ++it) {
    const std::string& name = it->first;
    int number = 0;
    const char* from = name.data() + begin.size();
    if (name.size() != begin.size() + 6 || !name.ends_with(".SB")) continue;
    if (std::from_chars(from, from + 3, number).ptr != from + 3) continue;
    said[number / 10].insert(number % 10);
  }
  return said;
}

void add_scene(const std::string& scene, std::string_view data, const Parts& parts,
               std::map<std::string, std::string>& lines) {
  const std::string begin = scene + std::string(scene.size() < 5 ? 5 - scene.size() : 0, '_');
  size_t at = kTexts;
  // In turn, each goes with the next text that is cut into the same parts.
  for (const auto& [number_of_text, wanted] : said_in_scene(begin, parts)) {
    for (bool found = false; !found && at < data.size();) {
      const auto text = text_at(data, at);
      if (!text || text->find('*') == text->npos) {
        ++at;
        continue;
      }
      at += 1 + text->size();
      const auto said = said_of(*text);
      found = std::ranges::equal(said, wanted, {}, [](const auto& part) { return part.first; });
      for (const auto& [part, words] : said) {
        if (found) lines[fmt::format("{}{:02d}{}", begin, number_of_text, part)] = words;
      }
    }
  }
}

// As an actor reads it.
std::string spoken(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return is_high(c) || c == '"'; }, ' ');
  return text;
}

}  // namespace

std::vector<Prompt> find_talkie(const fs::path& file) {
  std::vector<Prompt> found;
  if (!fs::is_regular_file(file)) return found;
  const std::string all = load_file(file);
  const Parts parts = parts_of(all, file);
  std::map<std::string, std::string> lines;
  for (const auto& [name, part] : parts) {
    const std::string_view data = std::string_view(all).substr(part.first, part.bytes);
    if (name.ends_with(".DOG")) add_dialogue(data, parts, lines);
    if (name.ends_with(".CUT")) add_scene(name.substr(0, name.size() - 4), data, parts, lines);
  }
  for (const auto& [name, text] : lines) {
    const Part& part = parts.at(name + ".SB");
    Prompt prompt;
    prompt.path = file;
    prompt.first_byte = part.first;
    prompt.bytes = part.bytes;
    prompt.speaker = "talkie_en";
    prompt.key = name;
    prompt.name = clip_name(prompt.speaker, name);
    prompt.language = "en";
    prompt.text = spoken(text);
    prompt.aligned_only = true;
    found.push_back(std::move(prompt));
  }
  return found;
}

}  // namespace flowtalk::synth
