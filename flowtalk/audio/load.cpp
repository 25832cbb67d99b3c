#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/audio/decode.h"
#include "flowtalk/audio/libav.h"
#include "flowtalk/audio/timeline.h"
#include "flowtalk/base/apart.h"
#include "flowtalk/base/error.h"

namespace flowtalk::audio {
namespace fs = std::filesystem;
namespace {

// Decoded frames of any layout and rate -> mono samples at one rate.
class MonoSink {
 public:
  MonoSink(const fs::path& path, const LoadOptions& options) : path_(path), options_(options) {
    audio_.rate_hz = options.rate_hz;
  }

  void add(const AVFrame& frame) {
    const int channels = frame.ch_layout.nb_channels;
    if (!resampler_ || frame.sample_rate != rate_ || frame.format != format_ ||
        channels != channels_) {
      if (resampler_) convert(nullptr, 0);
      start(frame);
    }
    // Before memory is taken: a low rate makes many samples of few.
    check_length(audio_.duration_s() + static_cast<double>(frame.nb_samples) / rate_);
    convert(const_cast<const uint8_t**>(frame.extended_data), frame.nb_samples);
  }

  // source: gets the rate and channels that the last frame had.
  Audio finish(SourceFormat& source) {
    if (!resampler_) {
      fail("{}: no sound could be decoded from it; it is empty or damaged", path_.string());
    }
    convert(nullptr, 0);
    source.rate_hz = rate_;
    source.channels = channels_;
    insert_silence(audio_.samples, 1, audio_.rate_hz, source.gaps);
    if (audio_.duration_s() < options_.min_duration_s) {
      fail("{}: {} s of sound, at least {:g} s is needed", path_.string(),
           apart(audio_.duration_s(), options_.min_duration_s, 3), options_.min_duration_s);
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
    check_length(audio_.duration_s());
  }

  void check_length(double seconds) const {
    if (seconds <= options_.max_duration_s) return;
    fail("{}: longer than {:g} s, the limit; cut it into parts", path_.string(),
         options_.max_duration_s);
  }

  const fs::path& path_;
  const LoadOptions& options_;
  Audio audio_;
  Libav<SwrContext> resampler_;
  int rate_ = 0, format_ = -1, channels_ = 0;
};

// Decoded frames -> float samples as they are, channels side by side.
class RecordingSink {
 public:
  RecordingSink(const fs::path& path, double max_duration_s)
      : path_(path), max_duration_s_(max_duration_s) {}

  void add(const AVFrame& frame) {
    const int channels = frame.ch_layout.nb_channels;
    if (!converter_ || frame.format != format_) start(frame);
    if (frame.sample_rate != recording_.rate_hz || channels != recording_.channels) {
      fail("{}: changes from {} channels at {} Hz to {} at {}; convert it to wav", path_.string(),
           recording_.channels, recording_.rate_hz, channels, frame.sample_rate);
    }
    const size_t before = recording_.samples.size(),
                 more = static_cast<size_t>(frame.nb_samples) * static_cast<size_t>(channels);
    check_room(before + more);
    recording_.samples.resize(before + more);
    auto* target = reinterpret_cast<uint8_t*>(recording_.samples.data() + before);
    const int got = swr_convert(converter_.get(), &target, frame.nb_samples,
                                const_cast<const uint8_t**>(frame.extended_data), frame.nb_samples);
    if (got != frame.nb_samples) fail("{}: cannot be converted to floats", path_.string());
  }

  Recording finish(const SourceFormat& source) {
    if (!converter_)
      fail("{}: no sound could be decoded from it; it is empty or damaged", path_.string());
    check_room(
        recording_.samples.size() +
        static_cast<size_t>(total_s(source.gaps) * recording_.rate_hz * recording_.channels));
    insert_silence(recording_.samples, recording_.channels, recording_.rate_hz, source.gaps);
    return std::move(recording_);
  }

 private:
  void check_room(size_t samples) const {
    const double seconds = static_cast<double>(samples) / recording_.channels / recording_.rate_hz;
    if (samples <= kMaxRecordingSamples && seconds <= max_duration_s_) return;
    fail(
        "{}: {} samples of {} channels and more, at most {} and {:g} s are read; cut it into parts",
        path_.string(), samples, recording_.channels, kMaxRecordingSamples, max_duration_s_);
  }

  // Same rate and channels in and out: only the number format changes.
  void start(const AVFrame& frame) {
    format_ = frame.format;
    if (!converter_) {
      recording_.rate_hz = frame.sample_rate;
      recording_.channels = frame.ch_layout.nb_channels;
    }
    AVChannelLayout layout{};
    av_channel_layout_from_mask(&layout, (uint64_t{1} << recording_.channels) - 1);
    SwrContext* raw = nullptr;
    int code =
        swr_alloc_set_opts2(&raw, &layout, AV_SAMPLE_FMT_FLT, recording_.rate_hz, &layout,
                            static_cast<AVSampleFormat>(format_), recording_.rate_hz, 0, nullptr);
    converter_.reset(raw);
    if (code >= 0) code = swr_init(raw);
    if (code < 0) fail("{}: cannot be converted to floats ({})", path_.string(), libav_error(code));
  }

  const fs::path& path_;
  double max_duration_s_;
  Recording recording_;
  Libav<SwrContext> converter_;
  int format_ = -1;
};

}  // namespace

Audio load_audio(const fs::path& path, const LoadOptions& options, SourceFormat* source) {
  FT_CHECK(options.rate_hz > 0, "rate {}", options.rate_hz);
  MonoSink sink(path, options);
  SourceFormat found =
      decode_audio(path, options.max_duration_s, [&](const AVFrame& frame) { sink.add(frame); });
  Audio audio = sink.finish(found);
  if (source != nullptr) *source = std::move(found);
  return audio;
}

Recording load_recording(const fs::path& path, double max_duration_s, SourceFormat* source) {
  RecordingSink sink(path, max_duration_s);
  SourceFormat found =
      decode_audio(path, max_duration_s, [&](const AVFrame& frame) { sink.add(frame); });
  Recording recording = sink.finish(found);
  found.rate_hz = recording.rate_hz;
  found.channels = recording.channels;
  if (source != nullptr) *source = std::move(found);
  return recording;
}

}  // namespace flowtalk::audio
