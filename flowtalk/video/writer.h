// Pictures and sound into an mp4 file: H.264 and AAC, ready to play while it loads.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/render/image.h"

namespace flowtalk::video {

struct VideoOptions {
  int width = 512, height = 512;  // of every picture; odd sizes are padded by one pixel
  int fps = flame::kFps;
  int crf = 18;  // x264's constant quality: 0 lossless .. 51 worst
  std::string preset = "veryfast";
  std::string video_encoder = "libx264", audio_encoder = "aac";
  int audio_bits_per_s = 96'000;
};

// Memory does not grow with the number of pictures. The same pictures give the same bytes on any
// number of cores. The file appears under its name when finish() returns; before that, and after
// any Error, there is none.
class VideoWriter {
 public:
  // The sound is cut or filled with silence to the length of the pictures. Errors: an unwritable
  // path, a missing encoder, a size or rate that the encoders refuse.
  VideoWriter(const std::filesystem::path& path, const VideoOptions& options,
              std::optional<audio::Audio> sound = std::nullopt);
  ~VideoWriter();
  VideoWriter(const VideoWriter&) = delete;
  VideoWriter& operator=(const VideoWriter&) = delete;

  void add(const render::Image& image);
  void finish();  // Error if no picture was added

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk::video
