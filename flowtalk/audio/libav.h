// Owners and error texts for libav's C interface.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>
}

#include <memory>
#include <string>

namespace flowtalk::audio {

struct LibavDeleter {
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(SwrContext* p) const { swr_free(&p); }
};
template <class T>
using Libav = std::unique_ptr<T, LibavDeleter>;

Libav<AVFrame> make_frame();
Libav<AVPacket> make_packet();

// What libav says about an error code, one line.
std::string libav_error(int code);

// libav prints nothing after this; its errors come back as codes anyway.
void silence_libav();

}  // namespace flowtalk::audio
