// Voice -> motion with a trained model, on the native backend. A Predictor is immutable once
// loaded.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "flowtalk/audio/audio.h"
#include "flowtalk/encoder/speech_features.h"
#include "flowtalk/model/model_config.h"
#include "flowtalk/motion/motion.h"
#include "flowtalk/predict/likelihood.h"
#include "flowtalk/predict/predict_options.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::predict {

using encoder::SpeechFeatures;

class Predictor {
 public:
  // `encoder` is a Hugging Face folder, for models whose encoder is not in their checkpoint; else
  // "". Error: folder or file missing or damaged, tensors missing, extra or misshapen; an encoder
  // that is missing, not wanted, or not the one of training.
  static Predictor load(const std::filesystem::path& checkpoint, int threads = 0,
                        const std::filesystem::path& encoder = {});
  ~Predictor();
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;

  const model::ModelConfig& config() const;

  // Long clips go through in windows (encoder/speech_features.h).
  SpeechFeatures encode(const audio::Audio& audio) const;
  // Expression (T, 50) and jaw at 25 fps, T = round(25 duration). The same options
  // give the same bytes, for any number of threads. Error: an option out of range, a curve of
  // another length, regions of a face with other expression axes.
  motion::Motion predict(const SpeechFeatures& speech, const PredictOptions& options) const;
  motion::Motion predict(const audio::Audio& audio, const PredictOptions& options) const {
    return predict(encode(audio), options);
  }

  // The exact density of a recorded performance under a condition. Voice and
  // motion may differ by a few frames; the rest of the longer one is left out. Error: lengths that
  // differ more, fewer than 2 frames, a condition out of range.
  Likelihood likelihood(const SpeechFeatures& speech, const motion::Motion& motion,
                        const Condition& condition) const;
  // The same under many conditions, in much less time than one by one.
  std::vector<Likelihood> likelihoods(const SpeechFeatures& speech, const motion::Motion& motion,
                                      std::span<const Condition> conditions) const;
  // How much of a motion the motion prior cannot show: what its reconstruction misses in
  // the median frame (blinks are rare and smoothed away), as a share of the RMS of the larger of
  // the two. Near 0: motion like that of training; near 1: no such face, of which densities say
  // nothing.
  double prior_error(const motion::Motion& motion) const;
  // A recorded performance under another condition: the residual r that the flow
  // finds under `from` is scaled by `keep` and played under `to`, under each emotion of a mixture
  // or curve alone, which are blended. Its frames are those of the shorter of voice and motion.
  // `from` again with keep 1 gives the motion prior's reconstruction, if it is of one emotion. The
  // take's blinks (face/blinks.h) stay whatever `keep` is, on the built-in head's axes.
  motion::Motion restyle(const SpeechFeatures& speech, const motion::Motion& motion,
                         const Condition& from, const Condition& to, float keep = 1) const;
  std::vector<float> base_rho() const;  // (2D), AR(1) coefficients of the base

 private:
  struct State;
  explicit Predictor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Where a model that ships is, by its folder: $FLOWTALK_MODELS/NAME, beside the program (models/,
// also
// ../share/flowtalk/models), or the source tree it was built from. Error that lists the places.
std::filesystem::path shipped_model(const std::string& name);
std::filesystem::path default_checkpoint();  // shipped_model("default")

}  // namespace flowtalk::predict
