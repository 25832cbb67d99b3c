#include "flowtalk/data/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "flowtalk/base/error.h"

namespace flowtalk::data {
namespace {

constexpr double kPi = std::numbers::pi;
using Samples = std::vector<float>;

// Table of a Hann-windowed sinc: kTaps zero crossings to each side, kFine steps between.
constexpr int kTaps = 12, kFine = 256;
const std::vector<float>& sinc_table() {
  static const std::vector<float> table = [] {
    std::vector<float> values(static_cast<size_t>(kTaps * kFine + 2), 0.0f);
    for (int i = 0; i <= kTaps * kFine; ++i) {
      const double x = static_cast<double>(i) / kFine;
      const double sinc = i == 0 ? 1.0 : std::sin(kPi * x) / (kPi * x);
      const double window = 0.5 * (1 + std::cos(kPi * x / kTaps));
      values[static_cast<size_t>(i)] = static_cast<float>(sinc * window);
    }
    return values;
  }();
  return table;
}

float rms(std::span<const float> x) {
  double sum = 0;
  for (const float v : x) sum += static_cast<double>(v) * v;
  return x.empty() ? 0.0f : static_cast<float>(std::sqrt(sum / static_cast<double>(x.size())));
}

float peak(std::span<const float> x) {
  float most = 0;
  for (const float v : x) most = std::max(most, std::abs(v));
  return most;
}

double from_db(double db) { return std::pow(10.0, db / 20.0); }

// Second-order section (Bristow-Johnson, Audio EQ Cookbook), run in place.
struct Biquad {
  double b0, b1, b2, a1, a2;
  void run(Samples& x) const {
    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (float& v : x) {
      const double y = b0 * v + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
      x2 = x1, x1 = v, y2 = y1, y1 = y;
      v = static_cast<float>(y);
    }
  }
};

Biquad low_pass(double hz, double rate) {
  const double w = 2 * kPi * hz / rate, alpha = std::sin(w) / std::numbers::sqrt2, c = std::cos(w);
  const double a0 = 1 + alpha;
  return {(1 - c) / 2 / a0, (1 - c) / a0, (1 - c) / 2 / a0, -2 * c / a0, (1 - alpha) / a0};
}

Biquad high_pass(double hz, double rate) {
  const double w = 2 * kPi * hz / rate, alpha = std::sin(w) / std::numbers::sqrt2, c = std::cos(w);
  const double a0 = 1 + alpha;
  return {(1 + c) / 2 / a0, -(1 + c) / a0, (1 + c) / 2 / a0, -2 * c / a0, (1 - alpha) / a0};
}

Biquad high_shelf(double hz, double gain_db, double rate) {
  const double a = std::pow(10.0, gain_db / 40), w = 2 * kPi * hz / rate, c = std::cos(w);
  const double beta = 2 * std::sqrt(a) * std::sin(w) / std::numbers::sqrt2;
  const double a0 = (a + 1) - (a - 1) * c + beta;
  return {a * ((a + 1) + (a - 1) * c + beta) / a0, -2 * a * ((a - 1) + (a + 1) * c) / a0,
          a * ((a + 1) + (a - 1) * c - beta) / a0, 2 * ((a - 1) - (a + 1) * c) / a0,
          ((a + 1) - (a - 1) * c - beta) / a0};
}

// Schroeder's reverberator (four combs, two all-passes) with drawn sizes, added to the direct sound
// after a few early echoes; the direct sound stays where it is.
void add_room(Samples& x, Rng& rng, int rate) {
  const double decay_s = rng.uniform(0.15, 0.6);
  const double wet = from_db(rng.uniform(-18, -6));
  Samples tail(x.size(), 0.0f);
  for (int echo = 0; echo < 6; ++echo) {
    const auto delay = static_cast<size_t>(rng.uniform(0.002, 0.03) * rate);
    const auto gain = static_cast<float>(rng.uniform(-0.5, 0.5));
    for (size_t i = delay; i < x.size(); ++i) tail[i] += gain * x[i - delay];
  }
  for (int comb = 0; comb < 4; ++comb) {
    const auto delay = static_cast<size_t>(rng.uniform(0.025, 0.048) * rate);
    const auto gain =
        static_cast<float>(std::pow(10.0, -3.0 * static_cast<double>(delay) / rate / decay_s));
    Samples line(delay, 0.0f);
    for (size_t i = 0; i < x.size(); ++i) {
      const float out = line[i % delay];
      line[i % delay] = x[i] + gain * out;
      tail[i] += 0.25f * out;
    }
  }
  for (int pass = 0; pass < 2; ++pass) {
    const auto delay = static_cast<size_t>(rng.uniform(0.0017, 0.006) * rate);
    Samples line(delay, 0.0f);
    for (size_t i = 0; i < tail.size(); ++i) {
      const float out = line[i % delay] - 0.7f * tail[i];
      line[i % delay] = tail[i] + 0.7f * out;
      tail[i] = out;
    }
  }
  const auto scale =
      static_cast<float>(wet * rms(x) / std::max(static_cast<double>(rms(tail)), 1e-9));
  for (size_t i = 0; i < x.size(); ++i) x[i] += scale * tail[i];
}

Samples make_noise(size_t count, Rng& rng, std::span<const float> babble) {
  Samples noise(count);
  const double kind = rng.uniform();
  if (kind < 0.34 && !babble.empty()) {
    const auto start = static_cast<size_t>(rng.integer(0, static_cast<int64_t>(babble.size()) - 1));
    for (size_t i = 0; i < count; ++i) noise[i] = babble[(start + i) % babble.size()];
    return noise;
  }
  // Uniform noise is enough for the ear and cheap; pink by Kellet's three-pole filter.
  for (float& v : noise) v = static_cast<float>(rng.next_u32() >> 8) * 0x1p-23f - 1.0f;
  if (kind < 0.75) {
    float b0 = 0, b1 = 0, b2 = 0;
    for (float& v : noise) {
      b0 = 0.99765f * b0 + v * 0.0990460f;
      b1 = 0.96300f * b1 + v * 0.2965164f;
      b2 = 0.57000f * b2 + v * 1.0526913f;
      v = b0 + b1 + b2 + v * 0.1848f;
    }
  }
  return noise;
}

void add_noise(Samples& x, Rng& rng, const AugmentOptions& options, std::span<const float> babble) {
  const Samples noise = make_noise(x.size(), rng, babble);
  const double snr = from_db(rng.uniform(options.snr_lo_db, options.snr_hi_db));
  const auto scale =
      static_cast<float>(rms(x) / snr / std::max(static_cast<double>(rms(noise)), 1e-9));
  for (size_t i = 0; i < x.size(); ++i) x[i] += scale * noise[i];
}

}  // namespace

std::vector<float> change_rate(std::span<const float> samples, double step) {
  FT_CHECK(step > 0.01 && step < 100, "step {}", step);
  const auto count = static_cast<int64_t>(samples.size());
  const auto made = static_cast<int64_t>(std::llround(static_cast<double>(count) / step));
  const double cutoff = std::min(1.0, 1.0 / step), reach = kTaps / cutoff;
  const std::vector<float>& table = sinc_table();
  Samples out(static_cast<size_t>(made));
  for (int64_t i = 0; i < made; ++i) {
    const double centre = static_cast<double>(i) * step;
    const auto first = std::max<int64_t>(0, static_cast<int64_t>(std::ceil(centre - reach)));
    const auto last = std::min(count - 1, static_cast<int64_t>(std::floor(centre + reach)));
    double sum = 0;
    for (int64_t j = first; j <= last; ++j) {
      const double at = std::abs(centre - static_cast<double>(j)) * cutoff * kFine;
      const auto cell = static_cast<size_t>(at);
      const double part = at - static_cast<double>(cell);
      sum += samples[static_cast<size_t>(j)] * (table[cell] * (1 - part) + table[cell + 1] * part);
    }
    out[static_cast<size_t>(i)] = static_cast<float>(sum * cutoff);
  }
  return out;
}

double drawn_speed(Rng& rng, const AugmentOptions& options) {
  return rng.chance(options.rate) ? rng.uniform(options.rate_lo, options.rate_hi) : 1.0;
}

PhoneClip augment(const PhoneClip& clip, Rng rng, const AugmentOptions& options,
                  std::span<const float> babble) {
  PhoneClip out = clip;
  Samples& x = out.audio.samples;
  const int rate = clip.audio.rate_hz;
  if (const double speed = drawn_speed(rng, options); speed != 1) {
    x = change_rate(x, speed);
    for (Phone& p : out.phones) p.start_s /= speed, p.end_s /= speed;
  }
  if (rng.chance(options.room)) add_room(x, rng, rate);
  if (rng.chance(options.tilt)) {
    high_shelf(rng.uniform(800, 3000), rng.uniform(-options.tilt_db, options.tilt_db), rate).run(x);
  }
  if (rng.chance(options.noise)) add_noise(x, rng, options, babble);
  if (rng.chance(options.telephone)) {
    for (int i = 0; i < 2; ++i) low_pass(3400, rate).run(x);
    high_pass(300, rate).run(x);
  }
  const bool clipped = rng.chance(options.clipping);
  const double level = from_db(rng.uniform(options.gain_lo_db, options.gain_hi_db));
  const auto gain = static_cast<float>(level / std::max(static_cast<double>(peak(x)), 1e-6));
  const float ceiling = clipped ? 0.5f * static_cast<float>(level) : 1.0f;
  for (float& v : x) v = std::clamp(v * gain, -ceiling, ceiling);
  return out;
}

}  // namespace flowtalk::data
