#include "flowtalk/train/generator_stage.h"

#include <algorithm>

#include "flowtalk/model/flowtalk.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/lip_vertices.h"
#include "flowtalk/train/loop.h"

namespace flowtalk::train {
namespace {

using ops::TorchOps;
namespace fs = std::filesystem;

torch::Tensor masked_mean(const torch::Tensor& values, const torch::Tensor& mask) {  // (B,T) both
  return (values * mask).sum() / mask.sum();
}

torch::Tensor differences(const torch::Tensor& x) {  // (B, T, C) -> (B, T-1, C)
  return x.narrow(1, 1, x.size(1) - 1) - x.narrow(1, 0, x.size(1) - 1);
}

// Weighted L1 per frame, (B, T): expression 1.5, jaw 6 (radians).
torch::Tensor motion_error(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor error = (a - b).abs();
  return 1.5 * error.narrow(2, 0, motion::kLiveExpression).mean(-1) +
         6.0 * error.narrow(2, motion::kJawAt, flame::kJaw).mean(-1);
}

class GeneratorTrainer {
 public:
  GeneratorTrainer(const GeneratorRun& config, TorchParams& params, const LipVertices& lips,
                   TorchOps& ops)
      : config_(config),
        params_(params),
        prior_(params::Scope<TorchOps>(params) / "prior", config.model.prior),
        generator_(params::Scope<TorchOps>(params) / "generator", config.model),
        lips_(lips),
        ops_(ops) {}

  // Latent statistics over the training clips, then ActNorm from one batch.
  void initialise(const std::vector<TrainingClip>& clips, const Batch& batch) {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> latents;
    auto generator = generator_of_step(config_.train.seed, 0);
    for (const auto& clip : clips) {
      latents.push_back(
          posterior_sample(clip.motion.unsqueeze(0).to(ops_.device()), generator).squeeze(0));
    }
    const torch::Tensor all = torch::cat(latents, 0);
    params_.assign("generator/latent_mean", all.mean(0));
    params_.assign("generator/latent_sd", torch::clamp_min(all.std(0), 1e-3));
    const auto prepared = prepare(batch, torch::Tensor());
    const auto& flow = generator_.flow;
    torch::Tensor x = generator_.standardise(ops_, posterior_sample(batch.motion, generator));
    if (prepared.shift) x = x - *prepared.shift;
    x = flow.squeeze(ops_, x);
    const torch::Tensor real = frame_mask(batch).flatten() > 0;
    for (size_t i = 0; i < flow.steps.size(); ++i) {
      const torch::Tensor rows = x.flatten(0, 1).index({real});
      const std::string name = "generator/flow/" + std::to_string(i) + "/norm/";
      params_.assign(name + "bias", -rows.mean(0));
      params_.assign(name + "log_scale", -torch::log(rows.std(0) + 1e-5));
      x = flow.steps[i].forward(ops_, x, prepared.condition).value;
    }
  }

  Losses losses(const Batch& batch, int64_t step, double ramp) {
    auto generator = generator_of_step(config_.train.seed, step);
    torch::Tensor z;
    {
      const torch::NoGradGuard no_grad;
      z = posterior_sample(batch.motion, generator);
    }
    const torch::Tensor dropped =
        torch::rand({batch.motion.size(0), 1, 1}, generator) < config_.loss.null_emotion;
    const auto prepared =
        prepare(with_average_styles(batch, step), dropped.to(torch::kFloat32).to(ops_.device()));
    const auto& w = config_.loss;
    Losses result;
    torch::Tensor total = torch::zeros({}, ops_.device());
    if (w.nll > 0) {
      result["nll"] = nll(z, prepared, batch);
      total = w.nll * result["nll"];
    }
    if (ramp > 0) {
      add_motion_losses(batch, prepared, step, generator, result);
      total = total + ramp * (w.reconstruction * result["reconstruction"] +
                              w.lips * result["lips"] + w.velocity * result["velocity"]);
    }
    result["total"] = total;
    return result;
  }

