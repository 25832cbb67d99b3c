#include "flowtalk/data/index.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"

namespace flowtalk::data {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> split_at(const std::string& text, char mark) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == mark) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::optional<int> whole_number(const std::string& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::set<std::string> stems_in(const fs::path& folder, const std::string& extension) {
  std::set<std::string> stems;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == extension) stems.insert(entry.path().stem().string());
  }
  return stems;
}

}  // namespace

std::string format_stem(const ClipName& name) {
  return fmt::format("{}_{:03d}_{}_{}", kStyles.at(static_cast<size_t>(name.style)), name.sentence,
                     name.emotion, name.level);
}

std::optional<ClipName> parse_stem(const std::string& stem, std::string* why) {
  const auto bad = [&](const std::string& reason) -> std::optional<ClipName> {
    if (why) *why = reason;
    return std::nullopt;
  };
  const std::vector<std::string> parts = split_at(stem, '_');
  if (parts.size() != 4) return bad("expected ID_SENTENCE_EMOTION_LEVEL");
  const auto style = std::find(kStyles.begin(), kStyles.end(), parts[0]);
  if (style == kStyles.end()) return bad(fmt::format("unknown id '{}'", parts[0]));
  const auto sentence = whole_number(parts[1]), emotion = whole_number(parts[2]),
             level = whole_number(parts[3]);
  if (!sentence || *sentence < 1 || *sentence > 999) {
    return bad(fmt::format("sentence '{}' is not 1-999", parts[1]));
  }
  if (!emotion || *emotion < 0 || *emotion > 7) {
    return bad(fmt::format("emotion '{}' is not 0-7", parts[2]));
  }
  if (!level || *level < 0 || *level > 2) {
    return bad(fmt::format("level '{}' is not 0-2", parts[3]));
  }
  if (*emotion == kNeutral && *level != 0) return bad("neutral has level 0 only");
  return ClipName{static_cast<int>(style - kStyles.begin()), *sentence, *emotion, *level};
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

std::vector<Clip> Index::for_prior(bool paper_protocol) const {
  return paper_protocol ? clips : of(Split::kTrain);
}

Index scan_dataset(const fs::path& folder) {
  for (const char* part : {"param", "wav"}) {
    if (!fs::is_directory(folder / part)) {
      fail("{}: expected the folders param/ and wav/ of a 3DMEAD data set, found no {}/",
           folder.string(), part);
    }
  }
  const std::set<std::string> motions = stems_in(folder / "param", ".npy");
  const std::set<std::string> voices = stems_in(folder / "wav", ".wav");
  Index index;
  for (const std::string& stem : motions) {
    std::string why;
    const auto name = parse_stem(stem, &why);
    if (is_subject_without_style(stem.substr(0, stem.find('_')))) {
      index.without_style.push_back(stem);
    } else if (!name) {
      index.misnamed.push_back(fmt::format("param/{}.npy: {}", stem, why));
    } else if (!voices.contains(stem)) {
      index.unpaired.push_back(fmt::format("param/{0}.npy: no wav/{0}.wav", stem));
    } else {
      index.clips.push_back({*name, stem, folder / "wav" / (stem + ".wav"),
                             folder / "param" / (stem + ".npy"), split_of(*name)});
    }
  }
  for (const std::string& stem : voices) {
    if (!motions.contains(stem)) {
      index.unpaired.push_back(fmt::format("wav/{0}.wav: no param/{0}.npy", stem));
    }
  }
  if (index.clips.empty()) {
    const auto& left_out = index.misnamed.empty() ? index.unpaired : index.misnamed;
    fail("{}: no complete clip{}", folder.string(),
         left_out.empty() ? "; param/ is empty" : ", for example " + left_out.front());
  }
  return index;
}

}  // namespace flowtalk::data
