#include "flowtalk/analyse/plausibility.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "flowtalk/motion/layout.h"
#include "flowtalk/predict/workspace.h"

namespace flowtalk::analyse {

using tensor::Tensor;

double prior_error(const predict::Session& session, const motion::Motion& recording) {
  const Tensor motion = live_of(recording);
  const predict::Workspace work(session);
  ops::NativeOps& ops = work.ops;
  const auto& prior = work.network.prior;
  const Tensor latents = prior.encode(ops, motion.reshape({1, motion.dim(0), motion::kLive})).mean;
  const Tensor shown = prior.decode(ops, latents);
  const auto frames = static_cast<size_t>(motion.dim(0));
  std::vector<double> missed(frames, 0.0);  // squared, per frame
  double recorded = 0, power = 0;
  for (size_t i = 0; i < static_cast<size_t>(motion.size()); ++i) {
    const double a = double{motion.values()[i]}, b = double{shown.values()[i]};
    missed[i / motion::kLive] += (a - b) * (a - b);
    recorded += a * a;
    power += b * b;
  }
  const auto middle = missed.begin() + static_cast<std::ptrdiff_t>(frames / 2);
  std::nth_element(missed.begin(), middle, missed.end());
  return std::sqrt(*middle * static_cast<double>(frames) / std::max({recorded, power, 1e-12}));
}

}  // namespace flowtalk::analyse
