#include "flowtalk/foreign/probtalk3d.h"

#include "flowtalk/base/error.h"
#include "flowtalk/nn/published_names.h"
#include "flowtalk/prior/published_names.h"
#include "flowtalk/prior/sequence_prior.h"

namespace flowtalk::foreign {
namespace {

constexpr float kPosteriorFactor = 20;  // what the source's script samples the VAE variant with

// Sizes of the transformer of the module `in`. Half of its parts are attention.
prior::SequenceConfig sequence_of(const Published& file, const std::string& in,
                                  const std::string& side, int heads) {
  const std::string net = in + "." + side + "_transformer.net.";
  prior::SequenceConfig config;
  config.blocks = static_cast<int>(file.count(net + "*.fn.norm.weight") / 2);
  config.inner = static_cast<int>(file.axis(net + "1.fn.fn.l1.weight", 0));
  config.heads = heads;
  return config;
}

bool has_codes(const Published& file, const std::string& prefix) {
  return file.has(prefix + "quantize.embedding.weight");
}

}  // namespace

void add_probtalk3d_prior(Plan& plan, const Published& file, const std::string& prefix,
                          const Choices& choices) {
  const std::string in = prefix + "motion_encoder";
  const int64_t latent = file.axis(in + ".feature_mapping.0.weight", 0);
  const int heads = heads_of(file, in + ".num_heads", latent, choices);
  if (heads != heads_of(file, prefix + "motion_decoder.num_heads", latent, choices)) {
    fail(
        "{}: encoder and decoder of the motion prior have different heads, which no model here has",
        file.path());
  }
  prior::PriorConfig& prior = plan.model.prior;
  prior.latent = static_cast<int>(latent);
  prior.sequence_vae = prior.sequence_vqvae.sequence = sequence_of(file, in, "encoder", heads);
  prior.kind = prior::Kind::kSequenceVae;
  if (has_codes(file, prefix)) {
    const std::string table = prefix + "quantize.embedding.weight";
    prior.kind = prior::Kind::kSequenceVqvae;
    prior.sequence_vqvae.quantiser.codes = static_cast<int>(file.axis(table, 0));
    prior.sequence_vqvae.quantiser.width = static_cast<int>(file.axis(table, 1));
  }
  const auto scaling = prior::probtalk3d_scaling();
  plan.given["prior/motion_mean"] = scaling.mean;
  plan.given["prior/motion_sd"] = scaling.sd;
  plan.names = nn::together({plan.names, prior::sequence_prior_names("prior/", prefix)});
}

Plan plan_probtalk3d_prior(const Published& file, const Choices& choices) {
  Plan plan;
  plan.whole = false;
  plan.model.axes = motion::Axes::kFlame;
  plan.model.conditions = mead_conditions();
  add_probtalk3d_prior(plan, file, "", choices);
  return plan;
}

Plan plan_probtalk3d(const Published& file, const Choices& choices) {
  const std::string in = "feature_predictor";
  Plan plan;
  add_probtalk3d_prior(plan, file, "motion_prior.", choices);
  const int64_t latent = plan.model.prior.latent;
  begin_flame(plan, file, choices, latent);
  plan.model.timing.rule = encoder::FrameRule::kPairs;
  plan.model.condition.form = condition::Form::kProduct;
  plan.model.condition.width = static_cast<int>(file.axis(in + ".audio_feature_map.weight", 0));
  generate::NetworkConfig network;
  network.kind = generate::NetworkKind::kSequence;
  network.sequence =
      sequence_of(file, in, "encoder", heads_of(file, in + ".num_heads", latent, choices));
  auto& generator = plan.model.generator;
  generator.kind = generate::Kind::kRegression;
  generator.regression.network = generator.vq.network = network;
  generator.regression.temperature = kPosteriorFactor;
  if (has_codes(file, "motion_prior.")) generator.kind = generate::Kind::kVq;
  plan.names = nn::together({plan.names,
                             nn::sequence_names("generator/network", in, "encoder"),
                             nn::linear_names("generator/speech", in + ".audio_feature_map"),
                             {{"generator/asked/weight", in + ".style_embedding.weight"}}});
  return plan;
}

}  // namespace flowtalk::foreign
