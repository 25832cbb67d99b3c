// Voice -> motion with a model. A session is the threads and the workspace of one caller; many may
// run at once over one Model, whose weights they share.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/encoder/speech_features.h"
#include "flowtalk/motion/motion.h"
#include "flowtalk/predict/model.h"
#include "flowtalk/predict/predict_options.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::predict {

using encoder::SpeechFeatures;

// Calls of several threads to one session take turns; for work at once, give each its own.
class Session {
 public:
  explicit Session(std::shared_ptr<const Model> model, int threads = 0);  // 0: one per core
  // Over a model of its own; see Model::load.
  static Session open(const std::filesystem::path& checkpoint, int threads = 0,
                      const std::filesystem::path& encoder = {});
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  const Model& model() const { return *shared_model(); }
  const std::shared_ptr<const Model>& shared_model() const;
  const model::ModelConfig& config() const { return model().config(); }

  // Noise, hum and tones without a voice are heard as silence (audio/voiceless.h), but by models
  // that hear live. Long clips are
  // encoded in windows of 20 s with 2 s of context on both sides, so that memory and
  // time grow linearly. A published system's timing: the voice as it is, in one piece.
  SpeechFeatures encode(const audio::Audio& audio) const;
  // Expression (T, 50) and jaw at 25 fps, T = round(25 duration) or by the timing. The same options
  // give the same bytes, for any number of threads. Error: an option out of range, a curve of
  // another length, regions of a face with other expression axes.
  // Error: a model of vertices.
  motion::Motion predict(const SpeechFeatures& speech, const PredictOptions& options) const;
  // The same of `count` takes from options.take on, made side by side of one condition.
  std::vector<motion::Motion> predict_takes(const SpeechFeatures& speech,
                                            const PredictOptions& options, int64_t count) const;
  // Of a model of vertices, at the rate of its timing: (T, V, 3). Error: an option out of range, or
  // that only FLAME's parameters can follow.
  tensor::Tensor predict_vertices(const SpeechFeatures& speech,
                                  const PredictOptions& options) const;
  std::vector<tensor::Tensor> predict_vertex_takes(const SpeechFeatures& speech,
                                                   const PredictOptions& options,
                                                   int64_t count) const;
  motion::Motion predict(const audio::Audio& audio, const PredictOptions& options) const {
    return predict(encode(audio), options);
  }

  struct State;  // predict/workspace.h
  State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace flowtalk::predict
