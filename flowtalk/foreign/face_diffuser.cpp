#include "flowtalk/foreign/face_diffuser.h"

#include "flowtalk/base/error.h"
#include "flowtalk/diffusion/published_names.h"
#include "flowtalk/foreign/probtalk3d.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/nn/published_names.h"

namespace flowtalk::foreign {
namespace {

constexpr int kSkipped = 900, kOfSteps = 1000;  // what the published prediction leaves out

// The denoiser, over latents that the plan has already, under the product condition.
void add_denoiser(Plan& plan, const Published& file) {
  auto& model = plan.model;
  model.condition.form = condition::Form::kProduct;
  model.condition.width = static_cast<int>(file.axis("cond_projection.weight", 0));
  auto& generator = model.generator;
  generator.kind = generate::Kind::kDiffusion;
  auto& diffusion = generator.diffusion;
  diffusion.width = static_cast<int>(file.axis("gru.weight_hh_l0", 1));
  diffusion.layers = static_cast<int>(file.count("gru.weight_hh_l*"));
  diffusion.steps = static_cast<int>(file.axis("time_mlp.0.weight", 1));
  diffusion.skip = diffusion.steps * kSkipped / kOfSteps;
  diffusion.condition = false;
  plan.names = nn::together({plan.names,
                             diffusion::denoiser_names("generator/denoiser/"),
                             nn::linear_names("generator/speech", "cond_projection"),
                             {{"generator/asked/weight", "obj_vector.weight"}}});
}

}  // namespace

Plan plan_face_diffuser(const Published& file, const Choices& choices) {
  const int64_t values = file.axis("final_layer.weight", 0);
  if (values != motion::kLive) {
    fail(
        "{}: a FaceDiffuser of {} values a frame, {} vertices; flowtalk takes those of {} FLAME "
        "values",
        file.path(), values, values / 3, motion::kLive);
  }
  Plan plan;
  begin_flame(plan, file, choices, values);
  plan.model.prior = prior::without_prior();
  plan.model.timing.rule = encoder::FrameRule::kLessOne;
  plan.given["prior/motion_mean"] = std::vector<float>(motion::kLive, 0.0f);
  plan.given["prior/motion_sd"] = std::vector<float>(motion::kLive, 1.0f);
  add_denoiser(plan, file);
  return plan;
}

Plan plan_latent_diffusion(const Published& file, const Choices& choices) {
  Plan plan;
  add_probtalk3d_prior(plan, file, "motion_prior.", choices);
  begin_flame(plan, file, choices, plan.model.prior.latent);
  plan.model.timing.rule = encoder::FrameRule::kPairs;
  plan.given.erase("generator/latent_mean");
  plan.given.erase("generator/latent_sd");
  plan.names = nn::together(
      {plan.names,
       {{"generator/latent_mean", "latent_mean"}, {"generator/latent_sd", "latent_sd"}}});
  add_denoiser(plan, file);
  return plan;
}

}  // namespace flowtalk::foreign
