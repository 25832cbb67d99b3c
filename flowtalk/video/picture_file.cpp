#include "flowtalk/video/picture_file.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "flowtalk/audio/libav.h"
#include "flowtalk/base/error.h"
#include "flowtalk/video/ktx2.h"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

namespace flowtalk::video {
namespace {

constexpr int kMostEdge = 8192;

AVCodecID codec_of(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return AV_CODEC_ID_PNG;
  if (bytes.starts_with("\xff\xd8\xff")) return AV_CODEC_ID_MJPEG;
  const bool webp = bytes.starts_with("RIFF") && bytes.size() > 12 && bytes.substr(8, 4) == "WEBP";
  return webp ? AV_CODEC_ID_WEBP : AV_CODEC_ID_NONE;
}

audio::Libav<AVFrame> decode(std::string_view bytes, const std::string& where) {
  audio::silence_libav();
  const AVCodecID id = codec_of(bytes);
  const AVCodec* codec = id == AV_CODEC_ID_NONE ? nullptr : avcodec_find_decoder(id);
  if (codec == nullptr) {
    fail("{}: of a kind that is not read; save it as PNG, JPEG or WebP", where);
  }
  audio::Libav<AVCodecContext> context(avcodec_alloc_context3(codec));
  if (!context) fail("{}: out of memory", where);
  context->thread_count = 1;
  context->max_pixels = int64_t{kMostEdge} * kMostEdge;
  const auto check = [&](int code) {
    if (code < 0) fail("{}: cannot be decoded ({})", where, audio::libav_error(code));
  };
  check(avcodec_open2(context.get(), codec, nullptr));
  const audio::Libav<AVPacket> packet = audio::make_packet();
  check(av_new_packet(packet.get(), static_cast<int>(bytes.size())));
  std::memcpy(packet->data, bytes.data(), bytes.size());
  check(avcodec_send_packet(context.get(), packet.get()));
  avcodec_send_packet(context.get(), nullptr);
  audio::Libav<AVFrame> frame = audio::make_frame();
  check(avcodec_receive_frame(context.get(), frame.get()));
  if (frame->width < 1 || frame->height < 1 || std::max(frame->width, frame->height) > kMostEdge) {
    fail("{}: {} x {} pixels; expected at most {} along an edge", where, frame->width,
         frame->height, kMostEdge);
  }
  return frame;
}

// Each pixel of the half is the mean of four; an odd last row or column is left out.
void halve(DecodedPicture& picture) {
  const auto width = static_cast<size_t>(picture.width);
  const int half_width = std::max(1, picture.width / 2),
            half_height = std::max(1, picture.height / 2);
  std::vector<uint8_t> half(4 * static_cast<size_t>(half_width) * static_cast<size_t>(half_height));
  for (size_t y = 0; y < static_cast<size_t>(half_height); ++y) {
    for (size_t x = 0; x < static_cast<size_t>(half_width); ++x) {
      const size_t right = std::min(2 * x + 1, width - 1);
      const size_t below = std::min(2 * y + 1, static_cast<size_t>(picture.height) - 1);
      for (size_t c = 0; c < 4; ++c) {
        const auto at = [&](size_t u, size_t v) {
          return int{picture.rgba[4 * (v * width + u) + c]};
        };
        const int sum = at(2 * x, 2 * y) + at(right, 2 * y) + at(2 * x, below) + at(right, below);
        half[4 * (y * static_cast<size_t>(half_width) + x) + c] =
            static_cast<uint8_t>((sum + 2) / 4);
      }
    }
  }
  picture = {half_width, half_height, std::move(half)};
}

DecodedPicture decode_by_libav(std::string_view bytes, const std::string& where) {
  const audio::Libav<AVFrame> frame = decode(bytes, where);
  const int width = frame->width, height = frame->height;
  const auto format = static_cast<AVPixelFormat>(frame->format);
  const std::unique_ptr<SwsContext, void (*)(SwsContext*)> scaler(
      sws_getContext(width, height, format, width, height, AV_PIX_FMT_RGBA,
                     SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr,
                     nullptr),
      sws_freeContext);
  if (!scaler) fail("{}: its pixels cannot be converted", where);
  // Grey has no range but the full one.
  const bool grey = av_pix_fmt_desc_get(format)->nb_components < 3 && format != AV_PIX_FMT_PAL8;
  const int full = grey || frame->color_range == AVCOL_RANGE_JPEG ||
                           format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P ||
                           format == AV_PIX_FMT_YUVJ444P
                       ? 1
                       : 0;
  const int* bt601 = sws_getCoefficients(SWS_CS_ITU601);
  sws_setColorspaceDetails(scaler.get(), bt601, full, bt601, 1, 0, 1 << 16, 1 << 16);
  // libswscale writes whole vectors.
  const int stride = 4 * width + 64;
  const std::unique_ptr<uint8_t, void (*)(void*)> pixels(
      static_cast<uint8_t*>(
          av_malloc(static_cast<size_t>(stride) * static_cast<size_t>(height) + 64)),
      av_free);
  if (!pixels) fail("{}: out of memory", where);
  uint8_t* const planes[4] = {pixels.get(), nullptr, nullptr, nullptr};
  const int strides[4] = {stride, 0, 0, 0};
  sws_scale(scaler.get(), frame->data, frame->linesize, 0, height, planes, strides);
  DecodedPicture picture{width, height, {}};
  picture.rgba.resize(4 * static_cast<size_t>(width) * static_cast<size_t>(height));
  for (int y = 0; y < height; ++y) {
    std::memcpy(picture.rgba.data() + 4 * static_cast<size_t>(width) * static_cast<size_t>(y),
                pixels.get() + static_cast<size_t>(stride) * static_cast<size_t>(y),
                4 * static_cast<size_t>(width));
  }
  return picture;
}

}  // namespace

DecodedPicture decode_picture(std::string_view bytes, int most_edge, const std::string& where) {
  DecodedPicture picture =
      is_ktx2(bytes) ? decode_ktx2(bytes, most_edge, where) : decode_by_libav(bytes, where);
  while (std::max(picture.width, picture.height) > most_edge) halve(picture);
  return picture;
}

}  // namespace flowtalk::video
