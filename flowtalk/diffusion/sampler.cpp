#include "flowtalk/diffusion/sampler.h"

#include "flowtalk/base/fields.h"

namespace flowtalk::diffusion {

std::string text_of(Sampler sampler) { return sampler == Sampler::kDdim ? "ddim" : "ddpm"; }

void from_text(const std::string& word, Sampler& sampler) {
  if (word == "ddim") {
    sampler = Sampler::kDdim;
  } else if (word == "ddpm" || word == "p_sample") {
    sampler = Sampler::kDdpm;
  } else {
    fail("unknown sampler '{}'{}; expected ddim or ddpm", word,
         did_you_mean(word, {"ddim", "ddpm"}));
  }
}

}  // namespace flowtalk::diffusion
