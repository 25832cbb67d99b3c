// The steps that the judgements of a recorded performance share. Internal to this room.
#pragma once

#include <span>
#include <string_view>

#include "flowtalk/analyse/likelihood.h"
#include "flowtalk/predict/workspace.h"

namespace flowtalk::analyse {

// A recorded performance beside its voice, both cut to the shorter of the two.
struct RecordedTake {
  int64_t frames = 0;      // T
  tensor::Tensor speech;   // (1, T' or more, 2C), T' = T or T + 1, even; with what a bounded model
                           // hears beyond them
  tensor::Tensor latents;  // (1, T', D), means of the prior's posterior
};
// Error: lengths that differ by more than a few frames, fewer than 2 frames.
RecordedTake open_take(const model::NativeFlowTalk& model, ops::NativeOps& ops,
                       const predict::SpeechFeatures& speech, const motion::Motion& motion);

// c of a take under several conditions, (B, T', K).
condition::Condition<ops::NativeOps> condition_of(const predict::Workspace& work,
                                                  const RecordedTake& take,
                                                  std::span<const condition::Asked> conditions);

// What `use(generator)` returns, if the model's generator has a density; else require_density's
// Error.
template <class Use>
auto density_of(const predict::Workspace& work, const predict::Session& session,
                std::string_view purpose, Use&& use) {
  return generate::density_of(work.network.generator, session.model().name(), purpose, use);
}

// Usage Error: a condition out of range, a curve that is not as long as the voice (`frames`).
void check(std::span<const condition::Asked> asked, const Conditions& conditions, int64_t frames);

}  // namespace flowtalk::analyse
