#include "flowtalk/perform/heard.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/audio/pitch.h"
#include "flowtalk/audio/voiceless.h"
#include "flowtalk/base/error.h"

namespace flowtalk::perform {
namespace {

constexpr float kFrame_s = 1.0f / flame::kFps;
constexpr float kBelowLoudest = 26;  // dB: speech is at most so much softer than its loud parts
constexpr float kAboveFloor = 8;     // dB
constexpr float kFaintest = -58;     // dBFS, below which nothing counts as speech
constexpr float kFades = 1.2f;       // dB per second by which what was loudest is forgotten
constexpr float kRises = 1.0f;       // and the floor comes up
constexpr int kStressesApart = 7;    // frames
constexpr float kStress = 0.35f;     // least prominence of one
constexpr size_t kRemembered = kLookAhead + 4;
constexpr int64_t kHop = flame::kAudioHz / flame::kFps;

// Of each frame, whole decibels of full scale, rounded down.
std::vector<int> loudness_of(std::span<const float> samples) {
  std::vector<int> loudness;
  for (size_t begin = 0; begin < samples.size(); begin += kHop) {
    double squares = 0;
    for (const float x : samples.subspan(begin, std::min<size_t>(kHop, samples.size() - begin))) {
      squares += static_cast<double>(x) * static_cast<double>(x);
    }
    const double mean = squares / static_cast<double>(kHop);
    loudness.push_back(std::max(-99, static_cast<int>(std::floor(10 * std::log10(mean + 1e-10)))));
  }
  return loudness;
}

}  // namespace

std::vector<Sound> listen(const audio::Audio& voice, std::span<const int> loudness) {
  FT_CHECK(voice.rate_hz == flame::kAudioHz, "rate {}", voice.rate_hz);
  const std::vector<int> measured = loudness.empty()
                                        ? loudness_of(audio::without_noise_alone(voice.samples))
                                        : std::vector<int>();
  if (loudness.empty()) loudness = measured;
  std::vector<Sound> sounds;
  for (const int db : loudness) {
    const int64_t begin = kHop * std::ssize(sounds);
    const bool audible = static_cast<float>(db) > kFaintest;
    sounds.push_back(
        {db, audible ? audio::pitch_at(voice.samples, begin, kHop, voice.rate_hz) : 0.0f});
  }
  return sounds;
}

bool Ear::is_speech(int loudness) {
  const auto db = static_cast<float>(loudness);
  loudest_ = std::max(loudest_ - kFades * kFrame_s, db);
  floor_ = std::min(std::max(floor_ + kRises * kFrame_s, -80.0f), std::max(db, -80.0f));
  return db > kFaintest && db > loudest_ - kBelowLoudest && db > floor_ + kAboveFloor;
}

// How far a frame stands out over what this voice has done lately: in loudness and in pitch.
float Ear::prominence_of(const Frame& frame) {
  smooth_loudness_ += 0.5f * (static_cast<float>(frame.sound.loudness) - smooth_loudness_);
  if (!frame.speech) return 0;
  float out = (smooth_loudness_ - usual_loudness_) / 9;
  usual_loudness_ += 0.03f * (smooth_loudness_ - usual_loudness_);
  if (frame.sound.pitch_hz > 0) {
    const float octaves = std::log2(frame.sound.pitch_hz);
    if (usual_pitch_ == 0) usual_pitch_ = octaves;
    out += std::clamp((octaves - usual_pitch_) / 0.35f, -1.0f, 1.0f);
    usual_pitch_ += 0.03f * (octaves - usual_pitch_);
  }
  return out;
}

// Whether the frame kStressAhead after the one that is told of is a peak of prominence.
float Ear::stress_ahead() {
  const size_t peak = frames_.size() - 1 - (kLookAhead - kStressAhead);
  const float height = frames_[peak].prominence;
  ++since_stress_;
  if (height < kStress || since_stress_ < kStressesApart) return 0;
  for (size_t i = peak - 3; i < frames_.size(); ++i) {
    if (frames_[i].prominence > height) return 0;
  }
  since_stress_ = 0;
  return std::clamp(height, 0.0f, 1.0f);
}

Moment Ear::hear(Sound sound) {
  Frame frame{sound, is_speech(sound.loudness), 0};
  frame.prominence = prominence_of(frame);
  frames_.push_back(frame);
  while (frames_.size() < kRemembered) frames_.push_front({});
  if (frames_.size() > kRemembered) frames_.pop_front();
  const size_t now = frames_.size() - 1 - kLookAhead;
  Moment moment;
  moment.loudness = frames_[now].sound.loudness;
  const bool coming = std::any_of(frames_.begin() + static_cast<int64_t>(now), frames_.end(),
                                  [](const Frame& f) { return f.speech; });
  const bool soon = frames_[now].speech || frames_[now + 1].speech || frames_[now + 2].speech;
  const bool was = speaking_;
  speaking_ = was ? coming : soon;
  moment.speaking = speaking_;
  moment.begins = !was && speaking_ && silent_s_ >= 0.25f;
  moment.pauses = was && !speaking_;
  if (speaking_ != was) (speaking_ ? spoken_s_ : silent_s_) = 0;
  (speaking_ ? spoken_s_ : silent_s_) += kFrame_s;
  moment.spoken_s = speaking_ ? spoken_s_ : 0;
  moment.silent_s = speaking_ ? 0 : silent_s_;
  moment.loud = std::clamp(
      (static_cast<float>(moment.loudness) - loudest_ + kBelowLoudest) / kBelowLoudest, 0.0f, 1.0f);
  moment.stress = stress_ahead();
  return moment;
}

std::vector<Moment> moments_of(const std::vector<Sound>& sounds, int64_t frames) {
  Ear ear;
  std::vector<Moment> moments;
  for (int64_t t = 0; t < frames + kLookAhead; ++t) {
    const auto at = static_cast<size_t>(t);
    const Moment moment = ear.hear(at < sounds.size() ? sounds[at] : Sound{});
    if (t >= kLookAhead) moments.push_back(moment);
  }
  return moments;
}

}  // namespace flowtalk::perform
