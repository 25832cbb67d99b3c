// What a generator learns from one batch: the terms of its family, and losses on the motion that
// all families share.
#pragma once

#include <vector>

#include "flowtalk/model/flowtalk.h"
#include "flowtalk/train/draws.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/lip_vertices.h"
#include "flowtalk/train/loop.h"

namespace flowtalk::train {

class GeneratorTrainer {
 public:
  // Keeps references to all of them.
  GeneratorTrainer(const GeneratorRun& config, TorchParams& params, const LipVertices& lips,
                   ops::TorchOps& ops);

  // Latent statistics over the training clips, then what the family takes from one whole batch.
  void initialise(const Clips& clips, const Batch& batch);
  Lesson learn(const Batch& batch, int64_t step);
  // others: the speech of other windows than the batch's, (B, W, 2C).
  Summands judge(const Batch& batch, const torch::Tensor& others);
  Metrics figures(const Losses& means) const;

 private:
  condition::Condition<ops::TorchOps> condition(const Batch& batch, const torch::Tensor& dropped);
  Batch with_average_styles(const Batch& batch, const Draws& draws) const;
  torch::Tensor posterior_sample(const torch::Tensor& motion, const Draws& draws);
  double ramp_at(int64_t step, bool own_losses) const;
  // Windows at a temperature each; a family without chance has one answer to each.
  struct Takes {
    std::vector<int64_t> item;       // its place among all, an address
    std::vector<float> temperature;  // as many
  };
  template <class G>
  torch::Tensor play(const G& family, const typename G::Prepared& prepared, int64_t frames,
                     const Takes& takes, const Draws& draws);
  // Motions of a batch, (B + hot, T, 53); the last are those of some of its windows again, at a
  // random temperature.
  struct Played {
    torch::Tensor motion;
    torch::Tensor again;  // (hot) int64, which windows
  };
  template <class G>
  Played play_twice(const G& family, const Batch& batch, const typename G::Prepared& prepared,
                    int64_t step, const Draws& draws);
  void add_motion_losses(const Batch& batch, const Played& played, Summands& parts) const;
  template <class G>
  Summand nll(const G& family, const torch::Tensor& z, const typename G::Prepared& prepared,
              const Batch& batch);
  template <class G>
  void judge_density(const G& family, const Batch& batch, const torch::Tensor& others,
                     const torch::Tensor& z, Summands& parts);

  const GeneratorRun& config_;
  TorchParams& params_;
  prior::AnyPrior<ops::TorchOps> prior_;
  condition::AnyConditioner<ops::TorchOps> conditioner_;
  generate::AnyGenerator<ops::TorchOps> generator_;
  const LipVertices& lips_;
  ops::TorchOps& ops_;
};

}  // namespace flowtalk::train
