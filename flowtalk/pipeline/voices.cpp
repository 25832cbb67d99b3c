#include "flowtalk/pipeline/voices.h"

#include <fmt/ranges.h>
#include <glob.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <span>

#include "flowtalk/analyse/likelihood.h"
#include "flowtalk/audio/voiceless.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/formats/describe_file.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

constexpr int kUsage = 2;         // the exit code of Errors that no other voice can do without
constexpr float kSilent = 2e-4f;  // of full scale: six steps of 16 bits, as faint as dither

// What is no sound, by kind: "3 .txt, 1 without an ending, 2 folders".
class LeftOut {
 public:
  void add(const fs::directory_entry& entry) {
    std::error_code code;
    if (entry.is_directory(code)) {
      ++folders_;
    } else if (entry.path().filename().string().starts_with('.')) {
      ++hidden_;
    } else {
      ++by_ending_[entry.path().extension().string()];
    }
  }

  std::string text() const {
    std::vector<std::string> parts;
    const auto add = [&](size_t count, const std::string& kind) {
      if (count > 0) parts.push_back(fmt::format("{} {}", count, kind));
    };
    for (const auto& [ending, count] : by_ending_) {
      add(count, ending.empty() ? "without an ending" : ending);
    }
    add(hidden_, "hidden");
    add(folders_, folders_ == 1 ? "folder" : "folders");
    return fmt::format("{}", fmt::join(parts, ", "));
  }

 private:
  std::map<std::string, size_t> by_ending_;
  size_t hidden_ = 0, folders_ = 0;
};

std::vector<fs::path> in_folder(const fs::path& folder, const Reporter& reporter) {
  std::vector<fs::path> found;
  LeftOut left_out;
  std::error_code code;
  fs::directory_iterator at(folder, code);
  for (; !code && at != fs::directory_iterator(); at.increment(code)) {
    std::error_code ignored;
    const bool hidden = at->path().filename().string().starts_with('.');
    if (!hidden && at->is_regular_file(ignored) && audio::is_sound_name(at->path())) {
      found.push_back(at->path());
    } else {
      left_out.add(*at);
    }
  }
  if (code) fail("{}: the folder cannot be read ({})", folder.string(), code.message());
  std::sort(found.begin(), found.end());
  const std::string others = left_out.text();
  if (found.empty()) {
    fail("{}: the folder holds no sound files (.wav, .flac, .mp3, ...){}", folder.string(),
         others.empty() ? "" : fmt::format(", only {}", others));
  }
  if (!others.empty()) {
    reporter.warn(fmt::format("{}: taken are {} sound files, left out: {}", folder.string(),
                              found.size(), others));
  }
  return found;
}

float loudest(std::span<const float> samples) {
  float most = 0;
  for (const float x : samples) most = std::max(most, std::abs(x));
  return most;
}

// Of two channels of opposite sign nothing is left in their mean.
bool channels_cancel(const fs::path& path, int channels) {
  if (channels < 2) return false;
  const audio::Recording recording = audio::load_recording(path, kMaxVoiceSeconds);
  return loudest(recording.samples) > kSilent;
}

// Sound that can be used, but can hardly be what the user meant.
void warn_of_odd_sound(const fs::path& path, const audio::Audio& voice,
                       const audio::SourceFormat& source, const Reporter& reporter) {
  for (const audio::SoundWarning& warning : source.warnings(voice.duration_s())) {
    reporter.warn(fmt::format("{}: {}", path.string(), warning.text));
  }
  if (loudest(voice.samples) > kSilent) {
    const auto none = audio::voiceless(voice.samples);
    if (none.size() == 1 && none[0].begin == 0 && none[0].end == voice.samples.size()) {
      reporter.warn(fmt::format("{}: holds steady noise and no voice; the face will not speak",
                                path.string()));
    }
    return;
  }
  reporter.warn(
      channels_cancel(path, source.channels)
          ? fmt::format("{}: its channels cancel each other out, no voice is left; give one of "
                        "them as a file of its own",
                        path.string())
          : fmt::format("{}: is silent; the face will not speak", path.string()));
}

std::vector<fs::path> matching(const std::string& pattern) {
  std::vector<fs::path> found;
  glob_t matches{};
  if (glob(pattern.c_str(), GLOB_TILDE, nullptr, &matches) == 0) {
    found.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
  }
  globfree(&matches);
  if (found.empty()) fail("{}: no file matches", pattern);
  return found;
}

