#include "flowtalk/video/writer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/video/encoder.h"

extern "C" {
#include <libswscale/swscale.h>
}

namespace flowtalk::video {
namespace fs = std::filesystem;
using audio::Libav;
using audio::libav_error;
namespace {

// x264's output depends on how many threads it has, so the number does not follow the machine.
constexpr int kEncoderThreads = 4;
constexpr int kKeyframeSeconds = 2;
constexpr int kMaxEdge = 16384;

struct MuxerDeleter {
  void operator()(AVFormatContext* p) const {
    avio_closep(&p->pb);
    avformat_free_context(p);
  }
};
using Muxer = std::unique_ptr<AVFormatContext, MuxerDeleter>;

struct ScalerDeleter {
  void operator()(SwsContext* p) const { sws_freeContext(p); }
};
using Scaler = std::unique_ptr<SwsContext, ScalerDeleter>;

Muxer open_muxer(const fs::path& target, const fs::path& path) {
  audio::silence_libav();
  AVFormatContext* raw = nullptr;
  const std::string url = "file:" + target.string();
  int code = avformat_alloc_output_context2(&raw, nullptr, "mp4", url.c_str());
  if (code < 0)
    fail("{}: no mp4 writer in this libavformat ({})", path.string(), libav_error(code));
  Muxer muxer(raw);
  muxer->flags |= AVFMT_FLAG_BITEXACT;  // no date, no version
  code = avio_open(&muxer->pb, url.c_str(), AVIO_FLAG_WRITE);
  if (code < 0) fail("{}: cannot be written ({})", path.string(), libav_error(code));
  return muxer;
}

int even(int size) { return size + size % 2; }

// RGB -> the planes of a video frame, BT.709, 8 bits, limited range.
Scaler make_scaler(int width, int height) {
  Scaler scaler(sws_getContext(width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P,
                               SWS_BILINEAR | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
  if (!scaler) fail("pictures of {} x {} cannot be converted for video", width, height);
  const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
  sws_setColorspaceDetails(scaler.get(), bt709, 1, bt709, 0, 0, 1 << 16, 1 << 16);
  return scaler;
}

// The last row and column again where a size is odd.
render::Image padded(const render::Image& image) {
  render::Image out(even(image.width), even(image.height));
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      const uint8_t* from = image.at(std::min(x, image.width - 1), std::min(y, image.height - 1));
      std::copy_n(from, 3, out.at(x, y));
    }
  }
  return out;
}

class Dictionary {
 public:
  Dictionary() = default;
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;
  ~Dictionary() { av_dict_free(&entries_); }
  void set(const char* key, const std::string& value) {
    av_dict_set(&entries_, key, value.c_str(), 0);
  }
  AVDictionary** get() { return &entries_; }

 private:
  AVDictionary* entries_ = nullptr;
};

}  // namespace

struct VideoWriter::State {
  fs::path path;
  VideoOptions options;
  std::optional<audio::Audio> sound;
  PartialOutput output;
  Muxer muxer;
  std::optional<Encoder> video, voice;
  Libav<AVFrame> picture, block;
  Scaler scaler;
  int64_t pictures = 0, samples = 0;  // sent so far

  State(const fs::path& p, const VideoOptions& o, std::optional<audio::Audio> s)
      : path(p), options(o), sound(std::move(s)), output(p), muxer(open_muxer(output.path(), p)) {
    open_video();
    if (sound) open_voice();
    Dictionary settings;
    settings.set("movflags", "+faststart");
    const int code = avformat_write_header(muxer.get(), settings.get());
    if (code < 0) fail("{}: cannot be written ({})", path.string(), libav_error(code));
  }

