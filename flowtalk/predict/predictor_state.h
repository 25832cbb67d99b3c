// What a Predictor holds, and the steps that its functions share. Internal to this room.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <span>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/model/native.h"
#include "flowtalk/params/native_params.h"
#include "flowtalk/predict/predictor.h"

namespace flowtalk::predict {

struct Predictor::State {
  model::ModelConfig config;
  mutable ThreadPool pool;
  mutable std::mutex mutex;  // the pool serves one loop at a time
  mutable ops::NativeOps ops;
  std::unique_ptr<model::NativeFlowTalk> model;

  std::function<void()> drop_pages = [] {};  // of an external encoder's file

  explicit State(int threads) : pool(threads), ops(pool) {}

  void make_model(params::NativeParams& source);
  // The same with the encoder of a Hugging Face folder, which must be that of training.
  void make_model(params::NativeParams& source, const std::filesystem::path& checkpoint,
                  const std::filesystem::path& encoder_folder);
};

// (1, T, C) with one more frame, a copy of the last, if T is odd.
tensor::Tensor even_frames(ops::NativeOps& ops, const tensor::Tensor& x);

// A recorded performance beside its voice, both cut to the shorter of the two.
struct RecordedTake {
  int64_t frames = 0;      // T
  tensor::Tensor speech;   // (1, T', 2C), T' = T or T + 1, even
  tensor::Tensor latents;  // (1, T', D), means of the prior's posterior
};
// Error: lengths that differ by more than a few frames, fewer than 2 frames.
RecordedTake open_take(const model::NativeFlowTalk& model, ops::NativeOps& ops,
                       const SpeechFeatures& speech, const motion::Motion& motion);

// Condition and base of a clip under several conditions, (B, T', ...).
model::FlowCondition<ops::NativeOps> prepare(const model::NativeFlowTalk& model,
                                             ops::NativeOps& ops, const tensor::Tensor& speech,
                                             std::span<const Condition> conditions);

// A performance under several emotions is the blend of those under each
// (condition::emotions_apart).
class Blend {
 public:
  // share x motion, (T) and (T, 53); all motions alike, all shares of a frame add up to 1.
  void add(const tensor::Tensor& motion, std::span<const float> share);
  // (T, 53). A frame of one motion alone, or in which all motions are the same, keeps its bits.
  const tensor::Tensor& motion() const { return sum_; }

 private:
  tensor::Tensor first_, sum_;
};

// Usage Error: a condition out of range or of other emotions than the model's, a curve that is not
// as long as the voice (`frames`).
void check(std::span<const Condition> asked, const Conditions& conditions, int64_t frames);
void check_curve(const condition::EmotionCurve& curve, const Conditions& conditions,
                 int64_t frames);
void check_style(int style, const Conditions& conditions);

// The first `frames` of a curve; its last one is repeated where it has fewer.
condition::EmotionCurve with_frames(condition::EmotionCurve curve, int64_t frames);

// The curve of a condition, or its one emotion, for `frames` frames; the last is repeated.
condition::EmotionCurve curve_of(const Condition& condition, const Conditions& conditions,
                                 int64_t frames);
// The weights of a mix of the model's emotions; empty: neutral.
std::vector<float> mix_of(const std::vector<float>& emotion, const Conditions& conditions);

// Usage Error: another number of weights than emotions, a negative one, weights that do not sum to
// one, a strength out of range.
void check_emotion(std::span<const float> weights, float strength, const Conditions& conditions);

}  // namespace flowtalk::predict
