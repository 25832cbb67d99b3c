#include "flowtalk/video/picture_frames.h"

#include <algorithm>
#include <array>
#include <vector>

#include "flowtalk/base/error.h"

extern "C" {
#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

namespace flowtalk::video {
namespace {

// libswscale reads so far beyond the last pixel, and rounds otherwise where memory begins elsewhere
// than the vectors of its processor do: av_malloc aligns to these.
constexpr size_t kBeyond = 64;

int even(int size) { return size + size % 2; }

bool has_alpha(AVPixelFormat format) {
  return (av_pix_fmt_desc_get(format)->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
}

// Gives every pixel that is not there the colour of the next that is: along its row, and rows
// without any that of the row beside them.
void spread_colours(uint8_t* rgba, size_t width, size_t height) {
  std::vector<bool> coloured(height, false);
  for (size_t y = 0; y < height; ++y) {
    uint8_t* row = rgba + 4 * width * y;
    size_t last = width;  // the last pixel that is there
    for (size_t x = 0; x < width; ++x) {
      if (row[4 * x + 3] > 0) {
        for (size_t u = last == width ? 0 : x; u < x; ++u) std::copy_n(row + 4 * x, 3, row + 4 * u);
        last = x;
      } else if (last < width) {
        std::copy_n(row + 4 * last, 3, row + 4 * x);
      }
    }
    coloured[y] = last < width;
  }
  const auto take = [&](size_t y, size_t from) {
    for (size_t x = 0; x < width; ++x) {
      std::copy_n(rgba + 4 * (width * from + x), 3, rgba + 4 * (width * y + x));
    }
    coloured[y] = true;
  };
  for (size_t y = 1; y < height; ++y) {
    if (!coloured[y] && coloured[y - 1]) take(y, y - 1);
  }
  for (size_t y = height - 1; y-- > 0;) {
    if (!coloured[y] && coloured[y + 1]) take(y, y + 1);
  }
}

}  // namespace

void PictureFrames::ScalerDeleter::operator()(SwsContext* p) const { sws_freeContext(p); }
void PictureFrames::MemoryDeleter::operator()(uint8_t* p) const { av_free(p); }

PictureFrames::PictureFrames(int width, int height, AVPixelFormat format)
    : width_(even(width)), height_(even(height)), alpha_(has_alpha(format)) {
  const AVPixelFormat source = alpha_ ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
  scaler_.reset(sws_getContext(width_, height_, source, width_, height_, format,
                               SWS_BILINEAR | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
  frame_ = audio::make_frame();
  frame_->format = format;
  frame_->width = width_;
  frame_->height = height_;
  const size_t bytes = size_t{4} * static_cast<size_t>(width_) * static_cast<size_t>(height_);
  pixels_.reset(static_cast<uint8_t*>(av_mallocz(bytes + kBeyond)));
  if (!scaler_ || !pixels_ || av_frame_get_buffer(frame_.get(), 0) < 0) {
    fail("pictures of {} x {} cannot be converted for video", width_, height_);
  }
  const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
  sws_setColorspaceDetails(scaler_.get(), bt709, 1, bt709, format == AV_PIX_FMT_RGBA, 0, 1 << 16,
                           1 << 16);
}

PictureFrames::~PictureFrames() = default;

AVFrame& PictureFrames::convert(const render::Image& image) {
  FT_CHECK(even(image.width) == width_ && even(image.height) == height_,
           "a picture of {} x {} for frames of {} x {}", image.width, image.height, width_,
           height_);
  const size_t channels = alpha_ ? 4 : 3;
  const auto width = static_cast<size_t>(width_), height = static_cast<size_t>(height_);
  uint8_t* to = pixels_.get();
  for (int y = 0; y < height_; ++y) {
    for (int x = 0; x < width_; ++x, to += channels) {
      const int u = std::min(x, image.width - 1), v = std::min(y, image.height - 1);
      std::copy_n(image.at(u, v), 3, to);
      if (!alpha_) continue;
      const auto at = static_cast<size_t>(v) * static_cast<size_t>(image.width);
      to[3] = image.has_alpha() ? image.alpha[at + static_cast<size_t>(u)] : 255;
    }
  }
  if (alpha_) spread_colours(pixels_.get(), width, height);
  if (av_frame_make_writable(frame_.get()) < 0) fail("out of memory for a picture");
  const std::array<const uint8_t*, 1> rows = {pixels_.get()};
  const std::array<int, 1> stride = {static_cast<int>(channels) * width_};
  sws_scale(scaler_.get(), rows.data(), stride.data(), 0, height_, frame_->data, frame_->linesize);
  return *frame_;
}

}  // namespace flowtalk::video
