#include "flowtalk/diffusion/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "flowtalk/base/error.h"

namespace flowtalk::diffusion {
namespace {

double kept(double share) {
  const double root = std::cos(std::numbers::pi / 2 * (share + 0.008) / 1.008);
  return root * root;
}

}  // namespace

std::vector<Step> cosine_schedule(int steps) {
  FT_CHECK(steps >= 2, "{} steps", steps);
  std::vector<Step> schedule;
  double before = 1, second_variance = 0;
  std::vector<double> variances;
  for (int t = 0; t < steps; ++t) {
    const double beta = std::min(1 - kept((t + 1.0) / steps) / kept(double(t) / steps), 0.999);
    const double abar = before * (1 - beta);
    const double variance = beta * (1 - before) / (1 - abar);
    if (t == 1) second_variance = variance;
    variances.push_back(variance);
    Step step;
    step.keep = static_cast<float>(std::sqrt(abar));
    step.noise = static_cast<float>(std::sqrt(1 - abar));
    step.inverse = static_cast<float>(std::sqrt(1 / abar));
    step.inverse_less_one = static_cast<float>(std::sqrt(1 / abar - 1));
    step.abar = static_cast<float>(abar);
    step.abar_before = static_cast<float>(before);
    step.of_x0 = static_cast<float>(beta * std::sqrt(before) / (1 - abar));
    step.of_x = static_cast<float>((1 - before) * std::sqrt(1 - beta) / (1 - abar));
    schedule.push_back(step);
    before = abar;
  }
  // The variance of the first step is 0; that of the second stands for its logarithm.
  variances.front() = second_variance;
  for (size_t t = 0; t < schedule.size(); ++t) {
    schedule[t].log_variance = static_cast<float>(std::log(variances[t]));
  }
  return schedule;
}

}  // namespace flowtalk::diffusion
