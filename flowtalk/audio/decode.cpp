#include "flowtalk/audio/decode.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>

#include "flowtalk/audio/libav.h"
#include "flowtalk/base/error.h"

namespace flowtalk::audio {
namespace fs = std::filesystem;
namespace {

constexpr int kMaxChannels = 32;
constexpr int kMaxRateHz = 768000;  // the resampler's tables grow with the rate

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
  return static_cast<double>(input.duration) / AV_TIME_BASE;
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

// Damaged packets are skipped, as players do; any other failure ends the decoding.
void drain(const fs::path& path, AVCodecContext& decoder, AVFrame& frame,
           const std::function<void(const AVFrame&)>& add) {
  while (true) {
    const int code = avcodec_receive_frame(&decoder, &frame);
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF || code == AVERROR_INVALIDDATA) return;
    if (code < 0) fail("{}: cannot be decoded ({})", path.string(), libav_error(code));
    const int channels = frame.ch_layout.nb_channels;
    if (frame.sample_rate <= 0 || frame.sample_rate > kMaxRateHz || channels <= 0 ||
        channels > kMaxChannels) {
      fail("{}: {} channels at {} Hz, expected 1 to {} channels at up to {} Hz", path.string(),
           channels, frame.sample_rate, kMaxChannels, kMaxRateHz);
    }
    add(frame);
  }
}

}  // namespace

double decode_audio(const fs::path& path, double max_duration_s,
                    const std::function<void(const AVFrame&)>& add) {
  silence_libav();
  check_file(path);
  const Input input = open_input(path);
  const int index = av_find_best_stream(input.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (index < 0) fail("{}: holds no audio stream", path.string());
  const AVStream& stream = *input->streams[index];
  const double stated = stated_duration_s(*input, stream);
  const double possible = possible_duration_s(stated, stream, path);
  if (possible > max_duration_s + 1) {
    fail("{}: lasts {:.0f} s, the limit is {:g} s; cut it into parts", path.string(), possible,
         max_duration_s);
  }
  const auto decoder = open_decoder(path, *stream.codecpar);
  const auto packet = make_packet();
  const auto frame = make_frame();
  while (av_read_frame(input.get(), packet.get()) >= 0) {
    if (packet->stream_index == index) {
      const int code = avcodec_send_packet(decoder.get(), packet.get());
      if (code < 0 && code != AVERROR_INVALIDDATA && code != AVERROR_EOF) {
        fail("{}: cannot be decoded ({})", path.string(), libav_error(code));
      }
      drain(path, *decoder, *frame, add);
    }
    av_packet_unref(packet.get());
  }
  avcodec_send_packet(decoder.get(), nullptr);
  drain(path, *decoder, *frame, add);
  return stated * cut_by(path);
}

}  // namespace flowtalk::audio