  Metrics validate(const Batch& batch) {
    auto generator = generator_of_step(config_.train.seed, 1);
    const torch::Tensor z = posterior_sample(batch.motion, generator);
    const auto prepared = prepare(batch, torch::Tensor());
    Metrics m;
    m["nll"] = nll(z, prepared, batch).item<double>();
    m["bits_per_dim"] = m["nll"] / std::log(2.0);
    Batch shuffled = batch;
    shuffled.speech = batch.speech.roll(1, 0);
    m["conditioning_gain"] =
        nll(z, prepare(shuffled, torch::Tensor()), batch).item<double>() - m["nll"];
    const torch::Tensor back =
        generator_.latents_of(ops_, generator_.to_base(ops_, z, prepared).value, prepared);
    m["round_trip"] = ((back - z) / generator_.latent_sd).abs().max().item<double>();
    for (const double temperature : {0.0, 0.3}) {
      const torch::Tensor motion =
          generate(prepared, torch::full({1, 1, 1}, temperature), generator);
      const std::string tag = temperature == 0 ? "_tau0" : "_tau03";
      m["lve_mm2" + tag] = lip_vertex_error(lips_.region(lips_.positions(motion)),
                                            lips_.region(lips_.positions(batch.motion)), batch.mask)
                               .item<double>();
      m["jitter" + tag] = differences(differences(motion)).abs().mean().item<double>();
      m["l1" + tag] = masked_mean(motion_error(motion, batch.motion), batch.mask).item<double>();
    }
    // NLL and LVE can disagree; their product in the likelihood's sense weighs both.
    m["selection"] = std::log(m["lve_mm2_tau0"]) + (config_.loss.nll > 0 ? m["nll"] : 0);
    m["jitter_truth"] = differences(differences(batch.motion)).abs().mean().item<double>();
    return m;
  }

 private:
  // A share of the windows in the average style, so that it stands for people not among the styles.
  Batch with_average_styles(const Batch& batch, int64_t step) const {
    Rng rng = Rng(static_cast<uint64_t>(config_.train.seed))
                  .fork("style")
                  .fork(static_cast<uint64_t>(step));
    Batch changed = batch;
    for (int64_t& style : changed.style) {
      if (rng.chance(config_.loss.average_style)) style = model::kAverageStyle;
    }
    return changed;
  }

  torch::Tensor posterior_sample(const torch::Tensor& motion, torch::Generator generator) {
    const auto posterior = prior_.encode(ops_, motion);
    return posterior.mean +
           torch::exp(0.5 * posterior.log_variance) *
               ar_noise(posterior.mean.sizes(), 0.8, generator).to(motion.device());
  }

  // One value per squeezed frame: both of its frames are real.
  torch::Tensor frame_mask(const Batch& batch) const {
    return batch.mask.reshape({batch.mask.size(0), -1, 2}).amin(-1);
  }

  model::FlowCondition<TorchOps> prepare(const Batch& batch, const torch::Tensor& dropped) {
    const auto& g = generator_;
    torch::Tensor emotion = g.control(ops_, batch.emotion);
    if (dropped.defined()) emotion = emotion * (1 - dropped) + g.control.null_emotion * dropped;
    return g.prepare(ops_, g.condition(ops_, batch.speech, emotion, batch.style));
  }

  torch::Tensor nll(const torch::Tensor& z, const model::FlowCondition<TorchOps>& prepared,
                    const Batch& batch) {
    const torch::Tensor log_prob = generator_.log_prob(ops_, z, prepared);
    return -masked_mean(log_prob, frame_mask(batch)) /
           static_cast<double>(2 * config_.model.prior.latent);
  }

  // Motion at a temperature per window, (B, 1, 1).
  torch::Tensor generate(const model::FlowCondition<TorchOps>& prepared,
                         const torch::Tensor& temperature, torch::Generator generator) {
    const auto& g = generator_;
    const torch::Tensor rho = g.base.rho(ops_).detach();
    const torch::Tensor white =
        torch::randn(prepared.base.mean.sizes(), generator).to(ops_.device());
    std::vector<torch::Tensor> frames = {white.select(1, 0)};
    const torch::Tensor spread = torch::sqrt(1 - rho * rho);
    for (int64_t t = 1; t < white.size(1); ++t) {
      frames.push_back(frames.back() * rho + white.select(1, t) * spread);
    }
    const torch::Tensor r = torch::stack(frames, 1) * temperature.to(ops_.device());
    const torch::Tensor u = prepared.base.mean + torch::exp(prepared.base.log_sd) * r;
    return prior_.decode(ops_, g.latents_of(ops_, u, prepared));
  }

