// A recorded performance under another condition.
#include <array>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/predict/predictor_state.h"

namespace flowtalk::predict {

using ops::NativeOps;
using tensor::Tensor;

Tensor Predictor::restyle(const SpeechFeatures& speech, const Tensor& motion, const Condition& from,
                          const Condition& to, float keep) const {
  const std::array conditions = {from, to};
  check(conditions, speech.values.dim(1));
  const std::lock_guard lock(state_->mutex);
  NativeOps& ops = state_->ops;
  const auto& generator = state_->model->generator;
  const RecordedTake take = open_take(*state_->model, ops, speech, motion);
  const auto a = prepare(*state_->model, ops, take.speech, {&from, 1});
  const Tensor u = generator.to_base(ops, take.latents, a).value;
  const Tensor r = ops.scale(generator.base.residual(ops, u, a.base), keep);
  const auto b = prepare(*state_->model, ops, take.speech, {&to, 1});
  const Tensor moved = ops.add(b.base.mean, ops.mul(ops.exp(b.base.log_sd), r));
  const Tensor made = state_->model->prior.decode(ops, generator.latents_of(ops, moved, b));
  for (const float v : made.values()) {
    if (!std::isfinite(v)) fail("restyle: the model gave a value that is not finite");
  }
  return Tensor({take.frames, flame::kMotion},
                made.values().first(static_cast<size_t>(take.frames * flame::kMotion)));
}

}  // namespace flowtalk::predict
