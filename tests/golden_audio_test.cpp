// The golden sound files: exact at the file's own rate where nothing is lost, close to the ideal
// signal after resampling, refused in one line where damaged.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "flowtalk/audio/audio.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/golden_files.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::audio {
namespace {

namespace fs = std::filesystem;
using tensor::Tensor;

constexpr int64_t kEdge = 400;  // samples at each end that resampling may bend

fs::path formats_folder() { return formats::golden_folder() / "formats"; }

// Correlation of the first channels after the best shift of up to one MPEG frame.
double aligned_correlation(const Recording& got, const Tensor& expected) {
  const int64_t channels = got.channels;
  double best = 0;
  for (int64_t shift = -1152; shift <= 1152; ++shift) {
    double both = 0, a2 = 0, b2 = 0;
    const int64_t begin = std::max<int64_t>(0, -shift);
    const int64_t end = std::min(expected.dim(0), got.frames() - shift);
    for (int64_t i = begin; i < end; ++i) {
      const double a = expected[i * channels];
      const double b = got.samples[static_cast<size_t>((i + shift) * channels)];
      both += a * b;
      a2 += a * a;
      b2 += b * b;
    }
    if (a2 > 0 && b2 > 0) best = std::max(best, both / std::sqrt(a2 * b2));
  }
  return best;
}

// The signal of audio_signal.json at time t, all phases moved on by `phase`.
double signal(const Json& components, double t, double phase) {
  double sum = 0;
  for (const Json& part : components) {
    sum += part["amplitude"].get<double>() *
           std::sin(2 * std::numbers::pi * part["frequency_hz"].get<double>() * t +
                    part["phase"].get<double>() + phase);
  }
  return sum;
}

double mono_signal(const Json& components, double t, int channels) {
  const double first = signal(components, t, 0);
  return channels == 1 ? first : 0.5 * (first + signal(components, t, 1));
}

// How far a file's own samples, averaged over channels, are from the signal.
double storage_error(const Json& components, const Tensor& stored, int rate) {
  const auto channels = static_cast<int>(stored.dim(1));
  double worst = 0;
  for (int64_t i = 0; i < stored.dim(0); ++i) {
    double mean = 0;
    for (int c = 0; c < channels; ++c) mean += stored[i * channels + c] / double(channels);
    const double t = static_cast<double>(i) / rate;
    worst = std::max(worst, std::abs(mean - mono_signal(components, t, channels)));
  }
  return worst;
}

void expect_recording(const fs::path& path, const Json& entry, const Tensor& expected) {
  const Recording got = load_recording(path);
  EXPECT_EQ(got.rate_hz, entry["sample_rate"].get<int>());
  EXPECT_EQ(got.channels, expected.dim(1));
  ASSERT_EQ(got.channels, entry["channels"].get<int>());
  if (entry["expect"] == "ok-or-unsupported") {
    EXPECT_GT(aligned_correlation(got, expected), 0.99);
    return;
  }
  ASSERT_EQ(got.frames(), expected.dim(0));
  for (int64_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(got.samples[static_cast<size_t>(i)], expected[i]) << i;
  }
}

TEST(GoldenAudio, ExactAtTheFilesOwnRate) {
  formats::check_golden_files("audio", [](const fs::path& path, const Json& entry) {
    static const formats::SafetensorsFile expected(formats_folder() / "audio_expected.safetensors");
    const std::string name = "audio/" + path.filename().string();
    const bool lossy = entry["expect"] == "ok-or-unsupported";
    if (!expected.contains(name)) {
      load_recording(path);
      return;
    }
    try {
      expect_recording(path, entry, expected.load(name));
    } catch (const Error& e) {
      if (!lossy) throw;
      EXPECT_NE(std::string(e.what()).find("cannot be decoded here"), std::string::npos);
    }
  });
}

TEST(GoldenAudio, ResampledCloseToTheIdealSignal) {
  int files = 0;
  formats::check_golden_files("audio", [&](const fs::path& path, const Json& entry) {
    static const formats::SafetensorsFile expected(formats_folder() / "audio_expected.safetensors");
    static const Json components =
        parse_json(load_file(formats_folder() / "audio_signal.json"), "signal")["components"];
    const Audio got = load_audio(path, {.min_duration_s = 0});
    for (const float x : got.samples) ASSERT_TRUE(std::isfinite(x));
    const std::string name = "audio/" + path.filename().string();
    if (entry["expect"] != "ok" || !expected.contains(name)) return;
    const Tensor stored = expected.load(name);
    const int rate = entry["sample_rate"].get<int>();
    EXPECT_NEAR(static_cast<double>(got.samples.size()),
                static_cast<double>(stored.dim(0)) * got.rate_hz / rate, 1);
    // Files that hold another signal than this are compared above only.
    const double stored_error = storage_error(components, stored, rate);
    if (stored_error > 0.03) return;
    ++files;
    const int channels = entry["channels"].get<int>();
    for (int64_t i = kEdge; i + kEdge < static_cast<int64_t>(got.samples.size()); ++i) {
      const double ideal = mono_signal(components, static_cast<double>(i) / got.rate_hz, channels);
      ASSERT_NEAR(got.samples[static_cast<size_t>(i)], ideal, 1.5 * stored_error + 1e-5) << i;
    }
  });
  if (fs::exists(formats_folder())) {
    EXPECT_GT(files, 10);
  }
}

}  // namespace
}  // namespace flowtalk::audio
