#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "flowtalk/audio/audio.h"
#include "flowtalk/audio/libav.h"
#include "flowtalk/base/files.h"

namespace flowtalk::audio {
namespace {

// libav's readers do not say what they find. These have endings of their own and find no voice:
// text, subtitles, pictures, films that are silent, and the music of trackers.
constexpr std::array<std::string_view, 25> kWithoutVoice = {
    "adf",       "aqtitle", "cdg",        "h264",     "hevc", "idf",   "ifv",
    "ingenient", "ipu",     "libopenmpt", "luodat",   "mcc",  "mjpeg", "mpl2",
    "nc",        "pjs",     "rawvideo",   "realtext", "sami", "ser",   "simbiosis_imx",
    "stl",       "tty",     "vobsub",     "vplayer"};

// Does one of libav's readers of sound name the ending as its own?
bool is_read(const std::string& ending) {
  void* place = nullptr;
  while (const AVInputFormat* format = av_demuxer_iterate(&place)) {
    if (format->extensions == nullptr ||
        av_match_ext(("x" + ending).c_str(), format->extensions) == 0 ||
        std::find(kWithoutVoice.begin(), kWithoutVoice.end(), format->name) !=
            kWithoutVoice.end()) {
      continue;
    }
    return true;
  }
  return false;
}

}  // namespace

bool is_sound_name(const std::filesystem::path& path) {
  const std::string ending = ending_of(path);
  if (ending.empty()) return false;
  const AVOutputFormat* format = av_guess_format(nullptr, ("x" + ending).c_str(), nullptr);
  // A writer says whether it takes sound; what only has a reader is asked by its name.
  if (format != nullptr) return format->audio_codec != AV_CODEC_ID_NONE;
  return is_read(ending);
}

}  // namespace flowtalk::audio
