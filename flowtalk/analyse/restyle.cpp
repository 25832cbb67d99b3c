#include "flowtalk/analyse/restyle.h"

#include <array>
#include <cmath>

#include "flowtalk/analyse/recorded_take.h"
#include "flowtalk/base/error.h"
#include "flowtalk/face/blinks.h"
#include "flowtalk/motion/layout.h"

namespace flowtalk::analyse {

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

motion::Motion restyle(const predict::Session& session, const predict::SpeechFeatures& speech,
                       const motion::Motion& motion, const condition::Asked& from,
                       const condition::Asked& to, float keep) {
  const std::array asked = {from, to};
  const Conditions& conditions = session.config().conditions;
  check(asked, conditions, speech.values.dim(1));
  const predict::Workspace work(session);
  NativeOps& ops = work.ops;
  const auto& generator = work.network.generator;
  const RecordedTake take = open_take(work.network, ops, speech, motion);
  const auto a = prepare(work.network, ops, take.speech, {&from, 1});
  const Tensor u = generator.to_base(ops, take.latents, a).value;
  const Tensor r = ops.scale(generator.base.residual(ops, u, a.base), keep);
  predict::Blend result;
  const auto curve = curve_of(to, conditions, take.speech.dim(1));
  for (const auto& emotion : condition::emotions_apart(curve)) {
    const condition::Asked one{.style = to.style, .curve = emotion.curve};
    const auto b = prepare(work.network, ops, take.speech, {&one, 1});
    const Tensor moved = ops.add(b.base.mean, ops.mul(ops.exp(b.base.log_sd), r));
    const Tensor made = work.network.prior.decode(ops, generator.latents_of(ops, moved, b));
    for (const float v : made.values()) {
      if (!std::isfinite(v)) fail("restyle: the model gave a value that is not finite");
    }
    const auto wanted = static_cast<size_t>(take.frames * motion::kLive);
    result.add(Tensor({take.frames, motion::kLive}, made.values().first(wanted)), emotion.share);
  }
  const motion::Axes axes = session.config().axes;
  if (axes != motion::Axes::kBuiltin) return of_live(result.motion(), axes);
  return of_live(with_blinks_of(motion, result.motion()), axes);
}

}  // namespace flowtalk::analyse
