// From noise to samples: the loops of DDPM (Ho et al., 2020) and DDIM (Song et al., 2021) for a
// network that predicts x0, without clipping. Every step that is not skipped is taken, one by one.
//
// Shapes: x (N, T, D).
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include "flowtalk/base/error.h"
#include "flowtalk/diffusion/schedule.h"
#include "flowtalk/ops/ops.h"

namespace flowtalk::diffusion {

enum class Sampler { kDdim, kDdpm };

// Text value of a field table: "ddim", "ddpm". Error: another word.
std::string text_of(Sampler sampler);
void from_text(const std::string& word, Sampler& sampler);

struct SamplerOptions {
  Sampler sampler = Sampler::kDdim;
  int skip = 0;   // steps left out at the noisy end
  float eta = 0;  // of DDIM: share of fresh noise in each step
};

// The sample before the step, of x at the step and x0 as the network sees it. `fresh()` is unit
// noise (N, T, D), asked for only where it is used.
template <class Ops, class Fresh>
ops::TensorOf<Ops> step_back(Ops& ops, const Step& step, bool last, const SamplerOptions& options,
                             const ops::TensorOf<Ops>& x, const ops::TensorOf<Ops>& x0,
                             Fresh&& fresh) {
  if (options.sampler == Sampler::kDdpm) {
    const auto mean = ops.add(ops.scale(x0, step.of_x0), ops.scale(x, step.of_x));
    return last ? mean : ops.add(mean, ops.scale(fresh(), std::exp(0.5f * step.log_variance)));
  }
  const float sigma = options.eta * std::sqrt((1 - step.abar_before) / (1 - step.abar)) *
                      std::sqrt(1 - step.abar / step.abar_before);
  const auto e = ops.scale(ops.sub(ops.scale(x, step.inverse), x0), 1 / step.inverse_less_one);
  const float rest = std::sqrt(1 - step.abar_before - sigma * sigma);
  const auto mean = ops.add(ops.scale(x0, std::sqrt(step.abar_before)), ops.scale(e, rest));
  return last || sigma == 0 ? mean : ops.add(mean, ops.scale(fresh(), sigma));
}

// x0 of unit noise. With steps skipped the loop begins at noise around zero of the size that the
// step has, else at the noise itself.
//   predict(x, t)   x0 that the network sees in x at step t
//   fresh(t)        unit noise for step t
template <class Ops, class Predict, class Fresh>
ops::TensorOf<Ops> sample(Ops& ops, std::span<const Step> schedule, const SamplerOptions& options,
                          const ops::TensorOf<Ops>& noise, Predict&& predict, Fresh&& fresh) {
  const int first = static_cast<int>(schedule.size()) - 1 - options.skip;
  FT_CHECK(options.skip >= 0 && first >= 0, "skip {} of {}", options.skip, schedule.size());
  auto x = options.skip == 0 ? noise : ops.scale(noise, schedule[static_cast<size_t>(first)].noise);
  for (int t = first; t >= 0; --t) {
    const auto x0 = predict(x, t);
    x = step_back(ops, schedule[static_cast<size_t>(t)], t == 0, options, x, x0,
                  [&] { return fresh(t); });
  }
  return x;
}

}  // namespace flowtalk::diffusion
