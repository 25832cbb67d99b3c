#include "flowtalk/data/test_set.h"

#include <array>
#include <cmath>
#include <numbers>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/data/index.h"
#include "flowtalk/formats/npy.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::data {
namespace {

// How open the mouth is at a time, 0..1: raised cosines of random height, four a second.
class Syllables {
 public:
  explicit Syllables(uint64_t seed) {
    Rng rng = Rng(seed).fork("syllables");
    for (double& height : heights_) height = rng.uniform();
  }
  double at(double time_s) const {
    const double place = (time_s + 2) * kPerSecond;
    const double height = heights_[static_cast<size_t>(place) % heights_.size()];
    return height * 0.5 * (1 - std::cos(2 * std::numbers::pi * (place - std::floor(place))));
  }

 private:
  static constexpr double kPerSecond = 4;
  std::array<double, 128> heights_{};
};

}  // namespace

TestClip make_test_clip(uint64_t seed, int64_t frames, int lag) {
  const Syllables syllables(seed);
  Rng rng = Rng(seed).fork("clip");
  TestClip clip;
  const int64_t samples = frames * flame::kAudioHz / flame::kFps;
  for (int64_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / flame::kAudioHz;
    const double voice = std::sin(2 * std::numbers::pi * 150 * t) + 0.2 * rng.normal();
    clip.sound.samples.push_back(static_cast<float>(0.3 * voice * (0.01 + syllables.at(t))));
  }
  clip.motion = tensor::Tensor({frames, motion::kLive});
  for (int64_t c = 0; c < motion::kLive; ++c) {
    const double phase = rng.uniform(0, 6.28), speed = rng.uniform(0.05, 0.2);
    const double size = c < motion::kJawAt ? 0.1 : 0.01;
    for (int64_t t = 0; t < frames; ++t) {
      clip.motion[t * motion::kLive + c] =
          static_cast<float>(size * std::sin(phase + speed * static_cast<double>(t)));
    }
  }
  for (int64_t t = 0; t < frames; ++t) {
    const double time_s = static_cast<double>(t - lag) / flame::kFps;
    clip.motion[t * motion::kLive + motion::kJawAt] =
        static_cast<float>(0.02 + 0.2 * syllables.at(time_s));
  }
  return clip;
}

void save_test_clip(const std::filesystem::path& folder, const std::string& stem,
                    const TestClip& clip) {
  audio::save_wav(folder / "wav" / (stem + ".wav"), clip.sound);
  formats::save_npy(folder / "param" / (stem + ".npy"), clip.motion);
}

void make_test_set(const std::filesystem::path& folder) {
  const Conditions& conditions = default_conditions();
  const auto emotions = static_cast<int>(conditions.emotions.size());
  const auto levels = static_cast<int>(conditions.levels.size());
  for (int style = 0; style < static_cast<int>(conditions.styles.size()); ++style) {
    for (const int step : {0, 3}) {
      ClipName name{style, 1 + style, (style + step) % emotions, 0};
      if (name.emotion != kNeutral) name.level = style % levels;
      const bool neutral = name.emotion == kNeutral;
      if (name.sentence > (neutral ? kNeutralSentences : kEmotionalSentences)) name.sentence = 3;
      if (style == 8) name.sentence = neutral ? 34 : 26;
      const auto seed = static_cast<uint64_t>(2 * style + (step > 0 ? 1 : 0));
      save_test_clip(folder, format_stem(name, conditions), make_test_clip(seed));
    }
  }
}

}  // namespace flowtalk::data
