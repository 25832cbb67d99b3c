#include "apps/voices.h"

#include <glob.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "flowtalk/base/error.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

bool has_sound_extension(const fs::path& path) {
  constexpr std::array<std::string_view, 12> kExtensions = {".wav",  ".flac", ".mp3", ".ogg",
                                                            ".opus", ".m4a",  ".aac", ".g722",
                                                            ".mp4",  ".webm", ".mkv", ".aiff"};
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

std::vector<fs::path> in_folder(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (entry.is_regular_file(code) && has_sound_extension(entry.path())) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  if (found.empty())
    fail("{}: the folder holds no sound files (.wav, .flac, .mp3, ...)", folder.string());
  return found;
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

audio::Audio load_voice(const fs::path& path) {
  audio::LoadOptions options;
  options.max_duration_s = kMaxVoiceSeconds;
  return audio::load_audio(path, options);
}

audio::Audio join_voices(const std::vector<fs::path>& paths, double pause_s) {
  audio::Audio joined;
  for (const fs::path& path : paths) {
    if (!joined.samples.empty()) {
      const double pause = pause_s * joined.rate_hz;
      joined.samples.resize(joined.samples.size() + static_cast<size_t>(pause), 0.0f);
    }
    const audio::Audio part = load_voice(path);
    joined.samples.insert(joined.samples.end(), part.samples.begin(), part.samples.end());
    if (joined.duration_s() > kMaxVoiceSeconds) {
      fail("{}: with it the voice is longer than {} s, the most that is taken in one piece",
           path.string(), kMaxVoiceSeconds);
    }
  }
  return joined;
}

}  // namespace flowtalk::apps
