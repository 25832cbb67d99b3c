#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/audio/libav.h"
#include "flowtalk/base/error.h"

namespace flowtalk::audio {
namespace fs = std::filesystem;
namespace {

constexpr int kMaxChannels = 32;

void check_file(const fs::path& path) {
  std::error_code code;
  const auto status = fs::status(path, code);
  if (status.type() == fs::file_type::not_found) {
    fail("{}: no such file; check the path of the recording", path.string());
  }
  if (fs::is_directory(status)) {
    fail("{}: is a folder, expected an audio file", path.string());
  }
  if (!fs::is_regular_file(status)) {
    fail("{}: is not a regular file; save the recording to a file first", path.string());
  }
  if (fs::file_size(path, code) == 0 && !code) {
    fail("{}: is empty (0 bytes), expected an audio file", path.string());
  }
}

struct InputDeleter {
  void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
};
using Input = std::unique_ptr<AVFormatContext, InputDeleter>;

Input open_input(const fs::path& path) {
  // "file:" and the whitelist keep a name or a playlist from reaching anything but local files.
  AVDictionary* settings = nullptr;
  av_dict_set(&settings, "protocol_whitelist", "file", 0);
  AVFormatContext* raw = nullptr;
  int code = avformat_open_input(&raw, ("file:" + path.string()).c_str(), nullptr, &settings);
  av_dict_free(&settings);
  if (code == AVERROR(EACCES)) {
    fail("{}: cannot be read ({}); check its permissions", path.string(), libav_error(code));
  }
  if (code < 0) {
    fail(
        "{}: not an audio file that can be read ({}); expected wav, flac, mp3, m4a, ogg or the "
        "like",
        path.string(), libav_error(code));
  }
  Input input(raw);
  code = avformat_find_stream_info(raw, nullptr);
  if (code < 0) {
    fail("{}: damaged, its streams cannot be read ({})", path.string(), libav_error(code));
  }
  return input;
}

Libav<AVCodecContext> open_decoder(const fs::path& path, const AVCodecParameters& parameters) {
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr) {
    fail("{}: sound in the format {} cannot be decoded here; convert it to wav", path.string(),
         avcodec_get_name(parameters.codec_id));
  }
  Libav<AVCodecContext> decoder(avcodec_alloc_context3(codec));
  if (!decoder) fail("{}: out of memory for its decoder", path.string());
  int code = avcodec_parameters_to_context(decoder.get(), &parameters);
  if (code >= 0) code = avcodec_open2(decoder.get(), codec, nullptr);
  if (code < 0) {
    fail("{}: damaged, its {} decoder does not start ({})", path.string(), codec->name,
         libav_error(code));
  }
  return decoder;
}

// The length that the container states, seconds; 0 where it states none or only guesses.
double stated_duration_s(const AVFormatContext& input, const AVStream& stream,
                         const fs::path& path) {
  double stated = 0;
  if (stream.duration != AV_NOPTS_VALUE) {
    stated = static_cast<double>(stream.duration) * av_q2d(stream.time_base);
  } else if (input.duration != AV_NOPTS_VALUE) {
    stated = static_cast<double>(input.duration) / AV_TIME_BASE;
  }
  // Uncompressed and other constant-rate sound cannot last longer than its bytes; broken headers
  // may say so.
  std::error_code code;
  const auto bytes = static_cast<double>(fs::file_size(path, code));
  const auto bits_per_s = static_cast<double>(stream.codecpar->bit_rate);
  const bool constant_rate = av_get_exact_bits_per_sample(stream.codecpar->codec_id) > 0;
  if (constant_rate && !code && bits_per_s > 0) stated = std::min(stated, 8 * bytes / bits_per_s);
  return input.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE && !constant_rate ? 0
                                                                                           : stated;
}

// Decoded frames of any layout and rate -> mono samples at one rate.
class MonoSink {
 public:
  MonoSink(const fs::path& path, const LoadOptions& options) : path_(path), options_(options) {
    audio_.rate_hz = options.rate_hz;
  }

  void add(const AVFrame& frame) {
    const int channels = frame.ch_layout.nb_channels;
    if (frame.sample_rate <= 0 || channels <= 0 || channels > kMaxChannels) {
      fail("{}: {} channels at {} Hz, expected 1 to {} channels", path_.string(), channels,
           frame.sample_rate, kMaxChannels);
    }
    if (!resampler_ || frame.sample_rate != rate_ || frame.format != format_ ||
        channels != channels_) {
      if (resampler_) convert(nullptr, 0);
      start(frame);
    }
    convert(const_cast<const uint8_t**>(frame.extended_data), frame.nb_samples);
  }

