#include "flowtalk/video/writer.h"

#include <algorithm>
#include <memory>
#include <string>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/video/container.h"
#include "flowtalk/video/encoder.h"
#include "flowtalk/video/picture_frames.h"
#include "flowtalk/video/sound_stream.h"

namespace flowtalk::video {
namespace fs = std::filesystem;
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

Muxer open_muxer(const Container& container, const fs::path& target, const fs::path& path) {
  audio::silence_libav();
  AVFormatContext* raw = nullptr;
  const std::string url = "file:" + target.string();
  int code = avformat_alloc_output_context2(&raw, nullptr, container.muxer, url.c_str());
  if (code < 0) {
    fail("{}: no {} writer in this libavformat ({})", path.string(), container.muxer,
         libav_error(code));
  }
  Muxer muxer(raw);
  muxer->flags |= AVFMT_FLAG_BITEXACT;  // no date, no version
  code = avio_open(&muxer->pb, url.c_str(), AVIO_FLAG_WRITE);
  if (code < 0) fail("{}: cannot be written ({})", path.string(), libav_error(code));
  return muxer;
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

// x264 (Debian's 0.164) reads memory that nobody wrote where it has AVX-512, in its tree of
// macroblocks: the same pictures then give other bytes now and then. By AVX2 they are what they are
// meant to be.
bool has_avx512() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") != 0;
#else
  return false;
#endif
}

// What each encoder is told of the wanted quality, 0 best .. 51.
void set_quality(const std::string& encoder, const VideoOptions& options, Dictionary& settings) {
  constexpr int kVp9Worst = 63, kVp9More = 8;  // its scale is another
  if (encoder == "libx264") {
    settings.set("preset", options.preset);
    settings.set("crf", std::to_string(options.crf));
    if (has_avx512()) settings.set("x264-params", "asm=avx2");
  } else if (encoder == "libvpx-vp9") {
    settings.set("crf", std::to_string(std::min(kVp9Worst, options.crf + kVp9More)));
    settings.set("b", "0");
    settings.set("deadline", "good");
    settings.set("cpu-used", "5");
    settings.set("row-mt", "1");
    settings.set("auto-alt-ref", "0");  // which alpha does not go with
  } else if (encoder == "prores_ks") {
    settings.set("profile", "4444");
  }
}

// Usage Error: no codec for such films.
PictureCodec codec_for(const Container& container, const VideoOptions& options,
                       const fs::path& path) {
  const auto& codecs = options.transparent ? container.transparent : container.opaque;
  if (!options.video_encoder.empty()) {
    return {options.video_encoder.c_str(), AV_PIX_FMT_YUV420P};
  }
  if (codecs.empty()) {
    fail_usage(
        "{}: an {} film cannot be transparent; give a name that ends in .mov or .webm, or make png "
        "pictures",
        path.string(), container.muxer);
  }
  const PictureCodec* codec = first_present(codecs);
  if (codec == nullptr) {
    fail_usage("{}: this libavcodec has no encoder {} for a {}{} film; use another ending",
               path.string(), codecs.front().encoder, options.transparent ? "transparent " : "",
               container.muxer);
  }
  return *codec;
}

}  // namespace

struct VideoWriter::State {
  fs::path path;
  VideoOptions options;
  const Container& container;
  PictureCodec codec;
  PartialOutput output;
  Muxer muxer;
  std::optional<PictureFrames> frames;
  std::optional<Encoder> video;
  std::unique_ptr<SoundStream> sound;
  int64_t pictures = 0;  // sent so far

