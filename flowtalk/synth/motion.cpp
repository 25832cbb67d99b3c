#include "flowtalk/synth/motion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "flowtalk/base/error.h"
#include "flowtalk/face/blinks.h"
#include "flowtalk/face/expression_axes.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/synth/coarticulation.h"
#include "flowtalk/synth/emotion_pose.h"
#include "flowtalk/synth/lip_curves.h"
#include "flowtalk/synth/lip_model.h"
#include "flowtalk/synth/liveliness.h"
#include "flowtalk/synth/prosody.h"

namespace flowtalk::synth {
namespace {

using face::axis;
using Frame = std::span<float>;

// Everything that one clip's frames are made of.
struct Score {
  std::vector<MouthFrame> mouth;
  Prosody prosody;
  std::vector<float> blinks, gaze_x, gaze_y, emotion_sway, sideways, jaw_drift, brow_drift,
      phrase_raises;
  std::array<std::vector<float>, motion::kLiveExpression> residual;
};

float smooth_step(float x) {
  x = std::clamp(x, 0.0f, 1.0f);
  return x * x * (3 - 2 * x);
}

Score make_score(const audio::Audio& audio, const std::vector<data::Phone>& phones,
                 const SpeakerStyle& style, const Rng& rng) {
  const int64_t frames = motion_frames(audio);
  Score score;
  score.mouth = coarticulate(phones, frames);
  score.prosody = measure_prosody(audio);
  std::vector<float> pause(static_cast<size_t>(frames));
  for (size_t t = 0; t < pause.size(); ++t) pause[t] = score.mouth[t].silence;
  score.blinks = face::make_blinks(pause, style.blinks_per_s, rng.fork("blinks"));
  score.gaze_x = make_gaze(frames, rng.fork("gaze x"));
  score.gaze_y = make_gaze(frames, rng.fork("gaze y"));
  score.emotion_sway = make_drift(frames, 0.7, rng.fork("sway"));
  score.sideways = make_drift(frames, 0.4, rng.fork("sideways"));
  score.jaw_drift = make_drift(frames, 0.25, rng.fork("jaw"));
  score.brow_drift = make_drift(frames, 0.6, rng.fork("brows"));
  score.phrase_raises = make_phrase_raises(pause, rng.fork("phrases"));
  for (size_t a = 0; a < score.residual.size(); ++a) {
    score.residual[a] = make_drift(frames, 0.3, rng.fork("axis").fork(static_cast<uint64_t>(a)));
  }
  return score;
}

void add_pair(Frame row, size_t left, float value) { row[left] += value, row[left + 1] += value; }

// The pose at strength k; what shapes the mouth gives way to closed and to rounded lips.
void add_emotion(Frame row, const EmotionPose& pose, float k, const MouthFrame& mouth) {
  const float rounded = std::min(1.0f, mouth.lips[kPucker]);
  const float yield = (1 - 0.55f * mouth.bilabial) * (1 - 0.4f * rounded);
  for (const AxisOffset& offset : pose.offsets) {
    row[offset.axis] += k * offset.value * (is_mouth_axis(offset.axis) ? yield : 1.0f);
  }
  row[motion::kJawAt] += k * pose.jaw * (1 - mouth.bilabial);
}

void add_style(Frame row, const SpeakerStyle& style) {
  add_pair(row, axis("mouthSmileLeft"), std::max(0.0f, style.smile));
  add_pair(row, axis("mouthFrownLeft"), std::max(0.0f, -style.smile));
  add_pair(row, axis("browOuterUpLeft"), std::max(0.0f, style.brow_rest));
  add_pair(row, axis("browDownLeft"), std::max(0.0f, -style.brow_rest));
}

// Raises of the brows with phrases and the voice's accents.
void add_brows(Frame row, const Score& score, size_t t, const SpeakerStyle& style) {
  const float raise =
      style.brow_activity * (0.75f * score.prosody.accent[t] + 0.4f * score.phrase_raises[t] +
                             0.05f * std::max(0.f, score.brow_drift[t]));
  row[axis("browInnerUp")] += 0.7f * raise;
  add_pair(row, axis("browOuterUpLeft"), raise);
}

void add_life(Frame row, const Score& score, size_t t, const SpeakerStyle& style) {
  const float small = 0.012f * style.residual;
  for (size_t a = 0; a < score.residual.size(); ++a) {
    if (a == axis("tongueOut") || a == axis("cheekPuff") || a == axis("mouthClose")) continue;
    row[a] += small * std::max(0.0f, score.residual[a][t]);
  }
  const float x = 0.3f * score.gaze_x[t], y = 0.2f * score.gaze_y[t];
  row[axis("eyeLookInLeft")] += std::max(0.0f, -x), row[axis("eyeLookOutLeft")] += std::max(0.f, x);
  row[axis("eyeLookInRight")] += std::max(0.f, x),
      row[axis("eyeLookOutRight")] += std::max(0.f, -x);
  add_pair(row, axis("eyeLookUpLeft"), std::max(0.0f, y));
  add_pair(row, axis("eyeLookDownLeft"), std::max(0.0f, -y));
  row[axis("jawLeft")] += 0.02f * style.residual * score.sideways[t];
  row[motion::kJawAt] += 0.0025f * style.residual * score.jaw_drift[t];
  row[motion::kJawAt + 1] += 0.002f * style.residual * score.sideways[t];
}

// One side moves a little more; only the mouth's left-right pairs.
void add_asymmetry(Frame row, const SpeakerStyle& style) {
  for (const size_t left :
       {axis("mouthSmileLeft"), axis("mouthDimpleLeft"), axis("mouthStretchLeft"),
        axis("mouthLowerDownLeft"), axis("mouthUpperUpLeft")}) {
    row[left] *= 1 + style.asymmetry;
    row[left + 1] *= 1 - style.asymmetry;
  }
}

void limit(Frame row) {
  for (size_t a = 0; a < static_cast<size_t>(motion::kLiveExpression); ++a) {
    row[a] = std::clamp(row[a], a == axis("jawLeft") ? -1.0f : 0.0f, 1.0f);
  }
  row[motion::kJawAt] = std::clamp(row[motion::kJawAt], 0.0f, 0.32f);
}

}  // namespace

motion::Motion make_motion(const audio::Audio& audio, const std::vector<data::Phone>& phones,
                           const SpeakerStyle& style, const MotionOptions& options, Rng rng) {
  const Score score = make_score(audio, phones, style, rng);
  const EmotionPose& pose = emotion_pose(options.emotion);
  const auto frames = static_cast<int64_t>(score.mouth.size());
  tensor::Tensor motion = tensor::Tensor::zeros({frames, motion::kLive});
  const float gain = 1 + pose.articulation * options.strength;
  const LipTimes& times = lip_rules().times;
  for (size_t t = 0; t < score.mouth.size(); ++t) {
    const Frame row = motion.values().subspan(t * motion::kLive, motion::kLive);
    const MouthFrame& mouth = score.mouth[t];
    // Onset and release of the pose, and its slow sway; never zero, never beyond its strength.
    const auto edge_s = static_cast<float>(std::min<int64_t>(
                            static_cast<int64_t>(t), frames - 1 - static_cast<int64_t>(t))) /
                        flame::kFps;
    const float envelope = 0.65f + 0.35f * smooth_step(edge_s / 0.6f);
    const float sway = options.alive ? std::clamp(0.06f * score.emotion_sway[t], -0.12f, 0.12f) : 0;
    const float k = options.strength * style.expressivity * envelope * (1 + sway);
    const float effort = effort_of(times, score.prosody.loudness[t]);
    add_speech(row, mouth, effort, style.jaw_gain * gain, style.lip_gain * gain);
    add_style(row, style);
    add_emotion(row, pose, k, mouth);
    add_brows(row, score, t, style);
    if (options.alive) add_life(row, score, t, style);
    add_asymmetry(row, style);
    if (options.alive) face::blink(row, {score.blinks[t], score.blinks[t]});
    limit(row);
    const float apart = std::min(1.0f, k * pose.lips_apart) * (1 - mouth.bilabial);
    const float closure = std::max(mouth.closure, mouth.silence) * (1 - apart * mouth.silence);
    close_lips(row, closure);
    rest_lips(row, mouth.silence * (1 - apart));
  }
  return motion::of_live(motion, motion::Axes::kBuiltin);
}

}  // namespace flowtalk::synth
