#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "flowtalk/audio/audio.h"
#include "flowtalk/audio/libav.h"

namespace flowtalk::audio {
namespace {

// Endings that libav reads and does not write, so that it does not say of them that they hold
// sound.
constexpr std::array<std::string_view, 8> kReadOnly = {".ape",  ".dsf", ".mac", ".mpc",
                                                       ".nist", ".shn", ".sph", ".wve"};

}  // namespace

bool is_sound_name(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (ending.empty()) return false;
  if (std::find(kReadOnly.begin(), kReadOnly.end(), ending) != kReadOnly.end()) return true;
  const AVOutputFormat* format = av_guess_format(nullptr, ("x" + ending).c_str(), nullptr);
  return format != nullptr && format->audio_codec != AV_CODEC_ID_NONE;
}

}  // namespace flowtalk::audio