  State(const fs::path& p, const VideoOptions& o, const std::optional<Soundtrack>& soundtrack)
      : path(p),
        options(o),
        container(container_of(p)),
        codec(codec_for(container, o, p)),
        output(p),
        muxer(open_muxer(container, output.path(), p)) {
    open_video();
    if (soundtrack) {
      sound = copy_sound(*muxer, container, *soundtrack, path);
      if (!sound) {
        sound = encode_sound(*muxer, container, soundtrack->recording, path);
      }
    }
    Dictionary settings;
    if (container.muxer != std::string("webm")) settings.set("movflags", "+faststart");
    const int code = avformat_write_header(muxer.get(), settings.get());
    if (code < 0) fail("{}: cannot be written ({})", path.string(), libav_error(code));
  }

  void open_video();
  double shown_s() const {
    return static_cast<double>(pictures) * options.rate_denominator / options.rate_numerator;
  }
};

void VideoWriter::State::open_video() {
  const std::string name = codec.encoder;
  video.emplace(*muxer, name, path);
  frames.emplace(options.width, options.height, codec.format);
  AVCodecContext& c = video->context();
  c.width = frames->width();
  c.height = frames->height();
  c.pix_fmt = codec.format;
  c.time_base = {options.rate_denominator, options.rate_numerator};
  c.framerate = {options.rate_numerator, options.rate_denominator};
  c.gop_size = std::max(1, kKeyframeSeconds * options.rate_numerator / options.rate_denominator);
  c.thread_count = kEncoderThreads;
  if (codec.format != AV_PIX_FMT_RGBA) {
    c.color_range = AVCOL_RANGE_MPEG;
    c.colorspace = AVCOL_SPC_BT709;
  }
  c.color_primaries = AVCOL_PRI_BT709;
  c.color_trc = AVCOL_TRC_BT709;
  Dictionary settings;
  set_quality(name, options, settings);
  video->open(settings.get());
}

bool is_film_name(const fs::path& path) {
  const std::string ending = ending_of(path);
  return std::ranges::any_of(containers(), [&](const Container& c) { return ending == c.ending; });
}

void check_film(const fs::path& path, bool transparent, const std::string& field) {
  if (!is_film_name(path)) {
    fail_usage("{} {}: expected a name that ends in {}", Field(field), path.string(), kFilmEndings);
  }
  VideoOptions options;
  options.transparent = transparent;
  codec_for(container_of(path), options, path);
}

VideoWriter::VideoWriter(const fs::path& path, const VideoOptions& options,
                         const std::optional<Soundtrack>& sound) {
  if (options.width < 2 || options.height < 2 || options.width > kMaxEdge ||
      options.height > kMaxEdge) {
    fail(
        "{}: pictures of {} x {}, expected 2 to {} pixels each way; take a smaller size or fewer "
        "faces",
        path.string(), options.width, options.height, kMaxEdge);
  }
  FT_CHECK(options.rate_numerator > 0 && options.rate_denominator > 0, "a rate of {} / {}",
           options.rate_numerator, options.rate_denominator);
  state_ = std::make_unique<State>(path, options, sound);
}

VideoWriter::~VideoWriter() = default;

void VideoWriter::add(const render::Image& image) {
  FT_CHECK(state_ != nullptr, "picture after finish()");
  State& s = *state_;
  FT_CHECK(image.width == s.options.width && image.height == s.options.height,
           "picture of {} x {} in a video of {} x {}", image.width, image.height, s.options.width,
           s.options.height);
  AVFrame& frame = s.frames->convert(image);
  frame.pts = s.pictures++;
  s.video->send(&frame);
  if (s.sound) s.sound->write_until(s.shown_s());
}

void VideoWriter::finish() {
  FT_CHECK(state_ != nullptr, "finish() twice");
  State& s = *state_;
  if (s.pictures == 0) fail("{}: no picture to write", s.path.string());
  s.video->send(nullptr);
  if (s.sound) s.sound->finish(s.shown_s());
  int code = av_write_trailer(s.muxer.get());
  if (code >= 0) code = avio_closep(&s.muxer->pb);
  if (code < 0) fail("{}: cannot be written ({})", s.path.string(), libav_error(code));
  s.output.commit();
  state_.reset();
}

}  // namespace flowtalk::video
