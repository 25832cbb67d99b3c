#include "flowtalk/pipeline/voices.h"

#include <glob.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "flowtalk/analyse/likelihood.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/flame_layout.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

constexpr float kSilent = 2e-4f;  // of full scale: six steps of 16 bits, as faint as dither

std::vector<fs::path> in_folder(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (entry.is_regular_file(code) && audio::is_sound_name(entry.path())) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  if (found.empty())
    fail("{}: the folder holds no sound files (.wav, .flac, .mp3, ...)", folder.string());
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
  const double missing_s = source.stated_s - voice.duration_s();
  if (missing_s > std::max(0.5, 0.02 * source.stated_s)) {
    reporter.warn(fmt::format(
        "{}: says it lasts {:.1f} s and holds {:.1f} s; it was cut off, or its header is wrong",
        path.string(), source.stated_s, voice.duration_s()));
  }
  if (loudest(voice.samples) > kSilent) return;
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

}  // namespace

std::vector<fs::path> find_voices(const std::vector<std::string>& words) {
  std::vector<fs::path> voices;
  for (const std::string& word : words) {
    std::error_code code;
    std::vector<fs::path> found;
    if (fs::is_directory(word, code)) {
      found = in_folder(word);
    } else if (!fs::exists(word, code) && word.find_first_of("*?[") != std::string::npos) {
      found = matching(word);
    } else {
      found = {word};  // a missing file is reported by whoever opens it
    }
    voices.insert(voices.end(), found.begin(), found.end());
  }
  return voices;
}

audio::Audio load_voice(const fs::path& path, const Reporter& reporter) {
  audio::LoadOptions options;
  options.max_duration_s = kMaxVoiceSeconds;
  audio::SourceFormat source;
  audio::Audio voice = audio::load_audio(path, options, &source);
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

audio::Audio join_voices(const std::vector<fs::path>& paths, double pause_s,
                         const Reporter& reporter) {
  audio::Audio joined;
  for (const fs::path& path : paths) {
    if (!joined.samples.empty()) {
      const double pause = pause_s * joined.rate_hz;
      joined.samples.resize(joined.samples.size() + static_cast<size_t>(pause), 0.0f);
    }
    const audio::Audio part = load_voice(path, reporter);
    joined.samples.insert(joined.samples.end(), part.samples.begin(), part.samples.end());
    if (joined.duration_s() > kMaxVoiceSeconds) {
      fail("{}: with it the voice is longer than {} s, the most that is taken in one piece",
           path.string(), kMaxVoiceSeconds);
    }
  }
  return joined;
}

}  // namespace flowtalk::pipeline
