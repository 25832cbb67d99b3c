// FaceDiffuser (Stan et al., 2023) as ProbTalk3D ships it for MEAD, and over the latents of a VAE.
#pragma once

#include "flowtalk/foreign/plan.h"

namespace flowtalk::foreign {

// Error: other than 53 FLAME values a frame.
Plan plan_face_diffuser(const Published& file, const Choices& choices);
Plan plan_latent_diffusion(const Published& file, const Choices& choices);

}  // namespace flowtalk::foreign
