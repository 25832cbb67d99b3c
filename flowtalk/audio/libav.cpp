#include "flowtalk/audio/libav.h"

#include <array>

#include "flowtalk/base/error.h"

namespace flowtalk::audio {

Libav<AVFrame> make_frame() {
  Libav<AVFrame> frame(av_frame_alloc());
  if (!frame) fail("out of memory for a media frame");
  return frame;
}

Libav<AVPacket> make_packet() {
  Libav<AVPacket> packet(av_packet_alloc());
  if (!packet) fail("out of memory for a media packet");
  return packet;
}

std::string libav_error(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

void silence_libav() { av_log_set_level(AV_LOG_QUIET); }

}  // namespace flowtalk::audio
