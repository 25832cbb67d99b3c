// The raw form of MEAD: folders ID/[video/]VIEW/EMOTION/level_K/SEQ with EMICA's reconstruction of
// the frontal video, and the recordings' sound as ID/audio/EMOTION/level_K/SEQ.m4a or in MEAD's own
// films, ID/video/VIEW/EMOTION/level_K/SEQ.mp4. Names and endings may be in any case, IDs apart.
// Nothing is opened here; files are matched by their names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace flowtalk::data {

struct RawPair {
  std::string stem;  // "M003_001_5_0", also for subjects that have no style
  std::filesystem::path motion, sound;
};

// What is not imported, and why. `kind` groups ("no sound"), `expected` is true for what a sound
// copy of MEAD has as well: takes that were never recorded, other views, other subjects.
struct LeftOut {
  std::string kind, file, reason;
  bool expected = false;
};

struct RawTree {
  std::vector<RawPair> pairs;  // sorted by stem
  std::vector<LeftOut> left_out;
};

// All pairs below the two folders (which may be the same). all_subjects: also those 15 that have no
// speaking style. Errors: a folder that is missing or cannot be read, no reconstruction in it.
RawTree scan_raw_mead(const std::filesystem::path& reconstruction,
                      const std::filesystem::path& sound, bool all_subjects);

// A path with what differs from take to take replaced by what it is, from the subject on:
// "ID/video/front/EMOTION/level_K/SEQ.mp4".
std::string pattern_of(const std::filesystem::path& file);

// Files that were left out for one kind of reason and are named alike.
struct LeftOutGroup {
  std::string pattern;
  LeftOut first;
  int64_t count = 0;
};
// Sorted by kind, the many before the few.
std::vector<LeftOutGroup> grouped(const std::vector<LeftOut>& left_out);

}  // namespace flowtalk::data
