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
    face::blink_shut(motion.values().subspan(at * motion::kLive, motion::kLive), blinks[at]);
  }
  return motion;
}

// Of the whole of a take, (T, 53): its residual under `from` played under `to`.
template <class Generator>
Tensor moved(const Generator& generator, const predict::Workspace& work, const RecordedTake& take,
             const condition::Asked& from, const condition::Asked& to, float keep) {
  NativeOps& ops = work.ops;
  const auto under = [&](const condition::Asked& asked) {
    return generator.prepare(ops, condition_of(work, take, {&asked, 1}));
  };
  const Tensor r = ops.scale(generator.judge(ops, take.latents, under(from)).residual, keep);
  predict::Blend result;
  const auto curve = curve_of(to, work.network.config.conditions, take.speech.dim(1));
  for (const auto& emotion : condition::emotions_apart(curve)) {
    const auto z =
        generator.from_residual(ops, r, under({.style = to.style, .curve = emotion.curve}));
    const Tensor made = work.network.prior.decode(ops, z.values);
    for (const float v : made.values()) {
      if (!std::isfinite(v)) fail("restyle: the model gave a value that is not finite");
    }
    const auto wanted = static_cast<size_t>(take.frames * motion::kLive);
    result.add(Tensor({take.frames, motion::kLive}, made.values().first(wanted)), emotion.share);
  }
  return result.motion();
}

}  // namespace

motion::Motion restyle(const predict::Session& session, const predict::SpeechFeatures& speech,
                       const motion::Motion& motion, const condition::Asked& from,
                       const condition::Asked& to, float keep) {
  const std::array asked = {from, to};
  const Conditions& conditions = session.config().conditions;
  for (const condition::Asked& one : asked) check(one, conditions, speech.values.dim(1));
  const predict::Workspace work(session);
  const Tensor made = density_of(work, session, "restyle", [&](const auto& generator) {
    const RecordedTake take = open_take(work.network, work.ops, speech, motion);
    return moved(generator, work, take, from, to, keep);
  });
  const motion::Axes axes = session.config().axes;
  if (axes != motion::Axes::kBuiltin) return of_live(made, axes);
  return of_live(with_blinks_of(motion, made), axes);
}

}  // namespace flowtalk::analyse
