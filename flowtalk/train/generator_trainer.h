// What a generator learns from one batch: the terms of its family, and losses on the motion that
// all families share.
#pragma once

#include <vector>

#include "flowtalk/model/flowtalk.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/lip_vertices.h"
#include "flowtalk/train/loop.h"

namespace flowtalk::train {

class GeneratorTrainer {
 public:
  // Keeps references to all of them.
  GeneratorTrainer(const GeneratorRun& config, TorchParams& params, const LipVertices& lips,
                   ops::TorchOps& ops);

  // Latent statistics over the training clips, then what the family takes from one batch.
  void initialise(const std::vector<TrainingClip>& clips, const Batch& batch);
  Losses losses(const Batch& batch, int64_t step);
  Metrics validate(const Batch& batch);

 private:
  condition::Condition<ops::TorchOps> condition(const Batch& batch, const torch::Tensor& dropped);
  Batch with_average_styles(const Batch& batch, int64_t step) const;
  torch::Tensor posterior_sample(const torch::Tensor& motion, torch::Generator generator);
  double ramp_at(int64_t step, bool own_losses) const;
  template <class G>
  torch::Tensor play(const G& family, const typename G::Prepared& prepared, int64_t frames,
                     const torch::Tensor& temperature, torch::Generator generator);
  // Motions of a batch, (B + hot, T, 53); the last `hot` are those of its first windows again, at a
  // random temperature.
  struct Played {
    torch::Tensor motion;
    int64_t hot = 0;
  };
  template <class G>
  Played play_twice(const G& family, const Batch& batch, const typename G::Prepared& prepared,
                    int64_t step, torch::Generator generator);
  void add_motion_losses(const Batch& batch, const Played& played, Losses& result) const;
  template <class G>
  void judge_density(const G& family, const Batch& batch, const torch::Tensor& z, Metrics& m);

  const GeneratorRun& config_;
  TorchParams& params_;
  prior::AnyPrior<ops::TorchOps> prior_;
  condition::AnyConditioner<ops::TorchOps> conditioner_;
  generate::AnyGenerator<ops::TorchOps> generator_;
  const LipVertices& lips_;
  ops::TorchOps& ops_;
};

}  // namespace flowtalk::train
