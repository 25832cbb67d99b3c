#include "flowtalk/train/prior_stage.h"

#include "flowtalk/base/error.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/prior/any.h"
#include "flowtalk/train/frames.h"
#include "flowtalk/train/lip_vertices.h"
#include "flowtalk/train/loop.h"
#include "flowtalk/train/motion_scaler.h"
#include "flowtalk/train/summary.h"

namespace flowtalk::train {
namespace {

using ops::TorchOps;

constexpr char kCodes[] = "prior/quantiser/codes";

torch::Tensor velocity(const torch::Tensor& x) {
  return x.narrow(1, 1, x.size(1) - 1) - x.narrow(1, 0, x.size(1) - 1);
}

class PriorTrainer {
 public:
  PriorTrainer(const PriorRun& config, TorchParams& params, const LipVertices& lips, TorchOps& ops)
      : config_(config),
        params_(params),
        prior_(params::Scope<TorchOps>(params) / "prior", config.model.prior),
        lips_(lips),
        ops_(ops) {}

  // noisy: with the chance that training has.
  Losses losses(const Batch& batch, torch::Generator generator, bool noisy) {
    const PriorLossConfig& w = config_.loss;
    const auto posterior = prior_.encode(ops_, batch.motion);
    torch::Tensor z = posterior.mean;
    if (noisy && posterior.log_variance) {
      const torch::Tensor noise = ar_noise(z.sizes(), w.noise_rho, generator).to(z.device());
      z = z + torch::exp(0.5 * *posterior.log_variance) * noise;
    }
    if (noisy) {
      const torch::Tensor kept =
          (torch::rand({z.size(0), z.size(1), 1}, generator) >= w.mask_frames).to(torch::kFloat32);
      z = z * kept.to(z.device());
    }
    Losses result = reconstruction(prior_.decode(ops_, z), batch);
    result["total"] = w.expression * result["expression"] + w.jaw * result["jaw"] +
                      w.lips * result["lips"] + w.velocity * result["velocity"];
    if (posterior.log_variance) add_kl(posterior.mean, *posterior.log_variance, batch, result);
    if (posterior.coded) add_codes(*posterior.coded, batch, result);
    if (noisy && posterior.coded) count_codes(*posterior.coded);
    return result;
  }

  // Codes begin where frames are: at encoded pieces of the batch, in the place of all of them, or
  // of those that no frame has taken for a while.
  void start_codes(const Batch& batch, torch::Generator generator) {
    const torch::NoGradGuard no_grad;
    const auto coded = prior_.encode(ops_, batch.motion).coded;
    if (!coded) return;
    const torch::Tensor table = params_.tensors().at(kCodes);
    const torch::Tensor pieces = coded->encoded.reshape({-1, table.size(1)});
    const torch::Tensor chosen = torch::randint(pieces.size(0), {table.size(0)}, generator,
                                                torch::TensorOptions(torch::kInt64))
                                     .to(pieces.device());
    const torch::Tensor fresh = pieces.index_select(0, chosen);
    if (!counts_.defined()) return params_.assign(kCodes, fresh);
    const torch::Tensor dead = (counts_ == 0).unsqueeze(1).to(table.device());
    params_.assign(kCodes, torch::where(dead, fresh, table));
  }
  // Counting begins anew with each epoch, so that a run that goes on counts as one that never
  // stopped.
  void restart_dead_codes(const Batch& batch, int64_t step, torch::Generator generator) {
    const TrainConfig& t = config_.train;
    const int64_t into = step % (int64_t{t.steps_per_epoch} * t.gradient_accumulation_steps);
    if (into % kRestart != 0) return;
    if (into != 0 && counts_.defined()) start_codes(batch, generator);
    counts_ = torch::Tensor();
  }

  // The counts, for a run that goes on within an epoch.
  Json memory() const {
    if (!counts_.defined()) return {};
    return std::vector<int64_t>(counts_.data_ptr<int64_t>(),
                                counts_.data_ptr<int64_t>() + counts_.numel());
  }
  void remember(const Json& memory) {
    if (memory.is_null()) return;
    const auto counts = memory.get<std::vector<int64_t>>();
    if (static_cast<int64_t>(counts.size()) != params_.tensors().at(kCodes).size(0)) {
      fail("counts of {} codes, the prior has {}", counts.size(),
           params_.tensors().at(kCodes).size(0));
    }
    counts_ = torch::tensor(counts);
  }

