#include "flowtalk/video/soundtrack.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "flowtalk/audio/libav.h"
#include "flowtalk/base/error.h"

namespace flowtalk::video {

using audio::Libav;
using audio::libav_error;
using audio::Recording;

Recording converted(const Recording& recording, int rate_hz, int channels) {
  if (recording.rate_hz == rate_hz && recording.channels == channels) return recording;
  AVChannelLayout from{}, to{};
  av_channel_layout_default(&from, recording.channels);
  av_channel_layout_default(&to, channels);
  SwrContext* raw = nullptr;
  int code = swr_alloc_set_opts2(&raw, &to, AV_SAMPLE_FMT_FLT, rate_hz, &from, AV_SAMPLE_FMT_FLT,
                                 recording.rate_hz, 0, nullptr);
  const Libav<SwrContext> resampler(raw);
  if (code >= 0) code = swr_init(raw);
  if (code < 0) {
    fail("sound of {} channels at {} Hz cannot become {} at {} Hz ({})", recording.channels,
         recording.rate_hz, channels, rate_hz, libav_error(code));
  }
  Recording out{rate_hz, channels, {}};
  const auto wide = static_cast<size_t>(channels);
  const auto take = [&](const float* samples, int64_t frames) {
    const int room = swr_get_out_samples(raw, static_cast<int>(frames));
    const size_t before = out.samples.size();
    out.samples.resize(before + static_cast<size_t>(std::max(room, 0)) * wide);
    auto* target = reinterpret_cast<uint8_t*>(out.samples.data() + before);
    const auto* source = reinterpret_cast<const uint8_t*>(samples);
    const int got = room > 0
                        ? swr_convert(raw, &target, room, samples == nullptr ? nullptr : &source,
                                      static_cast<int>(frames))
                        : 0;
    if (got < 0) fail("sound cannot be resampled ({})", libav_error(got));
    out.samples.resize(before + static_cast<size_t>(got) * wide);
  };
  constexpr int64_t kAtOnce = 1 << 16;
  for (int64_t at = 0; at < recording.frames(); at += kAtOnce) {
    take(recording.samples.data() + at * recording.channels,
         std::min(kAtOnce, recording.frames() - at));
  }
  take(nullptr, 0);
  return out;
}

Soundtrack load_soundtrack(std::span<const std::filesystem::path> paths, double pause_s) {
  FT_CHECK(!paths.empty(), "a soundtrack of nothing");
  std::vector<Recording> parts;
  int rate_hz = 0, channels = 0;
  for (const auto& path : paths) {
    parts.push_back(audio::load_recording(path));
    rate_hz = std::max(rate_hz, parts.back().rate_hz);
    channels = std::max(channels, parts.back().channels);
  }
  if (parts.size() == 1) return {std::move(parts.front()), paths.front()};
  Soundtrack all{{rate_hz, channels, {}}, {}};
  auto& samples = all.recording.samples;
  const auto pause = static_cast<size_t>(std::lround(pause_s * rate_hz));
  for (Recording& part : parts) {
    if (!samples.empty()) samples.resize(samples.size() + pause * static_cast<size_t>(channels));
    const Recording same = converted(part, rate_hz, channels);
    part = {};
    samples.insert(samples.end(), same.samples.begin(), same.samples.end());
  }
  return all;
}

Soundtrack soundtrack_of(const audio::Audio& sound) {
  return {{sound.rate_hz, 1, sound.samples}, {}};
}

}  // namespace flowtalk::video
