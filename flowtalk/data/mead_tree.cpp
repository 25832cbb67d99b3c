#include "flowtalk/data/mead_tree.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/data/index.h"

namespace flowtalk::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMotionFile = "shape_pose_cam.hdf5";
constexpr int kMaxDepth = 16;  // ends a walk along links that lead back
// Of several sounds of a take the first of these is taken, then any other.
constexpr std::array<std::string_view, 8> kPreferred = {".wav", ".flac", ".m4a",  ".mp4a",
                                                        ".aac", ".mp3",  ".opus", ".ogg"};

// Where a raw file stands: its subject, the folder between subject and emotion, and its stem.
struct Place {
  std::string id, view, stem;
};

bool is_subject(const std::string& name) {
  return name.size() == 4 && (name[0] == 'M' || name[0] == 'W') &&
         std::all_of(name.begin() + 1, name.end(),
                     [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
}

std::optional<int> number_in(const std::string& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return {};
  int value = 0;
  const char* begin = text.data() + prefix.size();
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

// Reads .../ID/[VIEW/]EMOTION/level_K/SEQ, the take's folder or sound without its extension.
std::optional<Place> parse_take(const fs::path& take, std::string* why) {
  const auto bad = [&](std::string reason) -> std::optional<Place> {
    *why = std::move(reason);
    return std::nullopt;
  };
  std::vector<std::string> parts;
  for (const auto& part : take) parts.push_back(part.string());
  const size_t n = parts.size();
  if (n < 4) return bad("expected ID/VIEW/EMOTION/level_K/SEQ");
  Place place;
  if (is_subject(parts[n - 4])) {
    place.id = parts[n - 4];
  } else if (n > 4 && is_subject(parts[n - 5])) {
    place.id = parts[n - 5];
    place.view = parts[n - 4];
  } else {
    return bad("expected ID/VIEW/EMOTION/level_K/SEQ with an ID such as M003");
  }
  const Conditions& mead = mead_conditions();
  const auto emotion = find_name(mead.emotions, parts[n - 3]);
  if (!emotion) return bad(fmt::format("unknown emotion '{}'", parts[n - 3]));
  const auto level = number_in(parts[n - 2], "level_");
  const auto levels = static_cast<int>(mead.levels.size());
  if (!level || *level < 1 || *level > levels) {
    return bad(fmt::format("expected level_1 to level_{}, got '{}'", levels, parts[n - 2]));
  }
  if (*emotion == kNeutral && *level != 1) return bad("neutral has level_1 only");
  const auto sentence = number_in(parts[n - 1], "");
  if (!sentence || *sentence < 1 || *sentence > 999) {
    return bad(fmt::format("expected a take number 1-999, got '{}'", parts[n - 1]));
  }
  place.stem = fmt::format("{}_{:03d}_{}_{}", place.id, *sentence, *emotion, *level - 1);
  return place;
}

// All files below root, sorted, so that no result depends on the order of a folder.
std::vector<fs::path> files_below(const fs::path& root, const char* what) {
  if (!fs::is_directory(root)) fail("{}: no such folder; expected {}", root.string(), what);
  std::vector<fs::path> files;
  std::error_code code;
  fs::recursive_directory_iterator at(root, fs::directory_options::follow_directory_symlink, code);
  for (; !code && at != fs::recursive_directory_iterator(); at.increment(code)) {
    std::error_code ignored;
    if (at.depth() >= kMaxDepth) at.disable_recursion_pending();
    if (at->is_regular_file(ignored)) files.push_back(at->path());
  }
  if (code) fail("{}: cannot be read to its end ({})", root.string(), code.message());
  std::sort(files.begin(), files.end());
  return files;
}

// The better of two sounds of one take is the smaller: the folder `audio` before others, then by
// file type.
std::pair<bool, size_t> rank_of(const Place& place, const fs::path& file) {
  const auto type = std::find(kPreferred.begin(), kPreferred.end(), file.extension().string());
  return {place.view != "audio", static_cast<size_t>(type - kPreferred.begin())};
}

std::map<std::string, fs::path> find_sounds(const fs::path& root) {
  struct Choice {
    std::pair<bool, size_t> rank;
    fs::path file;
  };
  std::map<std::string, Choice> best;
  for (const fs::path& file : files_below(root, "MEAD's ID/audio/EMOTION/level_K/SEQ.m4a")) {
    const auto listed = std::find(kPreferred.begin(), kPreferred.end(), file.extension().string());
    if (listed == kPreferred.end() && !audio::is_sound_name(file)) continue;
    std::string why;
    const auto place = parse_take(file.parent_path() / file.stem(), &why);
    if (!place) continue;  // some other sound; a take without sound is told by its motion
    const auto rank = rank_of(*place, file);
    const auto [at, is_new] = best.try_emplace(place->stem, Choice{rank, file});
    if (!is_new && rank < at->second.rank) at->second = {rank, file};
  }
  std::map<std::string, fs::path> sounds;
  for (auto& [stem, choice] : best) sounds[stem] = std::move(choice.file);
  return sounds;
}

// Why takes of this subject are not imported; nothing if they are.
std::optional<LeftOut> refuse_subject(const std::string& id, const fs::path& file,
                                      bool all_subjects) {
  if (find_name(mead_conditions().styles, id)) return {};
  if (!is_subject_without_style(id)) {
    return LeftOut{"unknown subject", file.string(),
                   fmt::format("{} is none of the 47 subjects of 3DMEAD", id), true};
  }
  if (all_subjects) return {};
  return LeftOut{"subject without a style", file.string(),
                 fmt::format("{} has no speaking style and is not trained on", id), true};
}

}  // namespace

RawTree scan_raw_mead(const fs::path& reconstruction, const fs::path& sound, bool all_subjects) {
  const auto motions =
      files_below(reconstruction, "EMICA's ID/front/EMOTION/level_K/SEQ/shape_pose_cam.hdf5");
  const auto is_motion = [](const fs::path& file) { return file.filename() == kMotionFile; };
  if (std::none_of(motions.begin(), motions.end(), is_motion)) {
    fail("{}: holds no {}; expected EMICA's ID/front/EMOTION/level_K/SEQ/{}",
         reconstruction.string(), kMotionFile, kMotionFile);
  }
  const auto sounds = find_sounds(sound);
  RawTree tree;
  std::map<std::string, fs::path> taken;  // stem -> motion
  for (const fs::path& file : motions) {
    if (!is_motion(file)) continue;
    std::string why;
    const auto place = parse_take(file.parent_path(), &why);
    if (!place) {
      tree.left_out.push_back({"name not understood", file.string(), why});
    } else if (!place->view.empty() && place->view != "front") {
      tree.left_out.push_back({"other view", file.string(),
                               fmt::format("view {}; only front is taken", place->view), true});
    } else if (auto refused = refuse_subject(place->id, file, all_subjects)) {
      tree.left_out.push_back(std::move(*refused));
    } else if (const auto [at, is_new] = taken.try_emplace(place->stem, file); !is_new) {
      tree.left_out.push_back({"second file of one take", file.string(),
                               fmt::format("the same take as {}", at->second.string())});
    } else if (!sounds.contains(place->stem)) {
      tree.left_out.push_back(
          {"no sound", file.string(), fmt::format("no sound of {}", place->stem), true});
    } else {
      tree.pairs.push_back({place->stem, file, sounds.at(place->stem)});
    }
  }
  for (const auto& [stem, file] : sounds) {
    if (taken.contains(stem) || refuse_subject(stem.substr(0, 4), file, all_subjects)) continue;
    tree.left_out.push_back(
        {"no reconstruction", file.string(), fmt::format("no motion of {}", stem), true});
  }
  std::sort(tree.pairs.begin(), tree.pairs.end(),
            [](const RawPair& a, const RawPair& b) { return a.stem < b.stem; });
  return tree;
}

}  // namespace flowtalk::data
