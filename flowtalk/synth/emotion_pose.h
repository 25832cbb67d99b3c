// What each emotion does to the face, on the axes of the built-in head, and to the voice.
#pragma once

#include <array>
#include <span>

#include "flowtalk/base/flame_layout.h"
#include "flowtalk/synth/speech.h"

namespace flowtalk::synth {

// A coefficient at full strength, added to neutral.
struct AxisOffset {
  size_t axis;
  float value;
};

struct EmotionPose {
  std::span<const AxisOffset> offsets;
  float jaw = 0;                          // radians at full strength
  float articulation = 0;                 // relative change of mouth movements at full strength
  float lips_apart = 0;                   // how far lips stay open in pauses, share of the gap
  double rate = 1, pitch = 1, range = 1;  // of the voice at full strength
};

// emotion: index into the default conditions'. Error: one that no pose is written for.
const EmotionPose& emotion_pose(int emotion);

// Whether an axis shapes the mouth (damped while the lips are shut).
bool is_mouth_axis(size_t axis);

// The voice of an emotion: rate, pitch and range move towards the pose's with strength.
VoiceRecipe with_emotion(VoiceRecipe voice, int emotion, float strength);

}  // namespace flowtalk::synth
