#include "flowtalk/audio/decode.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

#include "flowtalk/audio/input.h"
#include "flowtalk/audio/timeline.h"
#include "flowtalk/base/error.h"

namespace flowtalk::audio {
namespace fs = std::filesystem;
namespace {

constexpr int kMaxChannels = 32;
// Of sound after its picture, a frame of motion: muxers round, and some decoders begin a block
// late.
constexpr double kLeastLateStartS = 0.04;
constexpr int kMaxRateHz = 768000;  // the resampler's tables grow with the rate

Libav<AVCodecContext> open_decoder(const fs::path& path, const AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr) {
    fail("{}: sound in the format {} cannot be decoded here; convert it to wav", path.string(),
         avcodec_get_name(parameters.codec_id));
  }
  Libav<AVCodecContext> decoder(avcodec_alloc_context3(codec));
  if (!decoder) fail("{}: out of memory for its decoder", path.string());
  decoder->pkt_timebase = stream.time_base;
  int code = avcodec_parameters_to_context(decoder.get(), &parameters);
  if (code >= 0) code = avcodec_open2(decoder.get(), codec, nullptr);
  if (code < 0) {
    fail("{}: damaged, its {} decoder does not start ({})", path.string(), codec->name,
         libav_error(code));
  }
  return decoder;
}

// Uncompressed and other sound whose length follows from its bytes.
bool has_constant_rate(const AVStream& stream) {
  return av_get_exact_bits_per_sample(stream.codecpar->codec_id) > 0;
}

// The length that the container states, seconds; 0 where it states none or only guesses.
double stated_duration_s(const AVFormatContext& input, const AVStream& stream) {
  if (input.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE &&
      !has_constant_rate(stream)) {
    return 0;
  }
  if (stream.duration != AV_NOPTS_VALUE) {
    return static_cast<double>(stream.duration) * av_q2d(stream.time_base);
  }
  if (input.duration == AV_NOPTS_VALUE || input.nb_streams > 1) return 0;  // that of the longest
  const int64_t begin = input.start_time == AV_NOPTS_VALUE ? 0 : input.start_time;
  return static_cast<double>(input.duration - std::max<int64_t>(0, begin)) / AV_TIME_BASE;
}

// The same, but no longer than its bytes can last at a constant rate; broken headers may say more.
double possible_duration_s(double stated, const AVStream& stream, const fs::path& path) {
  std::error_code code;
  const auto bytes = static_cast<double>(fs::file_size(path, code));
  const auto bits_per_s = static_cast<double>(stream.codecpar->bit_rate);
  if (!has_constant_rate(stream) || code || bits_per_s <= 0) return stated;
  return std::min(stated, 8 * bytes / bits_per_s);
}

// By how much the header of a RIFF file (wav) says more bytes than are there; 1 where it does not.
// libav states what the bytes give. Writers to a pipe put the largest size, since they know none.
double cut_by(const fs::path& path) {
  std::array<unsigned char, 12> head{};
  std::ifstream in(path, std::ios::binary);
  in.read(reinterpret_cast<char*>(head.data()), head.size());
  if (!in || std::memcmp(head.data(), "RIFF", 4) != 0 || std::memcmp(&head[8], "WAVE", 4) != 0) {
    return 1;
  }
  uint32_t size = 0;
  for (size_t i = 0; i < 4; ++i) size |= uint32_t{head[4 + i]} << (8 * i);
  std::error_code code;
  const auto bytes = static_cast<double>(fs::file_size(path, code));
  constexpr uint32_t kUnknown = 0x7fff0000;  // and more
  if (code || size >= kUnknown) return 1;
  return std::max(1.0, (static_cast<double>(size) + 8) / bytes);
}

// Of a film; no cover of a record.
bool is_picture(const AVStream& stream) {
  constexpr int kStill =
      AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS | AV_DISPOSITION_STILL_IMAGE;
  return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && (stream.disposition & kStill) == 0;
}

// AVI counts sound and keeps no times of it but when it begins.
bool keeps_clock_of_sound(const AVFormatContext& input) {
  return std::string_view(input.iformat->name) != "avi";
}

// See SourceFormat.
double unclocked_picture_s(const AVFormatContext& input) {
  if (keeps_clock_of_sound(input)) return 0;
  double longest = 0;
  for (unsigned i = 0; i < input.nb_streams; ++i) {
    const AVStream& stream = *input.streams[i];
    if (!is_picture(stream) || stream.duration == AV_NOPTS_VALUE) continue;
    longest = std::max(longest, static_cast<double>(stream.duration) * av_q2d(stream.time_base));
  }
  return longest;
}

// When the film begins on the clock of its streams; nothing for sound alone and its cover picture.
std::optional<double> film_start_s(const AVFormatContext& input) {
  std::optional<double> start;
  for (unsigned i = 0; i < input.nb_streams; ++i) {
    const AVStream& stream = *input.streams[i];
    if (!is_picture(stream) || stream.start_time == AV_NOPTS_VALUE) continue;
    const double begin = static_cast<double>(stream.start_time) * av_q2d(stream.time_base);
    start = std::min(begin, start.value_or(begin));
  }
  return start;
}

// Whether a decoder says that a packet is damaged. Those of AC-3 have codes of their own for it,
// -0x1030c0a to -0x7030c0a (libavcodec/ac3_parser).
bool is_damage(int code) {
  constexpr int kOfAc3 = 0x30c0a, kMask = 0xfffff;
  return code == AVERROR_INVALIDDATA || (code < 0 && (-code & kMask) == kOfAc3);
}

// One container at a time: its packets to frames, and the marks of their clock.
class Decoding {
 public:
  Decoding(const fs::path& path, const Input& input, double max_duration_s)
      : path_(path), input_(input) {
    index_ = av_find_best_stream(&*input, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
    if (index_ < 0) fail("{}: holds no audio stream", path.string());
    stated_s_ = stated_duration_s(*input, stream());
    const double possible = possible_duration_s(stated_s_, stream(), path);
    if (possible > max_duration_s + 1) {
      fail("{}: lasts {:.0f} s, the limit is {:g} s; cut it into parts", path.string(), possible,
           max_duration_s);
    }
    decoder_ = open_decoder(path, stream());
  }

  double stated_s() const { return stated_s_; }

  void run(const std::function<void(const AVFrame&)>& add) {
    const auto packet = make_packet();
    while (av_read_frame(&*input_, packet.get()) >= 0) {
      if (packet->stream_index == index_) {
        const int code = avcodec_send_packet(decoder_.get(), packet.get());
        if (code < 0 && !is_damage(code) && code != AVERROR_EOF) {
          fail("{}: cannot be decoded ({})", path_.string(), libav_error(code));
        }
        drain(add);
      }
      av_packet_unref(packet.get());
    }
    avcodec_send_packet(decoder_.get(), nullptr);
    drain(add);
  }

  // After run(). Sound alone begins when it does, that of a film with the film or before it.
  std::vector<Gap> gaps() const {
    if (marks_.empty()) return {};
    const double begin = marks_.front().clock_s, film = film_start_s(*input_).value_or(begin);
    auto gaps = find_gaps(marks_, begin - film >= kLeastLateStartS ? film : begin);
    if (!keeps_clock_of_sound(*input_)) {
      std::erase_if(gaps, [](const Gap& gap) { return gap.at_s > 0; });
    }
    return gaps;
  }

 private:
  const AVStream& stream() const { return *input_->streams[index_]; }

  // Damaged packets are skipped, as players do; any other failure ends the decoding.
  void drain(const std::function<void(const AVFrame&)>& add) {
    while (true) {
      AVFrame& frame = *frame_;
      const int code = avcodec_receive_frame(decoder_.get(), &frame);
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF || is_damage(code)) return;
      if (code < 0) fail("{}: cannot be decoded ({})", path_.string(), libav_error(code));
      const int channels = frame.ch_layout.nb_channels;
      if (frame.sample_rate <= 0 || frame.sample_rate > kMaxRateHz || channels <= 0 ||
          channels > kMaxChannels) {
        fail("{}: {} channels at {} Hz, expected 1 to {} channels at up to {} Hz", path_.string(),
             channels, frame.sample_rate, kMaxChannels, kMaxRateHz);
      }
      if (frame.pts != AV_NOPTS_VALUE) {
        marks_.push_back({held_s_, static_cast<double>(frame.pts) * av_q2d(stream().time_base)});
      }
      add(frame);
      held_s_ += static_cast<double>(frame.nb_samples) / frame.sample_rate;
    }
  }