  Audio finish() {
    if (!resampler_) {
      fail("{}: damaged, no sound could be decoded from it", path_.string());
    }
    convert(nullptr, 0);
    if (audio_.duration_s() < options_.min_duration_s) {
      fail("{}: {:.3f} s of sound, at least {:g} s is needed", path_.string(), audio_.duration_s(),
           options_.min_duration_s);
    }
    audio_.samples.shrink_to_fit();
    return std::move(audio_);
  }

 private:
  void start(const AVFrame& frame) {
    rate_ = frame.sample_rate;
    format_ = frame.format;
    channels_ = frame.ch_layout.nb_channels;
    // The speakers' places do not matter: the mean of all channels is taken.
    AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO, in{};
    av_channel_layout_from_mask(&in, (uint64_t{1} << channels_) - 1);
    SwrContext* raw = nullptr;
    int code = swr_alloc_set_opts2(&raw, &mono, AV_SAMPLE_FMT_FLT, audio_.rate_hz, &in,
                                   static_cast<AVSampleFormat>(format_), rate_, 0, nullptr);
    resampler_.reset(raw);
    const std::vector<double> mean(static_cast<size_t>(channels_), 1.0 / channels_);
    if (code >= 0) code = swr_set_matrix(raw, mean.data(), channels_);
    if (code >= 0) code = swr_init(raw);
    if (code < 0) {
      fail("{}: {} channels at {} Hz cannot be converted to mono at {} Hz ({})", path_.string(),
           channels_, rate_, audio_.rate_hz, libav_error(code));
    }
  }

  // No input: what the resampler still holds.
  void convert(const uint8_t** input, int samples) {
    const int room = swr_get_out_samples(resampler_.get(), samples);
    const size_t before = audio_.samples.size();
    audio_.samples.resize(before + static_cast<size_t>(std::max(room, 0)));
    auto* target = reinterpret_cast<uint8_t*>(audio_.samples.data() + before);
    const int got = room > 0 ? swr_convert(resampler_.get(), &target, room, input, samples) : 0;
    if (got < 0) fail("{}: cannot be resampled ({})", path_.string(), libav_error(got));
    audio_.samples.resize(before + static_cast<size_t>(got));
    for (size_t i = before; i < audio_.samples.size(); ++i) {
      if (std::isfinite(audio_.samples[i])) continue;
      fail("{}: not a number or infinite at {:.3f} s; export the recording again", path_.string(),
           static_cast<double>(i) / audio_.rate_hz);
    }
    if (audio_.duration_s() > options_.max_duration_s) {
      fail("{}: longer than {:g} s, the limit; cut it into parts", path_.string(),
           options_.max_duration_s);
    }
  }

  const fs::path& path_;
  const LoadOptions& options_;
  Audio audio_;
  Libav<SwrContext> resampler_;
  int rate_ = 0, format_ = -1, channels_ = 0;
};

// Damaged packets are skipped, as players do; any other failure ends the decoding.
void drain(const fs::path& path, AVCodecContext& decoder, AVFrame& frame, MonoSink& sink) {
  while (true) {
    const int code = avcodec_receive_frame(&decoder, &frame);
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF || code == AVERROR_INVALIDDATA) return;
    if (code < 0) fail("{}: cannot be decoded ({})", path.string(), libav_error(code));
    sink.add(frame);
  }
}

}  // namespace

Audio load_audio(const fs::path& path, const LoadOptions& options) {
  FT_CHECK(options.rate_hz > 0, "rate {}", options.rate_hz);
  silence_libav();
  check_file(path);
  const Input input = open_input(path);
  const int index = av_find_best_stream(input.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (index < 0) fail("{}: holds no audio stream", path.string());
  const AVStream& stream = *input->streams[index];
  const double stated = stated_duration_s(*input, stream, path);
  if (stated > options.max_duration_s + 1) {
    fail("{}: lasts {:.0f} s, the limit is {:g} s; cut it into parts", path.string(), stated,
         options.max_duration_s);
  }
  const auto decoder = open_decoder(path, *stream.codecpar);
  const auto packet = make_packet();
  const auto frame = make_frame();
  MonoSink sink(path, options);
  while (av_read_frame(input.get(), packet.get()) >= 0) {
    if (packet->stream_index == index) {
      const int code = avcodec_send_packet(decoder.get(), packet.get());
      if (code < 0 && code != AVERROR_INVALIDDATA && code != AVERROR_EOF) {
        fail("{}: cannot be decoded ({})", path.string(), libav_error(code));
      }
      drain(path, *decoder, *frame, sink);
    }
    av_packet_unref(packet.get());
  }
  avcodec_send_packet(decoder.get(), nullptr);
  drain(path, *decoder, *frame, sink);
  return sink.finish();
}

}  // namespace flowtalk::audio
