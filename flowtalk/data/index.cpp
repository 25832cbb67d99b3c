#include "flowtalk/data/index.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/words.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/frame_folder.h"
#include "flowtalk/formats/named_arrays.h"

namespace flowtalk::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kConditions = "conditions.json";
constexpr const char* kFacts = "dataset.json";
constexpr const char* kOwnCorpus = "synth.json";  // which `data synth` and `data benchmark` write
constexpr size_t kMaxFactsBytes = size_t{1} << 20;

std::optional<int> whole_number(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::set<std::string> voices_in(const fs::path& folder) {
  std::set<std::string> stems;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".wav") stems.insert(entry.path().stem().string());
  }
  return stems;
}

bool is_motion_name(const fs::directory_entry& entry) {
  if (entry.path().filename().string().starts_with('.')) return false;
  if (entry.is_directory()) return formats::is_frame_folder(entry.path());
  return formats::holds_arrays(formats::format_of_name(entry.path()));
}

// The one file of motion per stem, by the name alone. Error: two of one stem.
std::map<std::string, fs::path> motions_in(const fs::path& folder) {
  std::map<std::string, fs::path> motions;
  std::map<std::string, fs::path> twice;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!is_motion_name(entry)) continue;
    const fs::path& path = entry.path();
    const auto [at, fresh] = motions.try_emplace(path.stem().string(), path);
    if (!fresh) twice.emplace(at->first, path);
  }
  if (twice.empty()) return motions;
  const auto& [stem, other] = *twice.begin();
  const auto [first, second] = std::minmax({motions.at(stem).filename(), other.filename()});
  fail("{}: {} {} two files of motion ({} and {}); keep the one that is meant", folder.string(),
       twice.size(), twice.size() == 1 ? "clip has" : "clips have", first.string(),
       second.string());
}

// The part of a stem that names the style: the longest one that it begins with, since ids may hold
// the mark between the parts; of an unknown one, all before the first mark.
std::string id_of(const std::string& stem, const Conditions& conditions) {
  std::string longest;
  for (const std::string& style : conditions.styles) {
    if (style.size() > longest.size() && stem.starts_with(style + "_")) longest = style;
  }
  return longest.empty() ? stem.substr(0, stem.find('_')) : longest;
}

template <class Config>
bool read_if_there(const fs::path& file, Config& config) {
  if (!fs::exists(file)) return false;
  const Json json = parse_json(load_file(file, kMaxFactsBytes), file.string());
  if (!json.is_object()) fail("{}: expected a JSON object", file.string());
  from_json(json, config, file.string());
  return true;
}

// Of a corpus of ours the axes are known; another one says them, or nothing does.
std::optional<motion::Axes> axes_of(const fs::path& folder) {
  DatasetFacts facts;
  if (read_if_there(folder / kFacts, facts)) return facts.axes;
  if (fs::exists(folder / kOwnCorpus)) return motion::Axes::kBuiltin;
  return std::nullopt;
}

}  // namespace

std::string format_stem(const ClipName& name, const Conditions& conditions) {
  return fmt::format("{}_{:03d}_{}_{}", conditions.styles.at(static_cast<size_t>(name.style)),
                     name.sentence, name.emotion, name.level);
}

std::optional<ClipName> parse_stem(const std::string& stem, const Conditions& conditions,
                                   std::string* why) {
  const auto bad = [&](const std::string& reason) -> std::optional<ClipName> {
    if (why) *why = reason;
    return std::nullopt;
  };
  const std::string id = id_of(stem, conditions);
  const auto parts = parts_of(std::string_view(stem).substr(id.size()), '_');
  if (parts.size() != 4) return bad("expected ID_SENTENCE_EMOTION_LEVEL");
  const auto style = find_name(conditions.styles, id);
  if (!style) return bad(fmt::format("unknown id '{}'", id));
  const auto sentence = whole_number(parts[1]), emotion = whole_number(parts[2]),
             level = whole_number(parts[3]);
  if (!sentence || *sentence < 1 || *sentence > 999) {
    return bad(fmt::format("sentence '{}' is not 1-999", parts[1]));
  }
  const auto emotions = static_cast<int>(conditions.emotions.size());
  if (!emotion || *emotion < 0 || *emotion >= emotions) {
    return bad(fmt::format("emotion '{}' is not 0-{}", parts[2], emotions - 1));
  }
  const auto levels = static_cast<int>(conditions.levels.size());
  if (!level || *level < 0 || *level >= levels) {
    return bad(fmt::format("level '{}' is not 0-{}", parts[3], levels - 1));
  }
  if (*emotion == kNeutral && *level != 0) return bad("neutral has level 0 only");
  return ClipName{*style, *sentence, *emotion, *level};
}