  void open_video();
  void open_voice();
  void send_voice(int64_t until);
};

void VideoWriter::State::open_video() {
  video.emplace(*muxer, options.video_encoder, path);
  AVCodecContext& c = video->context();
  c.width = even(options.width);
  c.height = even(options.height);
  c.pix_fmt = AV_PIX_FMT_YUV420P;
  c.time_base = {1, options.fps};
  c.framerate = {options.fps, 1};
  c.gop_size = kKeyframeSeconds * options.fps;
  c.thread_count = kEncoderThreads;
  c.color_range = AVCOL_RANGE_MPEG;
  c.colorspace = AVCOL_SPC_BT709;
  c.color_primaries = AVCOL_PRI_BT709;
  c.color_trc = AVCOL_TRC_BT709;
  Dictionary settings;
  settings.set("preset", options.preset);
  settings.set("crf", std::to_string(options.crf));
  video->open(settings.get());

  picture = audio::make_frame();
  picture->format = c.pix_fmt;
  picture->width = c.width;
  picture->height = c.height;
  if (av_frame_get_buffer(picture.get(), 0) < 0) fail("{}: out of memory", path.string());
  scaler = make_scaler(c.width, c.height);
}

void VideoWriter::State::open_voice() {
  voice.emplace(*muxer, options.audio_encoder, path);
  AVCodecContext& c = voice->context();
  c.sample_rate = sound->rate_hz;
  c.time_base = {1, sound->rate_hz};
  c.sample_fmt = AV_SAMPLE_FMT_FLTP;
  c.ch_layout = AV_CHANNEL_LAYOUT_MONO;
  c.bit_rate = options.audio_bits_per_s;
  Dictionary settings;
  voice->open(settings.get());

  block = audio::make_frame();
  block->format = c.sample_fmt;
  block->sample_rate = c.sample_rate;
  block->nb_samples = c.frame_size;
  av_channel_layout_copy(&block->ch_layout, &c.ch_layout);
  if (av_frame_get_buffer(block.get(), 0) < 0) fail("{}: out of memory", path.string());
}

// Sends whole blocks that end by sample `until`; at the end of the file `until` closes the last,
// shorter block. Past its own end the sound is silent.
void VideoWriter::State::send_voice(int64_t until) {
  const int64_t size = voice->context().frame_size;
  const auto available = static_cast<int64_t>(sound->samples.size());
  while (samples < until) {
    const int64_t count = std::min(size, until - samples);
    if (av_frame_make_writable(block.get()) < 0) fail("{}: out of memory", path.string());
    auto* target = reinterpret_cast<float*>(block->data[0]);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t at = samples + i;
      target[i] = at < available ? sound->samples[static_cast<size_t>(at)] : 0.0f;
    }
    block->nb_samples = static_cast<int>(count);
    block->pts = samples;
    voice->send(block.get());
    samples += count;
  }
}

VideoWriter::VideoWriter(const fs::path& path, const VideoOptions& options,
                         std::optional<audio::Audio> sound) {
  if (options.width < 2 || options.height < 2 || options.width > kMaxEdge ||
      options.height > kMaxEdge) {
    fail("{}: pictures of {} x {}, expected 2 to {} pixels each way", path.string(), options.width,
         options.height, kMaxEdge);
  }
  state_ = std::make_unique<State>(path, options, std::move(sound));
}

VideoWriter::~VideoWriter() = default;

void VideoWriter::add(const render::Image& image) {
  FT_CHECK(state_ != nullptr, "picture after finish()");
  State& s = *state_;
  FT_CHECK(image.width == s.options.width && image.height == s.options.height,
           "picture of {} x {} in a video of {} x {}", image.width, image.height, s.options.width,
           s.options.height);
  if (av_frame_make_writable(s.picture.get()) < 0) fail("{}: out of memory", s.path.string());
  const bool fits = image.width % 2 == 0 && image.height % 2 == 0;
  const render::Image wide = fits ? render::Image() : padded(image);
  const render::Image& source = fits ? image : wide;
  const std::array<const uint8_t*, 1> rows = {source.rgb.data()};
  const std::array<int, 1> stride = {3 * source.width};
  sws_scale(s.scaler.get(), rows.data(), stride.data(), 0, source.height, s.picture->data,
            s.picture->linesize);
  s.picture->pts = s.pictures++;
  s.video->send(s.picture.get());
  if (s.voice) {
    const int64_t size = s.voice->context().frame_size;
    const int64_t shown = s.pictures * s.sound->rate_hz / s.options.fps;
    s.send_voice(shown / size * size);
  }
}

void VideoWriter::finish() {
  FT_CHECK(state_ != nullptr, "finish() twice");
  State& s = *state_;
  if (s.pictures == 0) fail("{}: no picture to write", s.path.string());
  s.video->send(nullptr);
  if (s.voice) {
    s.send_voice(s.pictures * s.sound->rate_hz / s.options.fps);
    s.voice->send(nullptr);
  }
  int code = av_write_trailer(s.muxer.get());
  if (code >= 0) code = avio_closep(&s.muxer->pb);
  if (code < 0) fail("{}: cannot be written ({})", s.path.string(), libav_error(code));
  s.output.commit();
  state_.reset();
}

}  // namespace flowtalk::video
