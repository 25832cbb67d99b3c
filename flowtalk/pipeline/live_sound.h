// Where the sound of a live face comes from.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/audio/pcm_stream.h"

namespace flowtalk::pipeline {

class LiveSound {
 public:
  using Clock = std::chrono::steady_clock;

  LiveSound() = default;
  virtual ~LiveSound() = default;
  LiveSound(const LiveSound&) = delete;
  LiveSound& operator=(const LiveSound&) = delete;

  virtual int rate_hz() const = 0;
  // It comes at a pace of its own, as from a microphone; or else as fast as it is asked for.
  virtual bool has_own_pace() const { return false; }
  // Appends what is there, mono, at most `most` samples of sound without a pace of its own; waits
  // for them until `until` at most. False: it is over. Error: it cannot be read.
  virtual bool read(int64_t most, Clock::time_point until, std::vector<float>& out) = 0;
  // For people, once it is over: what was odd about it; "" for nothing.
  virtual std::string remark() const { return ""; }
};

// Sound that is there already.
std::unique_ptr<LiveSound> sound_of(audio::Audio voice);

// What is known of sound in a pipe.
struct PipeForm {
  audio::PcmForm form = audio::PcmForm::kWav;
  int rate_hz = 0, channels = 1;  // of bare samples
};
// Of a descriptor that stays open, named `where` in errors. Waits until its rate is known, as long
// as `stopped` is not so. Error: it ends before that, or is a terminal.
std::unique_ptr<LiveSound> sound_of_pipe(int descriptor, const std::string& where,
                                         const PipeForm& form,
                                         const std::function<bool()>& stopped);

// Of a microphone; see live::Microphone for its errors.
std::unique_ptr<LiveSound> sound_of_microphone(const std::string& device);

}  // namespace flowtalk::pipeline
