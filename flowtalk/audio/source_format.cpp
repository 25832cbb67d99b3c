#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "flowtalk/audio/audio.h"
#include "flowtalk/audio/timeline.h"

namespace flowtalk::audio {
namespace {

std::string describe_gaps(std::span<const Gap> gaps) {
  const Gap& first = gaps.front();
  const double length = total_s(gaps);
  if (gaps.size() == 1) {
    return fmt::format(
        "holds no sound from {:.2f} s to {:.2f} s (a pause or lost packets); {:.2f} s of silence "
        "are put in",
        first.at_s, first.at_s + first.length_s, length);
  }
  return fmt::format(
      "holds no sound at {} places (pauses or lost packets), first from {:.2f} s to {:.2f} s; "
      "{:.2f} s of silence are put in",
      gaps.size(), first.at_s, first.at_s + first.length_s, length);
}

bool is_much_longer(double stated_s, double duration_s) {
  return stated_s - duration_s > std::max(0.5, 0.02 * stated_s);
}

}  // namespace

std::vector<SoundWarning> SourceFormat::warnings(double duration_s) const {
  std::vector<SoundWarning> said;
  std::span<const Gap> within(gaps);
  if (!within.empty() && within.front().at_s == 0) {
    said.push_back({"sound after its picture",
                    fmt::format("its sound starts {:.2f} s after its picture; that much silence is "
                                "put before it",
                                within.front().length_s)});
    within = within.subspan(1);
  }
  if (!within.empty()) said.push_back({"gaps in its sound", describe_gaps(within)});
  if (joined_wavs > 1) {
    said.push_back({"joined into one", fmt::format("is {} WAV files joined into one; all {:.1f} s "
                                                   "are read",
                                                   joined_wavs, duration_s)});
  } else if (joined_wavs == 1) {
    said.push_back(
        {"more sound than its header counts",
         fmt::format("its header counts {:.1f} s and more sound follows; all {:.1f} s are read",
                     counted_s, duration_s)});
  }
  if (is_much_longer(unclocked_picture_s, duration_s)) {
    said.push_back(
        {"sound shorter than its picture",
         fmt::format("holds {:.1f} s of sound beside {:.1f} s of picture; AVI does not keep where "
                     "sound is missing, so none is put in and the rest may come too early",
                     duration_s, unclocked_picture_s)});
  } else if (is_much_longer(stated_s, duration_s)) {
    said.push_back(
        {"less sound than stated",
         fmt::format(
             "says it lasts {:.1f} s and holds {:.1f} s; it was cut off, or its header is wrong",
             stated_s, duration_s)});
  }
  return said;
}

void SoundWarnings::add(const std::string& name, const std::vector<SoundWarning>& warnings) {
  for (const SoundWarning& warning : warnings) {
    Group& group = groups_[warning.kind];
    if (group.files++ > 0 && group.name <= name) continue;
    group.name = name;
    group.text = warning.text;
  }
}

std::vector<std::string> SoundWarnings::lines() const {
  std::vector<std::string> lines;
  for (const auto& [kind, group] : groups_) {
    const std::string first = fmt::format("{}: {}", group.name, group.text);
    lines.push_back(group.files == 1
                        ? first
                        : fmt::format("{} files ({}), for example {}", group.files, kind, first));
  }
  return lines;
}

}  // namespace flowtalk::audio