  const fs::path& path_;
  const Input& input_;
  int index_ = -1;
  double stated_s_ = 0, held_s_ = 0;
  Libav<AVCodecContext> decoder_;
  Libav<AVFrame> frame_ = make_frame();
  std::vector<Mark> marks_;
};

}  // namespace

SourceFormat decode_audio(const fs::path& path, double max_duration_s,
                          const std::function<void(const AVFrame&)>& add) {
  silence_libav();
  check_file(path);
  SourceFormat source;
  double held_s = 0;
  const auto add_and_count = [&](const AVFrame& frame) {
    add(frame);
    held_s += static_cast<double>(frame.nb_samples) / frame.sample_rate;
  };
  if (const auto joined = find_joined_wav(path)) {
    for (const WavPart& part : joined->parts) {
      const Input input(path, part);
      Decoding decoding(path, input, max_duration_s);
      decoding.run(add_and_count);
      source.stated_s += decoding.stated_s();
    }
    source.joined_wavs = joined->headers;
    source.counted_s = joined->counted_s;
    return source;
  }
  const Input input(path);
  Decoding decoding(path, input, max_duration_s);
  decoding.run(add_and_count);
  source.stated_s = decoding.stated_s() * cut_by(path);
  source.unclocked_picture_s = unclocked_picture_s(*input);
  source.gaps = decoding.gaps();
  if (const double all = held_s + total_s(source.gaps); all > max_duration_s) {
    fail(
        "{}: holds {:.1f} s of sound that its clock spreads over {:.0f} s, the limit is {:g} s; "
        "convert it to wav, which joins what it holds, or cut it into parts",
        path.string(), held_s, all, max_duration_s);
  }
  return source;
}

}  // namespace flowtalk::audio