Split split_of(const ClipName& name) {
  if (name.sentence > kLastMeadSentence) return Split::kTrain;
  const bool neutral = name.emotion == kNeutral;
  if (name.sentence <= (neutral ? 32 : 24)) return Split::kTrain;
  return name.sentence <= (neutral ? 36 : 27) ? Split::kValidation : Split::kTest;
}

std::vector<Clip> Index::of(Split split) const {
  std::vector<Clip> chosen;
  std::copy_if(clips.begin(), clips.end(), std::back_inserter(chosen),
               [split](const Clip& clip) { return clip.split == split; });
  return chosen;
}

fs::path dataset_folder(const fs::path& given) {
  if (fs::is_directory(given / "mead")) return given / "mead";
  const fs::path named = "datasets" / given;
  return fs::exists(given) || given.is_absolute() || !fs::is_directory(named) ? given : named;
}

Index scan_dataset(const fs::path& folder) {
  if (fs::exists(folder / kPackedIndex)) {
    fail("{}: is a packed data set, which is for training; give the one it was made of",
         folder.string());
  }
  for (const char* part : {"param", "wav"}) {
    if (!fs::is_directory(folder / part)) {
      fail("{}: expected the folders param/ and wav/ of a 3DMEAD data set, found no {}/",
           folder.string(), part);
    }
  }
  const std::map<std::string, fs::path> motions = motions_in(folder / "param");
  const std::set<std::string> voices = voices_in(folder / "wav");
  Index index;
  index.conditions = mead_conditions();
  read_if_there(folder / kConditions, index.conditions);
  index.axes = axes_of(folder);
  for (const auto& [stem, motion] : motions) {
    const std::string file = fmt::format("param/{}", motion.filename().string());
    std::string why;
    const auto name = parse_stem(stem, index.conditions, &why);
    if (!name && is_subject_without_style(stem.substr(0, stem.find('_')))) {
      index.without_style.push_back(stem);
    } else if (!name) {
      index.misnamed.push_back(fmt::format("{}: {}", file, why));
    } else if (!voices.contains(stem)) {
      index.unpaired.push_back(fmt::format("{}: no wav/{}.wav", file, stem));
    } else {
      index.clips.push_back(
          {*name, stem, folder / "wav" / (stem + ".wav"), motion, split_of(*name)});
    }
  }
  for (const std::string& stem : voices) {
    if (!motions.contains(stem)) {
      index.unpaired.push_back(fmt::format("wav/{0}.wav: no motion param/{0}.npy", stem));
    }
  }
  if (index.clips.empty()) {
    const auto& left_out = index.misnamed.empty() ? index.unpaired : index.misnamed;
    fail("{}: no complete clip{}", folder.string(),
         left_out.empty() ? "; param/ is empty" : ", for example " + left_out.front());
  }
  return index;
}

void save_conditions(const fs::path& folder, const Conditions& conditions) {
  if (conditions == mead_conditions()) return;
  save_file(folder / kConditions, to_json(conditions).dump(2) + "\n");
}

void save_dataset_facts(const fs::path& folder, DatasetFacts facts) {
  save_file(folder / kFacts, to_json(facts).dump(2) + "\n");
}

std::vector<Clip> renamed(std::vector<Clip> clips, const Conditions& from, const Conditions& to) {
  if (from == to) return clips;
  for (Clip& clip : clips) {
    const auto same = [&](const char* what, const std::vector<std::string>& names,
                          const std::vector<std::string>& wanted, int index) {
      const std::string& name = names.at(static_cast<size_t>(index));
      if (const auto found = find_name(wanted, name)) return *found;
      fail("{}: its {} '{}' is none of the model's: {}", clip.motion.string(), what, name,
           fmt::join(wanted, " "));
    };
    clip.name.emotion = same("emotion", from.emotions, to.emotions, clip.name.emotion);
    clip.name.level =
        clip.name.emotion == kNeutral ? 0 : same("level", from.levels, to.levels, clip.name.level);
    clip.name.style = same("style", from.styles, to.styles, clip.name.style);
  }
  return clips;
}

}  // namespace flowtalk::data
