#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/video/sound_stream.h"

namespace flowtalk::video {
namespace {

using audio::Libav;
using audio::libav_error;

// By how much packets may miss the end of the one before: timestamps in whole milliseconds.
constexpr double kClockStep = 0.0021;
// How much more than was decoded of them packets may say, padding at the end, and how much less: a
// last packet that is cut short in time is decoded whole. Silence that is put in before late sound
// (40 ms and more) makes the decoded sound longer than that.
constexpr double kPadding = 0.1, kMissing = 0.035;
constexpr int kLeastMp3Hz = 16000;  // below it mp3 is no standard sound of an mp4

struct InputDeleter {
  void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
};
using Input = std::unique_ptr<AVFormatContext, InputDeleter>;

// Samples that decoders leave out at the beginning of the first packet: it says so itself, or it is
// before zero and its stream says so, as in WebM.
int64_t skipped_by(const AVPacket& first, const AVCodecParameters& sound) {
  size_t size = 0;
  const uint8_t* data = av_packet_get_side_data(&first, AV_PKT_DATA_SKIP_SAMPLES, &size);
  if (data == nullptr && first.pts < 0) return sound.initial_padding;
  uint32_t samples = 0;  // little endian, as this program's machines are
  if (data != nullptr && size >= sizeof samples) std::memcpy(&samples, data, sizeof samples);
  return samples;
}

// The packets of one stream, held: compressed sound is small beside what was decoded of it.
struct Packets {
  Input input;
  const AVStream* stream = nullptr;
  std::vector<Libav<AVPacket>> all;
  int64_t begin = 0;  // when the first sample is heard, in time_base units

  double seconds(int64_t time) const {
    return static_cast<double>(time) * av_q2d(stream->time_base);
  }
};

// Nothing of it is an error: what cannot be read so is encoded anew.
std::optional<Packets> read_packets(const std::filesystem::path& path) {
  AVDictionary* settings = nullptr;
  av_dict_set(&settings, "protocol_whitelist", "file", 0);
  AVFormatContext* raw = nullptr;
  const int code = avformat_open_input(&raw, ("file:" + path.string()).c_str(), nullptr, &settings);
  av_dict_free(&settings);
  if (code < 0) return std::nullopt;
  Packets packets{Input(raw), nullptr, {}, 0};
  if (avformat_find_stream_info(raw, nullptr) < 0) return std::nullopt;
  const int index = av_find_best_stream(raw, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (index < 0) return std::nullopt;
  packets.stream = raw->streams[index];
  auto packet = audio::make_packet();
  while (av_read_frame(raw, packet.get()) >= 0) {
    if (packet->stream_index == index) {
      packets.all.push_back(std::exchange(packet, audio::make_packet()));
    } else {
      av_packet_unref(packet.get());
    }
  }
  return packets;
}

// One after the other without a gap, and as long as what was decoded of them.
bool run_on(Packets& packets, const audio::Recording& recording) {
  if (packets.all.empty()) return false;
  const AVPacket& first = *packets.all.front();
  if (first.pts == AV_NOPTS_VALUE) return false;
  const AVCodecParameters& sound = *packets.stream->codecpar;
  packets.begin = first.pts + av_rescale_q(skipped_by(first, sound), {1, sound.sample_rate},
                                           packets.stream->time_base);
  int64_t end = first.pts;
  for (const auto& packet : packets.all) {
    if (packet->pts == AV_NOPTS_VALUE || packet->duration <= 0) return false;
    if (std::abs(packets.seconds(packet->pts - end)) > kClockStep) return false;
    end = packet->pts + packet->duration;
  }
  const double decoded = static_cast<double>(recording.frames()) / recording.rate_hz;
  const double more = packets.seconds(end - packets.begin) - decoded;
  return more > -kMissing && more < kPadding;
}

bool stands_in(const Container& container, const AVCodecParameters& sound) {
  const auto& codecs = container.copied;
  if (std::find(codecs.begin(), codecs.end(), sound.codec_id) == codecs.end()) return false;
  return sound.codec_id != AV_CODEC_ID_MP3 || sound.sample_rate >= kLeastMp3Hz;
}

class CopiedSound : public SoundStream {
 public:
  CopiedSound(AVFormatContext& muxer, const Container& container, Packets packets,
              std::filesystem::path film)
      : muxer_(muxer), packets_(std::move(packets)), film_(std::move(film)) {
    const AVCodecParameters& sound = *packets_.stream->codecpar;
    if (container.begins_with_skipped) {
      delay_ =
          av_rescale_q(sound.initial_padding, {1, sound.sample_rate}, packets_.stream->time_base);
    }
    stream_ = avformat_new_stream(&muxer, nullptr);
    if (stream_ == nullptr) fail("{}: out of memory for its sound", film_.string());
    const int code = avcodec_parameters_copy(stream_->codecpar, packets_.stream->codecpar);
    if (code < 0) fail("{}: its sound cannot be copied ({})", film_.string(), libav_error(code));
    stream_->codecpar->codec_tag = 0;  // each container has its own
    stream_->time_base = packets_.stream->time_base;
  }

  void write_until(double seconds) override {
    while (next_ < packets_.all.size()) {
      AVPacket& packet = *packets_.all[next_];
      if (packets_.seconds(packet.pts - packets_.begin) >= seconds) return;
      ++next_;
      packet.pts += delay_ - packets_.begin;
      packet.dts = packet.pts;
      packet.pos = -1;
      packet.stream_index = stream_->index;
      av_packet_rescale_ts(&packet, packets_.stream->time_base, stream_->time_base);
      const int code = av_interleaved_write_frame(&muxer_, &packet);
      if (code < 0) fail("{}: cannot be written ({})", film_.string(), libav_error(code));
    }
  }
  // The last packet may reach beyond the pictures by a part of it.
  void finish(double seconds) override { write_until(seconds); }

 private:
  AVFormatContext& muxer_;
  Packets packets_;
  std::filesystem::path film_;  // named in errors
  AVStream* stream_ = nullptr;
  size_t next_ = 0;
  int64_t delay_ = 0;  // in the time base of the packets
};

}  // namespace

std::unique_ptr<SoundStream> copy_sound(AVFormatContext& muxer, const Container& container,
                                        const Soundtrack& soundtrack,
                                        const std::filesystem::path& film) {
  if (soundtrack.source.empty()) return nullptr;
  auto packets = read_packets(soundtrack.source);
  if (!packets || !stands_in(container, *packets->stream->codecpar)) return nullptr;
  if (!run_on(*packets, soundtrack.recording)) return nullptr;
  return std::make_unique<CopiedSound>(muxer, container, std::move(*packets), film);
}

}  // namespace flowtalk::video
