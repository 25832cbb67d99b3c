// A recorded performance under another condition.
#include <array>
#include <cmath>

#include "flowtalk/base/error.h"
#include "flowtalk/face/blinks.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/predict/predictor_state.h"

namespace flowtalk::predict {

using ops::NativeOps;
using tensor::Tensor;

namespace {

// The prior smooths blinks away; they are put back where the take has them.
Tensor with_blinks_of(const motion::Motion& take, const Tensor& made) {
  Tensor motion = made.clone();
  const auto blinks = face::find_blinks(take);
  for (int64_t t = 0; t < motion.dim(0); ++t) {
    const auto at = static_cast<size_t>(t);
    face::blink(motion.values().subspan(at * motion::kLive, motion::kLive), blinks[at]);
  }
  return motion;
}

}  // namespace

motion::Motion Predictor::restyle(const SpeechFeatures& speech, const motion::Motion& motion,
                                  const Condition& from, const Condition& to, float keep) const {
  const std::array asked = {from, to};
  const Conditions& conditions = state_->config.conditions;
  check(asked, conditions, speech.values.dim(1));
  const std::lock_guard lock(state_->mutex);
  NativeOps& ops = state_->ops;
  const auto& generator = state_->model->generator;
  const RecordedTake take = open_take(*state_->model, ops, speech, motion);
  const auto a = prepare(*state_->model, ops, take.speech, {&from, 1});
  const Tensor u = generator.to_base(ops, take.latents, a).value;
  const Tensor r = ops.scale(generator.base.residual(ops, u, a.base), keep);
  Blend result;
  const auto curve = curve_of(to, conditions, take.speech.dim(1));
  for (const auto& emotion : condition::emotions_apart(curve)) {
    const Condition one{.style = to.style, .curve = emotion.curve};
    const auto b = prepare(*state_->model, ops, take.speech, {&one, 1});
    const Tensor moved = ops.add(b.base.mean, ops.mul(ops.exp(b.base.log_sd), r));
    const Tensor made = state_->model->prior.decode(ops, generator.latents_of(ops, moved, b));
    for (const float v : made.values()) {
      if (!std::isfinite(v)) fail("restyle: the model gave a value that is not finite");
    }
    const auto wanted = static_cast<size_t>(take.frames * motion::kLive);
    result.add(Tensor({take.frames, motion::kLive}, made.values().first(wanted)), emotion.share);
  }
  const motion::Axes axes = state_->config.axes;
  if (axes != motion::Axes::kBuiltin) return of_live(result.motion(), axes);
  return of_live(with_blinks_of(motion, result.motion()), axes);
}

}  // namespace flowtalk::predict
