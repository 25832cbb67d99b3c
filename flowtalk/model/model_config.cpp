#include "flowtalk/model/model_config.h"

#include "flowtalk/base/error.h"

namespace flowtalk::model {

void ModelConfig::check(const std::string& where) const {
  prior.check(where, frame_values());
  timing.check(where);
  generate::check_prior(family(), text_of(prior.kind), where);
  if (!timing.padded() && generate::needs_even_frames(generator)) {
    fail("{}: this generator takes frames in pairs, timing.rule {} makes any number; set padded",
         where, text_of(timing.rule));
  }
  const int64_t width = condition::condition_width(condition, speech_width());
  if (generate::keeps_width(generator) && width != prior.latent) {
    fail("{}: a sequence network needs conditions as wide as latents, got {} and {}", where, width,
         prior.latent);
  }
  const int wanted = generate::wanted_condition(generator);
  if (wanted > 0 && width != wanted) {
    fail("{}: without a linear map the condition must be {} wide, as the denoiser, got {}", where,
         wanted, width);
  }
  const bool beside = condition.form == condition::Form::kOutput;
  if (!beside && generate::needs_asked(generator)) {
    fail("{}: an autoregressive network needs condition.form output, got {}", where,
         text_of(condition.form));
  }
  const int asked = generate::asked_width(generator);
  if (beside && asked == 0) {
    fail(
        "{}: condition.form output lays emotion and style beside the speech, where this generator "
        "does "
        "not hear them; set condition.form graph or product",
        where);
  }
  if (beside && condition.width != asked) {
    fail(
        "{}: condition.width must be {} with condition.form output, as wide as what it changes, "
        "got {}",
        where, asked, condition.width);
  }
}

}  // namespace flowtalk::model