  Metrics validate(const Batch& batch) {
    Metrics metrics;
    for (const auto& [name, value] : losses(batch, torch::Generator(), false)) {
      metrics[name] = value.item<double>();
    }
    const auto posterior = prior_.encode(ops_, batch.motion);
    const torch::Tensor& mean = posterior.mean;
    if (posterior.coded) {
      metrics["perplexity"] = prior::perplexity_of(usage_of(*posterior.coded));
    }
    const torch::Tensor variance = mean.flatten(0, 1).var(0);
    metrics["active_units"] = (variance > 0.01).sum().item<double>();
    const torch::Tensor decoded = prior_.decode(ops_, mean);
    metrics["lve_mm2"] = lip_vertex_error(lips_.region(lips_.positions(decoded)),
                                          lips_.region(lips_.positions(batch.motion)), batch.mask)
                             .item<double>();
    return metrics;
  }

 private:
  static constexpr int64_t kRestart = 50;  // steps between looks at the codes

  using Coded = prior::Coded<TorchOps>;

  // Per dimension, and with free bits into the total.
  void add_kl(const torch::Tensor& mean, const torch::Tensor& log_variance, const Batch& batch,
              Losses& result) const {
    const torch::Tensor kl = 0.5 * (mean.pow(2) + log_variance.exp() - 1 - log_variance);
    const torch::Tensor per_dimension =
        (kl * batch.mask.unsqueeze(-1)).sum(std::vector<int64_t>{0, 1}) / batch.mask.sum();
    result["kl"] = per_dimension.mean();
    result["total"] =
        result["total"] +
        config_.loss.kl * torch::clamp_min(per_dimension, config_.loss.free_bits).sum();
  }
  // Codes go to what is encoded, and, a share of it, the other way round (van den Oord et al.,
  // 2017).
  void add_codes(const Coded& coded, const Batch& batch, Losses& result) const {
    const auto error = [&](const torch::Tensor& a, const torch::Tensor& b) {
      return masked_mean((a - b).pow(2), batch.mask);
    };
    result["codes"] = error(coded.codes, coded.encoded.detach());
    result["commitment"] = error(coded.encoded, coded.codes.detach());
    result["total"] =
        result["total"] +
        config_.loss.codes * (result["codes"] + config_.loss.commitment * result["commitment"]);
  }
  std::vector<int64_t> usage_of(const Coded& coded) const {
    return prior::usage_of(coded.rows, prior_.quantiser().value().config.codes);
  }
  void count_codes(const Coded& coded) {
    const torch::Tensor counts = torch::tensor(usage_of(coded), torch::kInt64);
    counts_ = counts_.defined() ? counts_ + counts : counts;
  }

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
  TorchParams& params_;
  prior::AnyPrior<TorchOps> prior_;
  const LipVertices& lips_;
  TorchOps& ops_;
  torch::Tensor counts_;  // of codes, since the last look
};

}  // namespace

void train_prior(const PriorRun& config, const RunFolder& run,
                 const std::vector<TrainingClip>& training,
                 const std::vector<TrainingClip>& validation, const face::Face& face) {
  config.model.prior.check(run.path().string());
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
  stage.data = amount_of(training);
  stage.trainable = {"prior/"};
  stage.jumping = {kCodes};
  stage.config =
      Json{{"kind", "prior"}, {"protocol", config.protocol}, {"model", to_json(config.model)}};
  stage.before_first_step = [&](int64_t) {
    set_motion_scaler(params, "prior", training);
    trainer.start_codes(sampler.draw(1 << 30, 4 * int64_t{config.train.batch}).to(device),
                        generator_of_step(config.train.seed, 0));
  };
  stage.losses = [&](int64_t step) {
    ops.set_training(true);
    auto generator = generator_of_step(config.train.seed, step);
    const Batch batch = sampler.draw(step, config.train.batch).to(device);
    trainer.restart_dead_codes(batch, step, generator);
    return trainer.losses(batch, generator, true);
  };
  stage.validate = [&] {
    ops.set_training(false);
    return trainer.validate(fixed);
  };
  stage.memory = [&] { return trainer.memory(); };
  stage.remember = [&](const Json& memory) { trainer.remember(memory); };
  run_stage(stage, params, config.train, run);
}

}  // namespace flowtalk::train
