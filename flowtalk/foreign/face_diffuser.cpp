#include "flowtalk/foreign/face_diffuser.h"

#include "flowtalk/base/error.h"
#include "flowtalk/diffusion/published_names.h"
#include "flowtalk/foreign/probtalk3d.h"
#include "flowtalk/foreign/subjects.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/nn/published_names.h"

namespace flowtalk::foreign {
namespace {

constexpr int kSkipped = 900, kOfSteps = 1000;  // what the published prediction leaves out

// The denoiser, over latents that the plan has already.
generate::DiffusionConfig& add_denoiser(Plan& plan, const Published& file) {
  auto& generator = plan.model.generator;
  generator.kind = generate::Kind::kDiffusion;
  auto& diffusion = generator.diffusion;
  diffusion.width = static_cast<int>(file.axis("gru.weight_hh_l0", 1));
  diffusion.layers = static_cast<int>(file.count("gru.weight_hh_l*"));
  diffusion.steps = static_cast<int>(file.axis("time_mlp.0.weight", 1));
  plan.model.condition.width = static_cast<int>(file.axis("cond_projection.weight", 0));
  plan.names = nn::together({plan.names, diffusion::denoiser_names("generator/denoiser/")});
  return diffusion;
}

// Identity, emotion and level multiply the speech.
void add_mead(Plan& plan, const Published& file) {
  auto& diffusion = add_denoiser(plan, file);
  diffusion.skip = diffusion.steps * kSkipped / kOfSteps;
  diffusion.condition = false;
  plan.model.condition.form = condition::Form::kProduct;
  plan.names = nn::together({plan.names,
                             nn::linear_names("generator/speech", "cond_projection"),
                             {{"generator/asked/weight", "obj_vector.weight"}}});
}

// A subject multiplies what the GRU makes.
void add_subjects(Plan& plan, const Published& file, const Choices& choices) {
  const Subjects subjects =
      subjects_of(file.axis("obj_vector.weight", 1), file.axis("final_layer.weight", 0), choices);
  if (!subjects.known) {
    plan.warnings.push_back(fmt::format(
        "{}: {} subjects are of no data set that is known; {} frames per second are assumed",
        file.path(), subjects.names.size(), subjects.fps));
  }
  auto& diffusion = add_denoiser(plan, file);
  diffusion.skip = 0;
  diffusion.sampler = diffusion::Sampler::kDdpm;
  plan.model.timing.fps = subjects.fps;
  plan.model.conditions = {{"neutral"}, {"only"}, subjects.names};
  plan.model.condition.form = condition::Form::kOutput;
  plan.names = nn::together({plan.names,
                             nn::linear_names("generator/condition", "cond_projection"),
                             {{"generator/style/weight", "obj_vector.weight"}}});
}

}  // namespace

Plan plan_face_diffuser(const Published& file, const Choices& choices) {
  const int64_t values = file.axis("final_layer.weight", 0);
  const Conditions& mead = mead_conditions();
  const auto wide =
      static_cast<int64_t>(mead.styles.size() + mead.emotions.size() + mead.levels.size());
  Plan plan;
  begin_flame(plan, file, choices, values);
  plan.model.timing.rule = encoder::FrameRule::kLessOne;
  if (file.axis("obj_vector.weight", 1) == wide) {
    add_mead(plan, file);
  } else {
    add_subjects(plan, file, choices);
  }
  if (values != motion::kLive) {
    add_vertices(plan, file, choices, values);
    return plan;
  }
  plan.model.prior = prior::without_prior();
  plan.given["prior/motion_mean"] = std::vector<float>(motion::kLive, 0.0f);
  plan.given["prior/motion_sd"] = std::vector<float>(motion::kLive, 1.0f);
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
  add_mead(plan, file);
  return plan;
}

}  // namespace flowtalk::foreign
