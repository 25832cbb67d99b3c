#include "flowtalk/data/arkit_takes.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <tuple>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/words.h"

namespace flowtalk::data {
namespace {

namespace fs = std::filesystem;

// What the app saves beside a take, in the order in which one is chosen.
constexpr std::array<std::string_view, 4> kForms{"", "_cal", "_raw", "_neutral"};
// Kinds of sound, the best first; others, films among them, come last.
constexpr std::array<std::string_view, 7> kSounds{".wav", ".flac", ".m4a", ".aac",
                                                  ".mp3", ".opus", ".ogg"};

struct BeatRange {
  int first, last;
  const char* emotion;
};
constexpr std::array<BeatRange, 8> kBeat{{{1, 64, "neutral"},
                                          {65, 72, "happiness"},
                                          {73, 80, "anger"},
                                          {81, 86, "sadness"},
                                          {87, 94, "contempt"},
                                          {95, 102, "surprise"},
                                          {103, 110, "fear"},
                                          {111, 118, "disgust"}}};

bool is_face_name(const fs::path& path) {
  const std::string ending = ending_of(path);
  const std::string name = path.filename().string();
  if (name == "frame_log.csv" || name == "take.json" || name.ends_with("_metadata.json")) {
    return false;
  }
  return ending == ".csv" || ending == ".json" ||
         (ending == ".gz" && ending_of(path.stem()) == ".csv");
}

std::string stem_of(const fs::path& path) {
  return (ending_of(path) == ".gz" ? path.stem() : path).stem().string();
}

// The words of a name, small: "Happy_03-iPhone" -> happy, iphone.
std::vector<std::string> words_in(const std::string& name) {
  std::vector<std::string> words;
  bool within = false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter && !within) words.emplace_back();
    if (letter) words.back() += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    within = letter;
  }
  return words;
}

// What one of the words stands for; nothing if none stands for anything.
template <class Parse>
std::optional<int> meant_by(const std::vector<std::string>& words, const Parse& parse) {
  for (const std::string& word : words) {
    try {
      return parse(word);
    } catch (const Error&) {  // no such word
    }
  }
  return std::nullopt;
}

// "1_wayne_0_65_72": the speaker, and the first and last of its recordings.
struct BeatName {
  std::string speaker;
  int first = 0, last = 0;
};
std::optional<BeatName> beat_name(const std::string& stem) {
  const std::vector<std::string> parts = parts_of(stem, '_');
  if (parts.size() != 5) return std::nullopt;
  std::array<int, 4> numbers{};
  constexpr std::array<size_t, 4> kPlaces{0, 2, 3, 4};
  for (size_t k = 0; k < numbers.size(); ++k) {
    const std::string& part = parts[kPlaces[k]];
    const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), numbers[k]);
    if (part.empty() || code != std::errc() || end != part.data() + part.size()) {
      return std::nullopt;
    }
  }
  return BeatName{parts[0], numbers[2], numbers[3]};
}

// The files of one stem in one folder.
struct Files {
  std::vector<fs::path> faces, sounds;
};

fs::path best_sound(std::vector<fs::path> sounds) {
  const auto rank = [](const fs::path& path) {
    return std::pair(std::ranges::find(kSounds, ending_of(path)) - kSounds.begin(), path);
  };
  return *std::ranges::min_element(sounds, {}, rank);
}

class Finder {
 public:
  Finder(const TakeLabels& labels, const Conditions& conditions)
      : labels_(labels), conditions_(conditions) {}

  void search(const std::string& folder) {
    std::error_code code;
    if (!fs::is_directory(folder, code)) fail("{}: no such folder; expected one of takes", folder);
    std::map<fs::path, Files> by_stem;
    for (fs::recursive_directory_iterator it(folder, code), end; it != end && !code;
         it.increment(code)) {
      const fs::path& path = it->path();
      if (!it->is_regular_file(code)) continue;
      Files& files = by_stem[path.parent_path() / stem_of(path)];
      if (is_face_name(path)) {
        files.faces.push_back(path);
      } else if (audio::is_sound_name(path)) {
        files.sounds.push_back(path);
      }
    }
    if (code) fail("{}: cannot be read: {}", folder, code.message());
    const std::string speaker = fs::path(folder).lexically_normal().string();
    for (const auto& [stem, files] : by_stem) {
      if (!files.faces.empty()) add(stem, files, by_stem, speaker);
    }
  }

