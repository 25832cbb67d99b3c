// Spoken names of pictures in Debian's tuxpaint-stamps-default: one picture has NAME.txt with a
// line "xx.utf8=text" per language, and NAME_desc_xx.ogg for some of them.
#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <string_view>

#include "flowtalk/base/error.h"
#include "flowtalk/synth/prompts.h"

namespace flowtalk::synth {
namespace {

namespace fs = std::filesystem;

// Spanish and English stay outside the training, to measure lips on.
constexpr std::array<std::string_view, 7> kLanguages = {"bg", "ca", "da", "el", "fr", "ro", "ru"};

std::string text_of(const fs::path& file, std::string_view language) {
  const std::string key = fmt::format("{}.utf8=", language);
  std::ifstream lines(file);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with(key)) return line.substr(key.size());
  }
  return "";
}

// Numbers and signs are read in more than one way.
bool is_plain(const std::string& text) {
  return !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) || c == '$' || c == '(' || c == '%';
  });
}

std::vector<Prompt> stamps_of(const fs::path& root, std::string_view language) {
  const std::string ending = fmt::format("_desc_{}", language);
  std::vector<Prompt> found;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() != ".ogg" || !stem.ends_with(ending)) continue;
    const fs::path picture =
        entry.path().parent_path() / stem.substr(0, stem.size() - ending.size());
    Prompt prompt;
    prompt.path = entry.path();
    prompt.speaker = fmt::format("stamps_{}", language);
    prompt.language = language;
    prompt.key = fs::relative(picture, root).string();
    prompt.name = clip_name(prompt.speaker, prompt.key);
    prompt.text = text_of(picture.string() + ".txt", language);
    prompt.aligned_only = true;
    if (is_plain(prompt.text)) found.push_back(prompt);
  }
  std::sort(found.begin(), found.end(),
            [](const Prompt& a, const Prompt& b) { return a.key < b.key; });
  return found;
}

}  // namespace

std::vector<Prompt> find_stamps(const fs::path& root, size_t most_of_language) {
  std::vector<Prompt> all;
  if (!fs::is_directory(root)) return all;
  for (const std::string_view language : kLanguages) {
    const std::vector<Prompt> found = stamps_of(root, language);
    const size_t wanted = std::min(found.size(), most_of_language);
    for (size_t i = 0; i < wanted; ++i) all.push_back(found[i * found.size() / wanted]);
  }
  return all;
}

}  // namespace flowtalk::synth
