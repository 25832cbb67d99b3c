#include "flowtalk/train/prior_stage.h"

#include "flowtalk/motion/layout.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/prior/vae.h"
#include "flowtalk/train/frames.h"
#include "flowtalk/train/lip_vertices.h"
#include "flowtalk/train/loop.h"
#include "flowtalk/train/motion_scaler.h"

namespace flowtalk::train {
namespace {

using ops::TorchOps;

torch::Tensor velocity(const torch::Tensor& x) {
  return x.narrow(1, 1, x.size(1) - 1) - x.narrow(1, 0, x.size(1) - 1);
}

class PriorTrainer {
 public:
  PriorTrainer(const PriorRun& config, TorchParams& params, const LipVertices& lips, TorchOps& ops)
      : config_(config),
        prior_(params::Scope<TorchOps>(params) / "prior", config.model.prior.latent,
               config.model.prior.vae),
        lips_(lips),
        ops_(ops) {}

  Losses losses(const Batch& batch, torch::Generator generator, bool noisy) {
    const auto posterior = prior_.encode(ops_, batch.motion);
    torch::Tensor z = posterior.mean;
    if (noisy) {
      const torch::Tensor noise =
          ar_noise(z.sizes(), config_.loss.noise_rho, generator).to(z.device());
      z = z + torch::exp(0.5 * posterior.log_variance) * noise;
      const torch::Tensor kept =
          (torch::rand({z.size(0), z.size(1), 1}, generator) >= config_.loss.mask_frames)
              .to(torch::kFloat32);
      z = z * kept.to(z.device());
    }
    Losses result = reconstruction(prior_.decode(ops_, z), batch);
    const torch::Tensor kl =
        0.5 * (posterior.mean.pow(2) + posterior.log_variance.exp() - 1 - posterior.log_variance);
    const torch::Tensor per_dimension =
        (kl * batch.mask.unsqueeze(-1)).sum(std::vector<int64_t>{0, 1}) / batch.mask.sum();
    result["kl"] = per_dimension.mean();
    const PriorLossConfig& w = config_.loss;
    result["total"] = w.expression * result["expression"] + w.jaw * result["jaw"] +
                      w.lips * result["lips"] + w.velocity * result["velocity"] +
                      w.kl * torch::clamp_min(per_dimension, w.free_bits).sum();
    return result;
  }

  Metrics validate(const Batch& batch) {
    Metrics metrics;
    for (const auto& [name, value] : losses(batch, torch::Generator(), false)) {
      metrics[name] = value.item<double>();
    }
    const torch::Tensor mean = prior_.encode(ops_, batch.motion).mean;
    const torch::Tensor variance = mean.flatten(0, 1).var(0);
    metrics["active_units"] = (variance > 0.01).sum().item<double>();
    const torch::Tensor decoded = prior_.decode(ops_, mean);
    metrics["lve_mm2"] = lip_vertex_error(lips_.region(lips_.positions(decoded)),
                                          lips_.region(lips_.positions(batch.motion)), batch.mask)
                             .item<double>();
    return metrics;
  }

 private:
  Losses reconstruction(const torch::Tensor& decoded, const Batch& batch) {
    const torch::Tensor error = (decoded - batch.motion).abs();
    const torch::Tensor lip_error =
        (lips_.positions(decoded) - lips_.positions(batch.motion)).pow(2).sum(-1) + 1e-6;
    const torch::Tensor step_mask = batch.mask.narrow(1, 1, batch.mask.size(1) - 1);
    return {
        {"expression", masked_mean(error.narrow(2, 0, motion::kLiveExpression), batch.mask)},
        {"jaw", masked_mean(error.narrow(2, motion::kJawAt, flame::kJaw), batch.mask)},
        {"lips", masked_mean(lip_error.sqrt(), batch.mask)},
        {"velocity", masked_mean((velocity(decoded) - velocity(batch.motion)).abs(), step_mask)}};
  }

  const PriorRun& config_;
  prior::Vae<TorchOps> prior_;
  const LipVertices& lips_;
  TorchOps& ops_;
};

}  // namespace

void train_prior(const PriorRun& config, const RunFolder& run,
                 const std::vector<TrainingClip>& training,
                 const std::vector<TrainingClip>& validation, const face::Face& face) {
  const torch::Device device(run.options().device);
  TorchOps ops(device);
  TorchParams params(static_cast<uint64_t>(config.train.seed), device);
  if (const auto last = run.checkpoint()) params.preload(params::load_checkpoint(*last).weights);
  const LipVertices lips(face, device);
  PriorTrainer trainer(config, params, lips, ops);
  const WindowSampler sampler(training, config.train.window_frames,
                              static_cast<uint64_t>(config.train.seed));
  const WindowSampler held_out(validation, config.train.window_frames, 0);
  const Batch fixed = held_out.fixed(256).to(device);

  Stage stage;
  stage.name = "prior";
  stage.trainable = {"prior/"};
  stage.config =
      Json{{"kind", "prior"}, {"protocol", config.protocol}, {"model", to_json(config.model)}};
  stage.before_first_step = [&](int64_t) { set_motion_scaler(params, "prior", training); };
  stage.losses = [&](int64_t step) {
    ops.set_training(true);
    auto generator = generator_of_step(config.train.seed, step);
    return trainer.losses(sampler.draw(step, config.train.batch).to(device), generator, true);
  };
  stage.validate = [&] {
    ops.set_training(false);
    return trainer.validate(fixed);
  };
  run_stage(stage, params, config.train, run);
}

}  // namespace flowtalk::train
