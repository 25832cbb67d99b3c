// How the findings of check.h are drawn from measured clips: one clip by itself, and the clips
// against one another. Internal to the check.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/data/check.h"
#include "flowtalk/data/check_clip.h"

namespace flowtalk::data {

std::string_view name_of(Split split);  // "train", "validation", "test"

// Gathers cases under the kinds of finding_kinds().
class Findings {
 public:
  void add(std::string_view kind, std::string text);
  std::vector<Finding> take();  // in the order of finding_kinds(), errors first

 private:
  std::map<size_t, std::vector<std::string>> cases_;  // by the kind's place in the list
};

struct Measured {
  const Clip& clip;
  const ClipFacts& facts;
};

// One clip by itself.
void find_file_faults(const Measured& clip, Findings& findings);
void find_motion_faults(const Measured& clip, Findings& findings);

// Motion of another face than the data set says, or than the other clips move.
void find_axes(const std::vector<Measured>& clips, std::optional<motion::Axes> of_set,
               Findings& findings);
// Motion at another rate, and arrays that are none: how many files of each.
void count_motion_files(const std::vector<Measured>& clips, Findings& findings);
// Sound that is read otherwise than its file says: how many files of each kind.
void count_sound_warnings(const std::vector<Measured>& clips, Findings& findings);
// Equal sound or equal motion under two names.
void find_twins(const std::vector<Measured>& clips, Findings& findings);
// Motion that was made for another frame rate shows in the clips' median.
void find_frame_rate(const std::vector<Measured>& clips, Findings& findings);
// Channels that never move, and values far from where the other clips have theirs.
void find_channel_faults(const std::vector<Measured>& clips, const ChannelCounts& counts,
                         Findings& findings);
// Fills the report's lag; the whole set shifted, or a clip against the others.
void find_lags(const std::vector<Measured>& clips, CheckReport& report, Findings& findings);

}  // namespace flowtalk::data
