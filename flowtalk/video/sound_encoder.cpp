#include <algorithm>
#include <cmath>
#include <optional>

#include "flowtalk/base/error.h"
#include "flowtalk/video/encoder.h"
#include "flowtalk/video/sound_stream.h"

namespace flowtalk::video {
namespace {

using audio::Libav;
using audio::Recording;

constexpr int64_t kBitsOfOne = 96'000, kBitsOfMore = 64'000;  // per second and channel

// The least that is no lower, of what the encoder takes; the highest where all are lower. Opus
// plays at 48 kHz whatever it was given (RFC 7845), and its delay in a WebM file is counted at that
// rate.
int rate_for(const AVCodec& codec, int wanted_hz) {
  constexpr int kOpusRate = 48000;
  if (codec.id == AV_CODEC_ID_OPUS) return kOpusRate;
  const int* rates = codec.supported_samplerates;
  if (rates == nullptr) return wanted_hz;
  int best = 0, highest = 0;
  for (; *rates != 0; ++rates) {
    highest = std::max(highest, *rates);
    if (*rates >= wanted_hz && (best == 0 || *rates < best)) best = *rates;
  }
  return best > 0 ? best : highest;
}

// The usual layout of so many channels if the encoder has it, else another of as many; none: it
// takes no such number.
std::optional<AVChannelLayout> layout_for(const AVCodec& codec, int channels) {
  AVChannelLayout usual{};
  av_channel_layout_default(&usual, channels);
  if (codec.ch_layouts == nullptr) return usual;
  std::optional<AVChannelLayout> found;
  for (const AVChannelLayout* at = codec.ch_layouts; at->nb_channels != 0; ++at) {
    if (av_channel_layout_compare(at, &usual) == 0) return usual;
    if (at->nb_channels == channels && !found) found = *at;
  }
  return found;
}

AVSampleFormat format_for(const AVCodec& codec) {
  for (const AVSampleFormat* at = codec.sample_fmts; at != nullptr && *at != AV_SAMPLE_FMT_NONE;
       ++at) {
    if (*at == AV_SAMPLE_FMT_FLTP || *at == AV_SAMPLE_FMT_FLT) return *at;
  }
  fail("the encoder {} takes no floating point samples", codec.name);
}

class EncodedSound : public SoundStream {
 public:
  EncodedSound(AVFormatContext& muxer, const Container& container, const Recording& recording,
               const std::filesystem::path& film)
      : film_(film), encoder_(muxer, container.sound_encoder, film) {
    AVCodecContext& c = encoder_.context();
    const AVCodec& codec = encoder_.codec();
    auto layout = layout_for(codec, recording.channels);
    if (!layout) layout = layout_for(codec, 2);
    if (!layout) layout = layout_for(codec, 1);
    FT_CHECK(layout.has_value(), "{} takes neither two channels nor one", codec.name);
    c.sample_rate = rate_for(codec, recording.rate_hz);
    c.ch_layout = *layout;
    c.time_base = {1, c.sample_rate};
    c.sample_fmt = format_for(codec);
    c.bit_rate = kBitsOfOne + kBitsOfMore * (layout->nb_channels - 1);
    sound_ = converted(recording, c.sample_rate, layout->nb_channels);
    encoder_.open(nullptr);
    if (container.begins_with_skipped) delay_ = c.initial_padding;
    block_ = audio::make_frame();
    block_->format = c.sample_fmt;
    block_->sample_rate = c.sample_rate;
    block_->nb_samples = c.frame_size;
    av_channel_layout_copy(&block_->ch_layout, &c.ch_layout);
    if (av_frame_get_buffer(block_.get(), 0) < 0) fail("{}: out of memory", film.string());
  }

  void write_until(double seconds) override {
    const int64_t size = encoder_.context().frame_size;
    send(frames_in(seconds) / size * size);
  }
  void finish(double seconds) override {
    send(frames_in(seconds));
    encoder_.send(nullptr);
  }

 private:
  int64_t frames_in(double seconds) const { return std::llround(seconds * sound_.rate_hz); }

  // Whole blocks that end by frame `until`; the last of the film may be shorter. Past its own end
  // the sound is silent.
  void send(int64_t until) {
    const int64_t size = encoder_.context().frame_size;
    while (sent_ < until) {
      const int64_t count = std::min(size, until - sent_);
      if (av_frame_make_writable(block_.get()) < 0) fail("{}: out of memory", film_.string());
      for (int64_t i = 0; i < count; ++i) put(i);
      block_->nb_samples = static_cast<int>(count);
      block_->pts = sent_ + delay_;
      encoder_.send(block_.get());
      sent_ += count;
    }
  }

  void put(int64_t i) {
    const bool planar = av_sample_fmt_is_planar(encoder_.context().sample_fmt) != 0;
    const auto channels = static_cast<size_t>(sound_.channels), at = static_cast<size_t>(i);
    const auto first = static_cast<size_t>(sent_ + i) * channels;
    for (size_t c = 0; c < channels; ++c) {
      const float value = first < sound_.samples.size() ? sound_.samples[first + c] : 0.0f;
      auto* plane = reinterpret_cast<float*>(block_->extended_data[planar ? c : 0]);
      plane[planar ? at : at * channels + c] = value;
    }
  }

  std::filesystem::path film_;  // named in errors
  Encoder encoder_;
  Recording sound_;
  Libav<AVFrame> block_;
  int64_t sent_ = 0, delay_ = 0;  // frames
};

}  // namespace

std::unique_ptr<SoundStream> encode_sound(AVFormatContext& muxer, const Container& container,
                                          const Recording& recording,
                                          const std::filesystem::path& film) {
  return std::make_unique<EncodedSound>(muxer, container, recording, film);
}

}  // namespace flowtalk::video
