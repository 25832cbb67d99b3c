// The voices that somebody names: files, folders and globs.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/reporter.h"

namespace flowtalk::pipeline {

// Longest recording that is taken in one piece.
inline constexpr double kMaxVoiceSeconds = 600;

// Every file that the words name, in order; a folder stands for the sound files right inside it,
// and what else it holds is warned of in one line. Error for a word that names nothing;
// usage Error for one that is the name of an emotion.
std::vector<std::filesystem::path> find_voices(const std::vector<std::string>& words,
                                               const Reporter& reporter);

// What the answers to each voice are called after: its name without its ending, or with it
// (a_aif, a_mov) where voices are told apart by it alone.
std::map<std::filesystem::path, std::string> names_of(
    const std::vector<std::filesystem::path>& voices);

// Usage Error: a voice that is there twice, under whatever names.
void refuse_twice(const std::vector<std::filesystem::path>& voices);

// Work on one voice after the other. Of several, one that fails is warned of and left out.
class EachVoice {
 public:
  EachVoice(size_t voices, const Reporter& reporter) : voices_(voices), reporter_(reporter) {}
  // Did f come to its end? Usage Errors, and the Error of a voice that is alone, leave.
  bool tried(const std::function<void()>& f);
  bool all_failed() const { return failed_ == voices_; }
  // Error: some failed, and how many. what_of_others: what was done with the others.
  void finish(const std::string& what_of_others) const;

 private:
  size_t voices_, failed_ = 0;
  const Reporter& reporter_;
};

// Warns of sound that is silent or was cut off.
audio::Audio load_voice(const std::filesystem::path& path, const Reporter& reporter);

// Why motion of so many frames does not belong to this voice, for people; "" if it may.
std::string length_mismatch(const std::string& motion, int64_t frames,
                            const std::filesystem::path& path, const audio::Audio& voice);

// Voices one after the other, and the files that they are from.
struct JoinedVoices {
  audio::Audio audio;
  std::vector<std::filesystem::path> paths;
};
// Those that can be read, with `pause_s` seconds of silence between them. Error: none can be, or
// all together are longer than kMaxVoiceSeconds.
JoinedVoices join_voices(const std::vector<std::filesystem::path>& paths, double pause_s,
                         EachVoice& each, const Reporter& reporter);

}  // namespace flowtalk::pipeline
