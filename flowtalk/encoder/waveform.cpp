#include "flowtalk/encoder/waveform.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/encoder/running_level.h"

namespace flowtalk::encoder {
namespace {

constexpr int64_t kHop = 320, kReceptive = 400, kMotionHop = 640;

}  // namespace

std::vector<float> normalise(std::span<const float> samples) {
  double sum = 0, squares = 0;
  for (const float s : samples) sum += s;
  const double mean = samples.empty() ? 0 : sum / static_cast<double>(samples.size());
  for (const float s : samples) squares += (s - mean) * (s - mean);
  const double variance = samples.empty() ? 0 : squares / static_cast<double>(samples.size());
  const double gain = 1.0 / std::sqrt(variance + 1e-7);
  std::vector<float> result(samples.size());
  std::transform(samples.begin(), samples.end(), result.begin(),
                 [&](float s) { return static_cast<float>((s - mean) * gain); });
  return result;
}

int64_t motion_frames(int64_t samples) {
  return std::max<int64_t>(1, (samples + kMotionHop / 2) / kMotionHop);
}

std::vector<float> levelled(std::span<const float> samples, const HubertConfig& config) {
  if (config.do_normalize && config.normalisation == Normalisation::kClip) {
    return normalise(samples);
  }
  std::vector<float> result(samples.begin(), samples.end());
  if (config.do_normalize) RunningLevel().apply(result);
  return result;
}

std::vector<float> waveform_of(std::span<const float> samples, int64_t frames,
                               const HubertConfig& config) {
  const int64_t heard = config.bounded() ? config.frames_heard(frames) : frames;
  std::vector<float> wave(samples.begin(), samples.end());
  wave.resize(static_cast<size_t>((heard - 1) * kHop + kReceptive), 0.0f);
  return levelled(wave, config);
}

}  // namespace flowtalk::encoder
