#include "flowtalk/synth/prosody.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/audio/pitch.h"

namespace flowtalk::synth {
namespace {

void smooth(std::vector<float>& x, int passes) {
  for (int pass = 0; pass < passes; ++pass) {
    float before = x.empty() ? 0.0f : x.front();
    for (size_t i = 0; i < x.size(); ++i) {
      const float after = i + 1 < x.size() ? x[i + 1] : x[i];
      const float now = x[i];
      x[i] = 0.25f * before + 0.5f * now + 0.25f * after;
      before = now;
    }
  }
}

float quantile(std::vector<float> values, double q) {
  if (values.empty()) return 0;
  const auto at = static_cast<int64_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<size_t>(at)];
}

}  // namespace

int64_t motion_frames(const audio::Audio& audio) {
  return static_cast<int64_t>(audio.samples.size()) * flame::kFps / audio.rate_hz;
}

Prosody measure_prosody(const audio::Audio& audio) {
  const int64_t frames = motion_frames(audio), hop = audio.rate_hz / flame::kFps;
  Prosody out;
  std::vector<float> hz(static_cast<size_t>(frames)), decibel(static_cast<size_t>(frames));
  for (int64_t t = 0; t < frames; ++t) {
    const int64_t begin = t * hop - hop / 2;
    double sum = 0;
    for (int64_t i = std::max<int64_t>(0, begin); i < begin + hop; ++i) {
      const double v = audio.samples[static_cast<size_t>(i)];
      sum += v * v;
    }
    const auto at = static_cast<size_t>(t);
    decibel[at] = static_cast<float>(10 * std::log10(sum / static_cast<double>(hop) + 1e-9));
    hz[at] = audio::pitch_at(audio.samples, begin, hop, audio.rate_hz);
  }
  const float loud = quantile(decibel, 0.95);
  std::vector<float> voiced;
  for (const float f : hz) {
    if (f > 0) voiced.push_back(f);
  }
  const float median = quantile(voiced, 0.5);
  out.loudness.resize(hz.size());
  out.pitch.assign(hz.size(), 0.0f);
  out.accent.assign(hz.size(), 0.0f);
  for (size_t t = 0; t < hz.size(); ++t) {
    out.loudness[t] = std::clamp((decibel[t] - loud + 35.0f) / 35.0f, 0.0f, 1.0f);
    if (hz[t] > 0) out.pitch[t] = std::clamp(std::log2(hz[t] / median), -1.0f, 1.0f);
    const float stands_out =
        2.5f * (out.pitch[t] - 0.12f) + 1.5f * std::max(0.0f, out.loudness[t] - 0.8f);
    out.accent[t] = std::clamp(stands_out, 0.0f, 1.0f) * out.loudness[t];
  }
  smooth(out.loudness, 2);
  smooth(out.accent, 6);
  return out;
}

}  // namespace flowtalk::synth