  // The whole batch at temperature 0 carries the whole error; half of it again, at a random
  // temperature, only lips and velocity, so that diversity is not punished.
  void add_motion_losses(const Batch& batch, const model::FlowCondition<TorchOps>& prepared,
                         int64_t step, torch::Generator generator, Losses& result) {
    const int64_t count = batch.motion.size(0),
                  hot = config_.loss.highest_temperature > 0 ? count / 2 : 0;
    const auto twice = [&](const torch::Tensor& x) { return torch::cat({x, x.narrow(0, 0, hot)}); };
    model::FlowCondition<TorchOps> both{twice(prepared.condition),
                                        {twice(prepared.base.mean), twice(prepared.base.log_sd)}};
    if (prepared.shift) both.shift = twice(*prepared.shift);
    Rng rng = Rng(static_cast<uint64_t>(config_.train.seed))
                  .fork("temperature")
                  .fork(static_cast<uint64_t>(step));
    torch::Tensor temperature = torch::zeros({count + hot, 1, 1});
    temperature.narrow(0, count, hot).fill_(rng.uniform(0, config_.loss.highest_temperature));
    const torch::Tensor motion = generate(both, temperature, generator);
    result["reconstruction"] =
        masked_mean(motion_error(motion.narrow(0, 0, count), batch.motion), batch.mask);
    // Windows at a random temperature count by `hot`.
    torch::Tensor share = torch::ones({count + hot, 1}, ops_.device());
    share.narrow(0, count, hot).fill_(config_.loss.hot);
    const torch::Tensor truth = lips_.positions(batch.motion), mask = twice(batch.mask) * share;
    const torch::Tensor closed =
        1 + config_.loss.closure * torch::exp(-lips_.gap(truth).clamp_min(0) / 1.5);
    const torch::Tensor distance =
        torch::sqrt((lips_.positions(motion) - twice(truth)).pow(2).sum(-1) + 1e-6).mean(-1);
    result["lips"] = masked_mean(distance, mask * twice(closed));
    result["velocity"] =
        masked_mean(motion_error(differences(motion), twice(differences(batch.motion))),
                    mask.narrow(1, 1, mask.size(1) - 1));
  }