// Words after an option that takes one: `--emotion happy sad`.
void refuse_emotion(const std::string& word) {
  std::error_code code;
  if (fs::exists(word, code)) return;
  try {
    parse_emotion(word, default_conditions());
  } catch (const Error&) {
    return;
  }
  fail_usage("{}: no such file; as an emotion it is {} {}", word, Field("emotion"), word);
}

}  // namespace

std::vector<fs::path> find_voices(const std::vector<std::string>& words, const Reporter& reporter) {
  std::vector<fs::path> voices;
  for (const std::string& word : words) {
    std::error_code code;
    std::vector<fs::path> found;
    if (fs::is_directory(word, code)) {
      found = in_folder(word, reporter);
    } else if (!fs::exists(word, code) && word.find_first_of("*?[") != std::string::npos) {
      found = matching(word);
    } else {
      refuse_emotion(word);
      found = {word};  // a missing file is reported by whoever opens it
    }
    voices.insert(voices.end(), found.begin(), found.end());
  }
  return voices;
}

std::map<fs::path, std::string> names_of(const std::vector<fs::path>& voices) {
  std::map<fs::path, std::set<fs::path>> by_stem;
  for (const fs::path& voice : voices) by_stem[voice.stem()].insert(voice.filename());
  std::map<fs::path, std::string> names;
  for (const fs::path& voice : voices) {
    std::string name = voice.stem().string();
    const std::string ending = voice.extension().string();
    if (by_stem[voice.stem()].size() > 1 && !ending.empty()) name.append("_").append(ending, 1);
    names[voice] = name;
  }
  return names;
}

void refuse_twice(const std::vector<fs::path>& voices) {
  std::map<fs::path, fs::path> seen;
  std::error_code code;
  for (const fs::path& voice : voices) {
    const auto [first, fresh] = seen.emplace(fs::weakly_canonical(voice, code), voice);
    if (fresh) continue;
    fail_usage("{}: is given twice{}; give each voice once", voice.string(),
               first->second == voice ? "" : fmt::format(", also as {}", first->second.string()));
  }
}

bool EachVoice::tried(const std::function<void()>& f) {
  try {
    f();
    return true;
  } catch (const Error& e) {
    if (voices_ == 1 || e.exit_code() == kUsage) throw;
    reporter_.warn(e.marked());
    ++failed_;
    return false;
  }
}

void EachVoice::finish(const std::string& what_of_others) const {
  if (failed_ == 0) return;
  fail("{} of {} voices could not be used (see above){}{}", failed_, voices_,
       all_failed() ? "" : "; ", all_failed() ? "" : what_of_others);
}

audio::Audio load_voice(const fs::path& path, const Reporter& reporter) {
  audio::LoadOptions options;
  options.max_duration_s = kMaxVoiceSeconds;
  audio::SourceFormat source;
  audio::Audio voice = formats::read_as(
      path, "sound film", "a recording of a voice: wav, flac, mp3, m4a, ogg or the like",
      [&] { return audio::load_audio(path, options, &source); });
  warn_of_odd_sound(path, voice, source, reporter);
  return voice;
}

std::string length_mismatch(const std::string& motion, int64_t frames, const fs::path& path,
                            const audio::Audio& voice) {
  const auto heard = static_cast<int64_t>(std::lround(voice.duration_s() * flame::kFps));
  if (std::abs(heard - frames) <= analyse::most_cut(heard)) return "";
  return fmt::format("{}: {} frames are {:.1f} s at {} per second, {} lasts {:.1f} s", motion,
                     frames, static_cast<double>(frames) / flame::kFps, flame::kFps, path.string(),
                     voice.duration_s());
}

JoinedVoices join_voices(const std::vector<fs::path>& paths, double pause_s, EachVoice& each,
                         const Reporter& reporter) {
  JoinedVoices all;
  audio::Audio& joined = all.audio;
  for (const fs::path& path : paths) {
    audio::Audio part;
    if (!each.tried([&] { part = load_voice(path, reporter); })) continue;
    all.paths.push_back(path);
    if (!joined.samples.empty()) {
      const double pause = pause_s * joined.rate_hz;
      joined.samples.resize(joined.samples.size() + static_cast<size_t>(pause), 0.0f);
    }
    joined.samples.insert(joined.samples.end(), part.samples.begin(), part.samples.end());
    if (joined.duration_s() > kMaxVoiceSeconds) {
      fail("{}: with it the voice is longer than {} s, the most that is taken in one piece",
           path.string(), kMaxVoiceSeconds);
    }
  }
  if (each.all_failed()) each.finish("");
  return all;
}

}  // namespace flowtalk::pipeline