  ArkitTakes take() {
    const auto by_speaker = [](const ArkitTake& t) { return std::tie(t.speaker, t.face); };
    std::ranges::sort(found_.takes, {}, by_speaker);
    return std::move(found_);
  }

 private:
  void leave_out(const char* kind, const fs::path& file, std::string reason, bool expected) {
    found_.left_out.push_back({kind, file.string(), std::move(reason), expected});
  }

  void add(const fs::path& stem, const Files& files, const std::map<fs::path, Files>& all,
           const std::string& speaker) {
    const std::string name = stem.filename().string();
    // BEAT has tables beside its JSON.
    const auto json = std::ranges::find_if(
        files.faces, [](const fs::path& path) { return ending_of(path) == ".json"; });
    const fs::path& face = json != files.faces.end() ? *json : files.faces.front();
    const std::string base = base_of(name);
    for (const std::string_view form : kForms) {
      const fs::path other = stem.parent_path() / (base + std::string(form));
      if (other == stem) break;
      const auto found = all.find(other);
      if (found == all.end() || found->second.faces.empty()) continue;
      return leave_out("another form of a take", face,
                       fmt::format("{} is the take", found->second.faces.front().string()), true);
    }
    std::vector<fs::path> sounds = files.sounds;
    const auto own = all.find(stem.parent_path() / base);
    if (sounds.empty() && own != all.end()) sounds = own->second.sounds;
    if (sounds.empty()) {
      return leave_out("no sound", face,
                       fmt::format("no sound file {}.wav, .m4a, .mov or the like beside it", base),
                       false);
    }
    ArkitTake take{face, best_sound(sounds), speaker, kNeutral, 0};
    const auto beat = json != files.faces.end() ? beat_name(name) : std::nullopt;
    if (beat) take.speaker = beat->speaker;
    if (!label(name, beat, take)) return;
    found_.takes.push_back(std::move(take));
  }

  // NAME of NAME_cal.
  static std::string base_of(const std::string& name) {
    for (const std::string_view form : kForms) {
      if (!form.empty() && name.ends_with(form)) return name.substr(0, name.size() - form.size());
    }
    return name;
  }

  bool label(const std::string& name, const std::optional<BeatName>& beat, ArkitTake& take) {
    const auto emotion = [&](const std::string& word) { return parse_emotion(word, conditions_); };
    const auto level = [&](const std::string& word) { return parse_level(word, conditions_); };
    const auto words = words_in(name),
               around = words_in(take.face.parent_path().filename().string());
    std::optional<int> told = labels_.emotion;
    if (!told && beat) {
      const auto word = emotion_of_beat(beat->first, beat->last);
      if (!word) {
        leave_out("unknown emotion", take.face,
                  fmt::format("no one emotion has the recordings {} to {}; BEAT numbers 1 to 118",
                              beat->first, beat->last),
                  false);
        return false;
      }
      told = meant_by({*word}, emotion);
      if (!told) {
        leave_out("unknown emotion", take.face, fmt::format("{} has no name here", *word), false);
        return false;
      }
    }
    if (!told) told = meant_by(words, emotion);
    if (!told) told = meant_by(around, emotion);
    take.emotion = told.value_or(kNeutral);
    if (take.emotion == kNeutral) return true;
    std::optional<int> strength = labels_.level;
    if (!strength) strength = meant_by(words, level);
    if (!strength) strength = meant_by(around, level);
    take.level = strength.value_or(conditions_.usual_level());
    return true;
  }

  const TakeLabels& labels_;
  const Conditions& conditions_;
  ArkitTakes found_;
};

}  // namespace

std::optional<std::string> emotion_of_beat(int first, int last) {
  for (const BeatRange& range : kBeat) {
    if (first >= range.first && last <= range.last && first <= last) return range.emotion;
  }
  return std::nullopt;
}

ArkitTakes find_arkit_takes(const std::vector<std::string>& folders, const TakeLabels& labels,
                            const Conditions& conditions) {
  Finder finder(labels, conditions);
  for (const std::string& folder : folders) finder.search(folder);
  ArkitTakes found = finder.take();
  if (found.takes.empty() && found.left_out.empty()) {
    fail(
        "{}: no take in it; expected NAME.csv of Live Link Face or NAME.json of BEAT, with its "
        "sound",
        fmt::format("{}", fmt::join(folders, ", ")));
  }
  return found;
}

}  // namespace flowtalk::data
