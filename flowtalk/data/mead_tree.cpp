#include "flowtalk/data/mead_tree.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/data/index.h"

namespace flowtalk::data {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMotionFile = "shape_pose_cam.hdf5";
constexpr int kMaxDepth = 16;  // ends a walk along links that lead back
// Of several sounds of a take the first of these is taken, then any other (films have sound too).
constexpr std::array<std::string_view, 8> kPreferred = {".wav", ".flac", ".m4a",  ".mp4a",
                                                        ".aac", ".mp3",  ".opus", ".ogg"};
// Folders between subject and view that only say what the files are. MEAD has video/ and audio/.
constexpr std::array<std::string_view, 4> kMedia = {"video", "videos", "audio", "audios"};

// Where a raw file stands: its subject, the folders between subject and emotion, and its stem.
struct Place {
  std::string id, view, stem;  // the view is "" where no folder says it
  bool audio = false;          // in a folder that is named so
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string ending_of(const fs::path& file) { return lower(file.extension().string()); }

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

std::optional<int> level_in(const std::string& part) { return number_in(lower(part), "level_"); }

std::vector<std::string> parts_of(const fs::path& path) {
  std::vector<std::string> parts;
  for (const auto& part : path) parts.push_back(part.string());
  return parts;
}

// Takes subject, medium and view out of the parts that stand before EMOTION/level_K/SEQ: at most
// two folders after the subject, of which those of kMedia are no view.
bool read_head(const std::vector<std::string>& parts, size_t end, Place& place) {
  size_t at = end;
  while (at > 0 && end - at < 3 && !is_subject(parts[at - 1])) --at;
  if (at == 0 || !is_subject(parts[at - 1])) return false;
  place.id = parts[at - 1];
  for (; at < end; ++at) {
    const std::string folder = lower(parts[at]);
    if (std::find(kMedia.begin(), kMedia.end(), folder) == kMedia.end()) {
      if (!place.view.empty()) return false;
      place.view = folder;
    }
    place.audio = place.audio || folder.starts_with("audio");
  }
  return true;
}

// Reads .../ID/[video/][VIEW/]EMOTION/level_K/SEQ, the take's folder or sound without its
// extension.
std::optional<Place> parse_take(const fs::path& take, std::string* why) {
  const auto bad = [&](std::string reason) -> std::optional<Place> {
    *why = std::move(reason);
    return std::nullopt;
  };
  const std::vector<std::string> parts = parts_of(take);
  const size_t n = parts.size();
  Place place;
  if (n < 4 || !read_head(parts, n - 3, place)) {
    return bad("expected ID/VIEW/EMOTION/level_K/SEQ with an ID such as M003");
  }
  const Conditions& mead = mead_conditions();
  const auto emotion = find_name(mead.emotions, lower(parts[n - 3]));
  if (!emotion) return bad(fmt::format("unknown emotion '{}'", parts[n - 3]));
  const auto level = level_in(parts[n - 2]);
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

// The better of two sounds of one take is the smaller: the folder `audio` before others, the front
// before other views, then by file type.
std::array<size_t, 3> rank_of(const Place& place, const fs::path& file) {
  const auto type = std::find(kPreferred.begin(), kPreferred.end(), ending_of(file));
  const bool front = place.view.empty() || place.view == "front";
  return {place.audio ? 0u : 1u, front ? 0u : 1u, static_cast<size_t>(type - kPreferred.begin())};
}

struct Sounds {
  std::map<std::string, fs::path> files;  // by the stem of their take
  std::vector<LeftOut> strange;
};

Sounds find_sounds(const fs::path& root) {
  struct Choice {
    std::array<size_t, 3> rank;
    fs::path file;
  };
  std::map<std::string, Choice> best;
  Sounds sounds;
  for (const fs::path& file : files_below(root, "MEAD's ID/audio/EMOTION/level_K/SEQ.m4a")) {
    const auto listed = std::find(kPreferred.begin(), kPreferred.end(), ending_of(file));
    if (listed == kPreferred.end() && !audio::is_sound_name(file)) continue;
    std::string why;
    const auto place = parse_take(file.parent_path() / file.stem(), &why);
    if (!place) {
      sounds.strange.push_back({"sound not understood", file.string(), why, true});
      continue;
    }
    const auto rank = rank_of(*place, file);
    const auto [at, is_new] = best.try_emplace(place->stem, Choice{rank, file});
    if (!is_new && rank < at->second.rank) at->second = {rank, file};
  }
  for (auto& [stem, choice] : best) sounds.files[stem] = std::move(choice.file);
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
  const auto is_motion = [](const fs::path& file) {
    const std::string ending = ending_of(file);
    return lower(file.stem().string()) == fs::path(kMotionFile).stem() &&
           (ending == ".hdf5" || ending == ".h5");
  };
  if (std::none_of(motions.begin(), motions.end(), is_motion)) {
    fail("{}: holds no {}; expected EMICA's ID/front/EMOTION/level_K/SEQ/{}",
         reconstruction.string(), kMotionFile, kMotionFile);
  }
  Sounds found = find_sounds(sound);
  const auto& sounds = found.files;
  RawTree tree;
  tree.left_out = std::move(found.strange);
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

std::string pattern_of(const fs::path& file) {
  std::vector<std::string> parts = parts_of(file);
  const auto subject = std::find_if(parts.rbegin(), parts.rend(), is_subject);
  constexpr std::ptrdiff_t kShown = 6;
  const auto kept = subject == parts.rend() ? std::min<std::ptrdiff_t>(kShown, std::ssize(parts))
                                            : subject - parts.rbegin() + 1;
  std::string pattern;
  for (auto part = parts.end() - kept; part != parts.end(); ++part) {
    if (!pattern.empty()) pattern += '/';
    const fs::path name = *part;
    if (is_subject(*part)) {
      pattern += "ID";
    } else if (find_name(mead_conditions().emotions, lower(*part))) {
      pattern += "EMOTION";
    } else if (level_in(*part)) {
      pattern += "level_K";
    } else if (number_in(name.stem().string(), "")) {
      pattern.append("SEQ").append(name.extension().string());
    } else {
      pattern += *part;
    }
  }
  return pattern;
}

std::vector<LeftOutGroup> grouped(const std::vector<LeftOut>& left_out) {
  std::map<std::pair<std::string, std::string>, LeftOutGroup> groups;
  for (const LeftOut& l : left_out) {
    const std::string pattern = pattern_of(l.file);
    auto [at, is_new] = groups.try_emplace({l.kind, pattern}, LeftOutGroup{pattern, l, 0});
    ++at->second.count;
  }
  std::vector<LeftOutGroup> list;
  for (auto& [key, group] : groups) list.push_back(std::move(group));
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first.kind, b.count) < std::tie(b.first.kind, a.count);
  });
  return list;
}

}  // namespace flowtalk::data
