#include "flowtalk/encoder/waveform.h"

#include <algorithm>
#include <cmath>

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

std::vector<float> pad_for_pairs(std::span<const float> samples) {
  const int64_t frames = 2 * motion_frames(static_cast<int64_t>(samples.size()));
  std::vector<float> result(samples.begin(), samples.end());
  result.resize(static_cast<size_t>((frames - 1) * kHop + kReceptive), 0.0f);
  return result;
}

std::vector<float> motion_waveform(std::span<const float> samples, bool do_normalize) {
  std::vector<float> padded = pad_for_pairs(samples);
  return do_normalize ? normalise(padded) : padded;
}

}  // namespace flowtalk::encoder
