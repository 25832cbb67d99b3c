// The face of a stream: one performance for each emotion that has a share, all of the same voice,
// style and noise, and their blend (docs/decisions/007). State of one stream.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "flowtalk/base/recycled.h"
#include "flowtalk/condition/live_amounts.h"
#include "flowtalk/nn/together.h"
#include "flowtalk/predict/regions.h"
#include "flowtalk/stream/live_model.h"

namespace flowtalk::stream {

class Performances {
 public:
  // amounts (E) of emotions and shares (S) of styles from the start.
  Performances(std::shared_ptr<const LiveModel> model, ops::NativeOps& ops, uint64_t seed,
               uint32_t take, const predict::RegionTemperatures& temperatures,
               condition::Amounts emotion, condition::Amounts style);

  // From frames on that no step has reached; see LiveAmounts.
  condition::LiveAmounts& emotion() { return emotion_; }
  condition::LiveAmounts& style() { return style_; }
  // From the next step on.
  void set_temperatures(ops::NativeOps& ops, const predict::RegionTemperatures& temperatures);

  int64_t frames_made() const { return made_; }
  int64_t frames_heard() const { return heard_; }  // frames_made() and those the fusion looks ahead

  // Of faces over one model: the speech features (B, n, 2C) that follow, n = 2, at first the frames
  // of the look-ahead as well, for none or for all of them -> of each the next two frames of motion
  // (2, 53). What a face does depends on no other.
  static RecycledVector<tensor::Tensor> step(ops::NativeOps& ops, nn::Together<Performances> faces,
                                             const tensor::Tensor& speech);

 private:
  // One emotion's.
  struct Performance {
    size_t emotion;
    condition::Fusion<ops::NativeOps>::Past fusion;
    LiveModel::Flow::State flow;
    prior::AnyPrior<ops::NativeOps>::Past prior;
  };
  // What a frame is asked for.
  struct Frame {
    RecycledVector<float> share;  // (E)
    float strength = 0;
  };

  // What the frames that are heard next are asked for: shares of the styles (n, S) beside it.
  struct Heard {
    RecycledVector<Frame> frames;
    RecycledVector<float> style;
  };

  Heard hear(int64_t count);
  // What the next frame is asked for; in neutral ones the shares of the frame before hold.
  Frame asked_for();
  // Performances for the emotions that have a share and none yet. A new one goes on from where that
  // of the largest share is, so that no face jumps.
  void open(const Frame& frame);
  // Without those that have none any more.
  void close();
  // The emotion vector (1, n, K) of one emotion's performance.
  tensor::Tensor control(ops::NativeOps& ops, const Performance& performance,
                         std::span<const Frame> frames) const;
  // The rows of motions (N, 2, 53) from `row` on, of each performance under each noise, as one face
  // (2, 53); moves `row` beyond them.
  tensor::Tensor blend(ops::NativeOps& ops, const tensor::Tensor& motions, int64_t& row);

  std::shared_ptr<const LiveModel> model_;
  condition::LiveAmounts emotion_, style_;
  bool expressed_ = false;                      // has any emotion had a share yet?
  std::vector<Performance> performances_;       // by emotion
  std::deque<Frame, Recycled<Frame>> waiting_;  // of frames that are heard and not made
  Frame last_;                                  // that was heard
  std::array<size_t, predict::kMotionRegions> noise_of_region_{};
  int64_t heard_ = 0, made_ = 0;
};

}  // namespace flowtalk::stream
