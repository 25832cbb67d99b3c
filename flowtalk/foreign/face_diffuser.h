// FaceDiffuser (Stan et al., 2023): its own releases, that which ProbTalk3D ships for MEAD, and one
// over the latents of a VAE.
#pragma once

#include "flowtalk/foreign/plan.h"

namespace flowtalk::foreign {

// Of 53 FLAME values or of vertices. Told identity, emotion and level (43 wide) it is that for
// MEAD, else one of its own releases, which know subjects alone.
Plan plan_face_diffuser(const Published& file, const Choices& choices);
Plan plan_latent_diffusion(const Published& file, const Choices& choices);

}  // namespace flowtalk::foreign
