// Pictures and sound into a film: .mp4 (H.264), .mov (the same, or ProRes with alpha) or .webm
// (VP9, also with alpha). Sound is taken over as it is where the container allows that, else
// encoded.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "flowtalk/base/flame_layout.h"
#include "flowtalk/render/image.h"
#include "flowtalk/video/soundtrack.h"

namespace flowtalk::video {

struct VideoOptions {
  int width = 512, height = 512;  // of every picture; odd sizes are padded by one pixel
  int rate_numerator = flame::kFps, rate_denominator = 1;  // pictures per second
  bool transparent = false;  // pictures with alpha, in a film with alpha
  int crf = 18;              // x264's constant quality, 0 lossless .. 51 worst, or what is as good
  std::string preset = "veryfast";
  std::string video_encoder;  // "": that of the film's kind
};

// Whether the name is that of a film, of a kind that is written here.
bool is_film_name(const std::filesystem::path& path);
inline constexpr std::string_view kFilmEndings = ".mp4, .mov or .webm";

// Usage Error for a film of no kind that is known, or of one that cannot be transparent here; to be
// asked before long work. field: what named it.
void check_film(const std::filesystem::path& path, bool transparent, const std::string& field);

// Memory does not grow with the number of pictures. The same pictures give the same bytes on any
// number of cores. The file appears under its name when finish() returns; before that, and after
// any Error, there is none.
class VideoWriter {
 public:
  // The sound is cut to the length of the pictures, and if it is encoded filled with silence.
  // Errors: an unwritable path, a missing encoder, a size or rate that the encoders refuse.
  VideoWriter(const std::filesystem::path& path, const VideoOptions& options,
              const std::optional<Soundtrack>& sound = std::nullopt);
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