  const GeneratorRun& config_;
  TorchParams& params_;
  prior::Vae<TorchOps> prior_;
  model::Generator<TorchOps> generator_;
  const LipVertices& lips_;
  TorchOps& ops_;
};

double ramp_at(const GeneratorRun& config, int64_t step) {
  if (config.loss.nll == 0) return 1;  // a regression has nothing else to learn from
  const double total = static_cast<double>(config.train.max_epoch) * config.train.steps_per_epoch *
                       config.train.gradient_accumulation_steps;
  const double begin = config.loss.nll_only_share * total;
  const double length = std::max(1.0, config.loss.ramp_share * total);
  return std::clamp((static_cast<double>(step) - begin) / length, 0.0, 1.0);
}

template <class Config>
void take_config(const params::Checkpoint& checkpoint, const std::vector<std::string>& path,
                 Config& config) {
  Json json = checkpoint.config;
  const std::string where = checkpoint.folder.string();
  for (const auto& key : path) {
    if (!json.contains(key)) fail("{}: has no '{}'; is it of another stage?", where, key);
    json = Json(json[key]);
  }
  from_json(json, config, where);
}

void check_same_external(const params::Checkpoint& checkpoint,
                         const encoder::ExternalEncoder& now) {
  model::ModelConfig before;
  take_config(checkpoint, {"model"}, before);
  const auto& expected = before.external_encoder;
  if (expected.fingerprint == now.fingerprint) return;
  const auto say = [](const encoder::ExternalEncoder& e) {
    return e.used() ? fmt::format("{} ({})", e.fingerprint, e.folder)
                    : std::string("one of flowtalk's own");
  };
  fail("{}: this run began with the encoder {}, got {}; give {} the same one",
       checkpoint.folder.string(), say(expected), say(now), Field("encoder"));
}

// Of every tensor under the prefix in `run`.
void check_same_weights(const formats::SafetensorsFile& run, const formats::SafetensorsFile& given,
                        const std::string& prefix) {
  for (const std::string& name : run.names()) {
    if (!name.starts_with(prefix)) continue;
    if (given.contains(name) && given.shape(name) == run.shape(name)) {
      const auto a = run.load(name), b = given.load(name);
      if (std::equal(a.data(), a.data() + a.size(), b.data())) continue;
    }
    fail(
        "{}: was trained over other weights of the {} than {} (tensor {}); give the same, or train "
        "anew in another folder",
        run.path(), prefix.substr(0, prefix.size() - 1), given.path(), name);
  }
}

}  // namespace

void check_parts(const fs::path& checkpoint, const EncoderChoice& encoder,
                 const fs::path& prior_checkpoint) {
  const auto run = params::load_checkpoint(checkpoint);
  check_same_external(run, encoder.external);
  if (encoder.weights) check_same_weights(run.weights, *encoder.weights, "encoder/");
  check_same_weights(run.weights, params::load_checkpoint(checkpoint_of(prior_checkpoint)).weights,
                     "prior/");
}

void train_generator(GeneratorRun config, const RunFolder& run, const EncoderChoice& encoder,
                     const fs::path& prior_checkpoint, const std::vector<TrainingClip>& training,
                     const std::vector<TrainingClip>& validation, const face::Face& face) {
  const auto prior = params::load_checkpoint(checkpoint_of(prior_checkpoint));
  config.model.encoder = encoder.config;
  config.model.external_encoder = encoder.external;
  model::ModelConfig of_prior;
  take_config(prior, {"model"}, of_prior);
  if (of_prior.axes != config.model.axes) {
    fail_usage("{}: its motion has the axes of {}, model.face is {}", prior.folder.string(),
               motion::owner_of(of_prior.axes), text_of(config.model.axes));
  }
  config.model.prior = of_prior.prior;
  TorchOps ops{torch::Device(run.options().device)};
  TorchParams params(static_cast<uint64_t>(config.train.seed), ops.device());
  if (const auto last = run.checkpoint()) {
    check_parts(*last, encoder, prior.folder);
    params.preload(params::load_checkpoint(*last).weights);
  } else {
    if (encoder.weights) params.preload(*encoder.weights, "encoder/");
    params.preload(prior.weights, "prior/");
  }
  if (encoder.weights) {  // only so that its weights are saved with the model
    encoder::Hubert<TorchOps>(params::Scope<TorchOps>(params) / "encoder", encoder.config);
  }
  const LipVertices lips(face, ops.device());
  GeneratorTrainer trainer(config, params, lips, ops);
  params.freeze("encoder/");
  params.freeze("prior/");
  const auto seed = static_cast<uint64_t>(config.train.seed);
  const WindowSampler sampler(training, config.train.window_frames, seed);
  const WindowSampler held_out(validation, config.train.window_frames, 0);
  const Batch fixed = held_out.fixed(128).to(ops.device());

  Stage stage;
  stage.name = "generator";
  stage.trainable = {"generator/"};
  stage.config = Json{{"kind", "model"}, {"model", to_json(config.model)}};
  if (prior.config.contains("protocol")) stage.config["protocol"] = prior.config["protocol"];
  stage.before_first_step = [&](int64_t) {
    trainer.initialise(training,
                       sampler.draw(1 << 30, 4 * int64_t{config.train.batch}).to(ops.device()));
  };
  stage.losses = [&](int64_t step) {
    ops.set_training(true);
    return trainer.losses(sampler.draw(step, config.train.batch).to(ops.device()), step,
                          ramp_at(config, step));
  };
  stage.validate = [&] {
    ops.set_training(false);
    return trainer.validate(fixed);
  };
  run_stage(stage, params, config.train, run);
}

}  // namespace flowtalk::train
