// The exact density that the flow gives a recorded performance: log p(z | voice, emotion, strength,
// style). It is the density of the motion prior's standardised latents (the encoder's means), not
// of the motion itself; docs/likelihood.md says what that means.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "flowtalk/condition/asked.h"
#include "flowtalk/motion/motion.h"
#include "flowtalk/predict/session.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::analyse {

// How many frames a recording and its voice may differ by in length: a tenth, 2 to 5. They rarely
// end in the same frame; motion of another frame rate differs by more.
constexpr int64_t most_cut(int64_t frames) {
  const int64_t tenth = frames / 10;
  return tenth < 2 ? 2 : tenth > 5 ? 5 : tenth;
}

struct Likelihood {
  double log_prob = 0;       // natural logarithm, summed over all whole pairs of frames
  int64_t dimensions = 0;    // latent values counted: 2 (T/2) D; the last frame of an odd T is not
  tensor::Tensor residual;   // r = (u - m) / sd of the base, (T/2, 2D)
  tensor::Tensor log_probs;  // natural logarithm per pair of frames, (T/2)
  double bits_per_dim() const;  // -log_prob / (dimensions ln 2)
};

// The exact density of a recorded performance under a condition. Voice and motion may differ by a
// few frames; the rest of the longer one is left out. Error: lengths that differ more, fewer than 2
// frames, a condition out of range.
Likelihood likelihood(const predict::Session& session, const predict::SpeechFeatures& speech,
                      const motion::Motion& motion, const condition::Asked& asked);
// The same under many conditions, in much less time than one by one.
std::vector<Likelihood> likelihoods(const predict::Session& session,
                                    const predict::SpeechFeatures& speech,
                                    const motion::Motion& motion,
                                    std::span<const condition::Asked> conditions);

std::vector<float> base_rho(const predict::Session& session);  // (2D), AR(1) of the residual

}  // namespace flowtalk::analyse
