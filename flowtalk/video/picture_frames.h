// Pictures to the frames that an encoder takes; within this room only.
#pragma once

#include <cstdint>
#include <memory>

#include "flowtalk/audio/libav.h"
#include "flowtalk/render/image.h"

struct SwsContext;

namespace flowtalk::video {

// 8-bit sRGB in; out planes of BT.709, limited range (or RGBA), of even sizes. Where the format has
// alpha the colours of what is not there are those of what is beside it, so that neither
// compression nor a player that scales draws an edge.
class PictureFrames {
 public:
  // width and height of the pictures, odd ones are padded by one pixel.
  PictureFrames(int width, int height, AVPixelFormat format);
  ~PictureFrames();

  int width() const { return width_; }  // of the frames
  int height() const { return height_; }
  // Valid until the next call.
  AVFrame& convert(const render::Image& image);

 private:
  struct ScalerDeleter {
    void operator()(SwsContext* p) const;
  };
  struct MemoryDeleter {
    void operator()(uint8_t* p) const;
  };

  int width_, height_;
  bool alpha_;
  std::unique_ptr<SwsContext, ScalerDeleter> scaler_;
  audio::Libav<AVFrame> frame_;
  std::unique_ptr<uint8_t, MemoryDeleter> pixels_;  // of even sizes, RGB or RGBA
};

}  // namespace flowtalk::video
