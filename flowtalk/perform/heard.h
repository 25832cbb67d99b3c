// What a performer hears of a voice, frame by frame: how loud it is and how high, and from that
// when it speaks, where its stresses are, how long it pauses. All of it as the sound comes: what is
// said of a frame hangs on the frames before it and on kLookAhead after it.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "flowtalk/audio/audio.h"

namespace flowtalk::perform {

inline constexpr int kLookAhead = 5;  // frames, 0.2 s: how late a live performer is

// One frame of sound, 1/25 s.
struct Sound {
  int loudness = -99;  // whole decibels of full scale
  float pitch_hz = 0;  // 0: no voice
};

// Of a voice at 16 kHz, as many frames as it lasts. loudness: of its frames, where that is known
// already (encoder::SpeechFeatures); otherwise it is measured, and noise, hum and tones alone are
// silence, as they are to the models (audio/voiceless.h).
std::vector<Sound> listen(const audio::Audio& voice, std::span<const int> loudness = {});

// What is happening in a frame.
struct Moment {
  int loudness = -99;
  bool speaking = false;
  float loud = 0;       // 0 .. 1 of what this voice reaches when it speaks
  float stress = 0;     // 0 .. 1 of a stress that comes kStressAhead frames later, else 0
  bool begins = false;  // speech begins here, after a pause
  bool pauses = false;  // a pause begins here
  float spoken_s = 0;   // for how long it has spoken, or has been silent
  float silent_s = 0;
};
inline constexpr int kStressAhead = 3;

// Takes one frame of sound after the other; each says what is happening kLookAhead frames earlier.
class Ear {
 public:
  // The moment of the frame that is kLookAhead before this one. The first kLookAhead calls tell of
  // no frame.
  Moment hear(Sound sound);

 private:
  struct Frame {
    Sound sound;
    bool speech = false;
    float prominence = 0;
  };
  bool is_speech(int loudness);
  float prominence_of(const Frame& frame);
  float stress_ahead();

  std::deque<Frame> frames_;  // the last of them is the newest
  float loudest_ = -38, floor_ = -70;
  float usual_loudness_ = -30, usual_pitch_ = 0;  // log2 of Hz; 0: none was heard yet
  float smooth_loudness_ = -60;
  int since_stress_ = 1000;
  bool speaking_ = false;
  float spoken_s_ = 0, silent_s_ = 10;
};

// The moments of a voice, one for each of `frames` frames; silence follows its end.
std::vector<Moment> moments_of(const std::vector<Sound>& sounds, int64_t frames);

}  // namespace flowtalk::perform
