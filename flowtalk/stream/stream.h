// A live face: sound of any rate in, in pieces of any size; frames of motion out as soon as they
// are known. The state of one client over a shared LiveModel, worked on by the session that runs
// it. The same sound and the same changes give the same bytes, in whatever pieces and by however
// many threads, and those of predict::Session for what does not change.
//
// One thread at a time. Frame t shows the moment t / 25 s of the sound; it is known once
// model::lookahead_samples of sound have come after it, and the resampler's millisecond.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "flowtalk/audio/resampler.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/base/recycled.h"
#include "flowtalk/face/blinks.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/predict/session.h"
#include "flowtalk/stream/hearing.h"
#include "flowtalk/stream/performances.h"

namespace flowtalk::stream {

struct StreamOptions {
  int rate_hz = flame::kAudioHz;  // of the sound
  std::vector<float> emotion{};   // weights of the model's emotions, sum 1; empty: neutral
  float strength = 0;
  int style = kAverageStyle;
  std::optional<float> temperature{}, blinks_per_minute{};          // none: as predict has it
  std::optional<predict::RegionTemperatures> region_temperature{};  // in place of temperature
  uint64_t seed = 0;
  uint32_t take = 0;
};

// What was changed while a stream ran, and the frame from which it is so.
struct Change {
  enum class Kind { kEmotion, kStyle, kTemperature };
  Kind kind{};
  int64_t frame = 0;
  std::vector<float> emotion{};  // weights
  float value = 0;               // strength, or temperature
  int style = kAverageStyle;

  bool operator==(const Change&) const = default;
};

struct Frame {
  int64_t index = 0;
  std::array<float, motion::kLive> values{};  // expression 50, jaw 3
};

class Stream {
 public:
  // Error: an option out of range.
  Stream(std::shared_ptr<const LiveModel> model, const StreamOptions& options);

  // The samples that come next, mono. Error: not finite (nothing is taken then), after finish().
  void push(std::span<const float> samples);
  void push(std::span<const int16_t> samples);
  // A gap of so many samples at the stream's rate: silence, into which the last sample fades within
  // 5 ms, and out of which the next ones rise.
  void skip(int64_t samples);
  // The sound is over: its last frames are made as if silence followed. round(25 duration) in all,
  // at least 1.
  void finish();
  // A new stream with these options but for the seed.
  void reset(uint64_t seed);

  // Makes up to `most` steps, of two frames each, as far as sound has come; how many. The session
  // is of the same model. Error: the model gave what is not finite.
  int64_t run(const predict::Session& session, int64_t most = INT64_MAX);
  // The same of many streams of one model, at most `most` steps of each: those that are ready take
  // each step together, which costs less than one after another. The bytes are the same; how many
  // steps in all.
  static int64_t run_many(const predict::Session& session, std::span<Stream* const> streams,
                          int64_t most = INT64_MAX);
  // The next frame that is made and not taken; none: run, push or wait.
  std::optional<Frame> pull();
  bool done() const { return finished_ && frames_out_ == total_frames(); }

  // Each answers with the frame from which it is so. `frame`: when; nothing: as soon as can be. An
  // emotion or a style comes within timeline.h's spread, the same number of frames before and after
  // that frame. Usage Error: a value out of range, a frame that is too soon.
  int64_t set_emotion(std::vector<float> weights, float strength,
                      std::optional<int64_t> frame = {});
  int64_t set_style(int style, std::optional<int64_t> frame = {});
  int64_t set_temperature(float temperature, std::optional<int64_t> frame = {});
  // All of these. Applied to a new stream of the same options and sound, in order, they give the
  // same bytes.
  const std::vector<Change>& changes() const { return changes_; }
  int64_t apply(const Change& change);

 private:
  int64_t total_frames() const;
  bool ready() const;
  void take(std::span<const float> samples);
  void hear(std::span<const float> samples);  // at 16 kHz
  // One step of each, for all of them the first or for none.
  static void step(ops::NativeOps& ops, std::span<Stream* const> streams);
  void take_changes(ops::NativeOps& ops);
  void add_frame(std::span<const float> values);
  int64_t soonest_change() const { return face_->frames_heard() + condition::kChangeReach; }

  std::shared_ptr<const LiveModel> model_;
  StreamOptions options_;
  audio::Resampler resampler_;
  std::vector<float> resampled_;  // a piece of the sound
  int64_t samples_ = 0;           // at 16 kHz
  float last_ = 0;                // the last sample
  int64_t rising_ = 0;            // how many still rise after a gap
  bool finished_ = false;
  std::optional<Hearing> hearing_;
  std::optional<Performances> face_;
  std::deque<Change> temperatures_;  // to come, by frame
  std::vector<Change> changes_;
  face::BlinkDraws blinks_;
  std::deque<int, Recycled<int>> loudness_;  // of frames that are heard and not made
  double squares_ = 0;                       // of the frame that is being heard
  int64_t in_frame_ = 0;
  std::deque<Frame, Recycled<Frame>> frames_;
  int64_t frames_made_ = 0, frames_out_ = 0;
};

}  // namespace flowtalk::stream
