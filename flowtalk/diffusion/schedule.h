// How much noise a sample holds at each step of diffusion: the cosine schedule of Nichol and
// Dhariwal (Improved DDPM, ICML 2021), with what its samplers need.
#pragma once

#include <vector>

namespace flowtalk::diffusion {

// Of one step t. A noisy sample is x = keep x0 + noise e, where e has unit variance. Computed in
// double precision and rounded, as the published samplers round them.
struct Step {
  float keep = 1, noise = 0;                    // sqrt(abar), sqrt(1 - abar)
  float inverse = 1, inverse_less_one = 0;      // sqrt(1 / abar), sqrt(1 / abar - 1)
  float abar = 1, abar_before = 1;              // abar of t and of t - 1
  float of_x0 = 1, of_x = 0, log_variance = 0;  // of the posterior of t - 1, DDPM
};

// The n steps, the least noisy first. beta_t = min(1 - f((t+1)/n) / f(t/n), 0.999) with f(s) =
// cos^2(pi/2 (s + 0.008) / 1.008).
std::vector<Step> cosine_schedule(int steps);

}  // namespace flowtalk::diffusion
