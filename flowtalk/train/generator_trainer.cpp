#include "flowtalk/train/generator_trainer.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/motion/layout.h"
#include "flowtalk/train/frames.h"

namespace flowtalk::train {
namespace {

using ops::TorchOps;

// One value per group of frames: all of them are real.
torch::Tensor mask_of(const Batch& batch, int64_t groups) {
  return batch.mask.reshape({batch.mask.size(0), groups, -1}).amin(-1);
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

// Unit variance, AR(1) with one coefficient per channel: (C) -> (B, T, C).
torch::Tensor draw_residual(const torch::Tensor& rho, int64_t batch, int64_t frames,
                            torch::Generator generator) {
  return ar1(torch::randn({batch, frames, rho.size(0)}, generator).to(rho.device()), rho);
}

template <class G>
torch::Tensor nll_of(TorchOps& ops, const G& family, const torch::Tensor& z,
                     const typename G::Prepared& prepared, const Batch& batch) {
  const torch::Tensor log_prob = family.log_prob(ops, z, prepared);
  const double per_value =
      static_cast<double>(z.size(1) * z.size(2)) / static_cast<double>(log_prob.size(1));
  return -masked_mean(log_prob, mask_of(batch, log_prob.size(1))) / per_value;
}

}  // namespace

GeneratorTrainer::GeneratorTrainer(const GeneratorRun& config, TorchParams& params,
                                   const LipVertices& lips, TorchOps& ops)
    : config_(config),
      params_(params),
      prior_(params::Scope<TorchOps>(params) / "prior", config.model.prior),
      conditioner_(model::make_conditioner(params::Scope<TorchOps>(params), config.model)),
      generator_(model::make_generator(params::Scope<TorchOps>(params), config.model, prior_)),
      lips_(lips),
      ops_(ops) {}

void GeneratorTrainer::initialise(const std::vector<TrainingClip>& clips, const Batch& batch) {
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
  const torch::Tensor z = posterior_sample(batch.motion, generator);
  const auto whiten = [&](const std::string& path, const torch::Tensor& x) {
    const torch::Tensor real = mask_of(batch, x.size(1)).flatten() > 0;
    const torch::Tensor rows = x.flatten(0, 1).index({real});
    params_.assign("generator/" + path + "/bias", -rows.mean(0));
    params_.assign("generator/" + path + "/log_scale", -torch::log(rows.std(0) + 1e-5));
  };
  const auto start = [&](const auto& family) {
    if constexpr (generate::StartsFromData<std::remove_cvref_t<decltype(family)>, TorchOps,
                                           decltype(whiten)>) {
      const auto prepared = family.prepare(ops_, condition(batch, torch::Tensor()));
      family.start_from_data(ops_, z, prepared, whiten);
    }
  };
  std::visit(start, generator_);
}

Losses GeneratorTrainer::losses(const Batch& batch, int64_t step) {
  auto generator = generator_of_step(config_.train.seed, step);
  torch::Tensor z;
  {
    const torch::NoGradGuard no_grad;
    z = posterior_sample(batch.motion, generator);
  }
  const torch::Tensor dropped =
      torch::rand({batch.motion.size(0), 1, 1}, generator) < config_.loss.null_emotion;
  const auto c =
      condition(with_average_styles(batch, step), dropped.to(torch::kFloat32).to(ops_.device()));
  const auto& w = config_.loss;
  Losses result;
  torch::Tensor total = torch::zeros({}, ops_.device());
  const auto by = [&](const auto& family) {
    using G = std::remove_cvref_t<decltype(family)>;
    const auto& own = generate::part_of<typename G::Losses>(w.terms);
    const auto prepared = family.prepare(ops_, c);
    const auto draws = Rng(static_cast<uint64_t>(config_.train.seed))
                           .fork("learn")
                           .fork(static_cast<uint64_t>(step));
    const auto learned = family.learn(ops_, z, prepared, own, draws);
    for (const auto& term : learned.terms) {
      const torch::Tensor mask = mask_of(batch, term.values.size(1));
      result[term.name] = masked_mean(term.values, mask) / term.per_frame;
      total = total + term.weight * result[term.name];
    }
    const double ramp = ramp_at(step, own.any());
    if (ramp == 0 || !w.on_motion()) return;
    const Played played = learned.estimate
                              ? Played{prior_.decode(ops_, learned.estimate->values), 0}
                              : play_twice(family, batch, prepared, step, generator);
    add_motion_losses(batch, played, result);
    total = total + ramp * (w.reconstruction * result["reconstruction"] + w.lips * result["lips"] +
                            w.velocity * result["velocity"]);
  };
  std::visit(by, generator_);
  result["total"] = total;
  return result;
}

Metrics GeneratorTrainer::validate(const Batch& batch) {
  auto generator = generator_of_step(config_.train.seed, 1);
  const torch::Tensor z = posterior_sample(batch.motion, generator);
  Metrics m;
  const auto by = [&](const auto& family) {
    using G = std::remove_cvref_t<decltype(family)>;
    if constexpr (generate::Density<G, TorchOps>) judge_density(family, batch, z, m);
    const auto prepared = family.prepare(ops_, condition(batch, torch::Tensor()));
    for (const double temperature : {0.0, 0.3}) {
      if (temperature > 0 && !config_.model.draws_chance()) continue;
      const torch::Tensor all = torch::full({batch.motion.size(0), 1, 1}, temperature);
      const torch::Tensor motion = play(family, prepared, batch.motion.size(1), all, generator);
      const std::string tag = temperature == 0 ? "_tau0" : "_tau03";
      m["lve_mm2" + tag] = lip_vertex_error(lips_.region(lips_.positions(motion)),
                                            lips_.region(lips_.positions(batch.motion)), batch.mask)
                               .item<double>();
      m["jitter" + tag] = differences(differences(motion)).abs().mean().item<double>();
      m["l1" + tag] = masked_mean(motion_error(motion, batch.motion), batch.mask).item<double>();
    }
    // Where the likelihood is trained: it and LVE can disagree; their product in the likelihood's
    // sense weighs both.
    const bool judged = generate::part_of<typename G::Losses>(config_.loss.terms).any();
    m["selection"] = std::log(m["lve_mm2_tau0"]);
    if (judged && generate::family_of(G::kKind).density) m["selection"] += m["nll"];
  };
  std::visit(by, generator_);
  m["jitter_truth"] = differences(differences(batch.motion)).abs().mean().item<double>();
  return m;
}

template <class G>
void GeneratorTrainer::judge_density(const G& family, const Batch& batch, const torch::Tensor& z,
                                     Metrics& m) {
  const auto prepared = family.prepare(ops_, condition(batch, torch::Tensor()));
  m["nll"] = nll_of(ops_, family, z, prepared, batch).template item<double>();
  m["bits_per_dim"] = m["nll"] / std::log(2.0);
  Batch shuffled = batch;
  shuffled.speech = batch.speech.roll(1, 0);
  const auto other = family.prepare(ops_, condition(shuffled, torch::Tensor()));
  m["conditioning_gain"] = nll_of(ops_, family, z, other, batch).template item<double>() - m["nll"];
  const torch::Tensor residual = family.judge(ops_, z, prepared).residual;
  const torch::Tensor back = family.from_residual(ops_, residual, prepared).values;
  m["round_trip"] = ((back - z) / family.scale.sd).abs().max().template item<double>();
}

// A share of the windows in the average style, so that it stands for people not among the styles.
Batch GeneratorTrainer::with_average_styles(const Batch& batch, int64_t step) const {
  Rng rng = Rng(static_cast<uint64_t>(config_.train.seed))
                .fork("style")
                .fork(static_cast<uint64_t>(step));
  Batch changed = batch;
  for (int64_t& style : changed.style) {
    if (rng.chance(config_.loss.average_style)) style = kAverageStyle;
  }
  return changed;
}

torch::Tensor GeneratorTrainer::posterior_sample(const torch::Tensor& motion,
                                                 torch::Generator generator) {
  const auto posterior = prior_.encode(ops_, motion);
  if (!posterior.log_variance) return posterior.mean;
  return posterior.mean + torch::exp(0.5 * *posterior.log_variance) *
                              ar_noise(posterior.mean.sizes(), 0.8, generator).to(motion.device());
}

// How much the losses on motion weigh, 0 to 1. A family without losses of its own has nothing else
// to learn from.
double GeneratorTrainer::ramp_at(int64_t step, bool own_losses) const {
  if (!own_losses) return 1;
  const double total = static_cast<double>(config_.train.max_epoch) *
                       config_.train.steps_per_epoch * config_.train.gradient_accumulation_steps;
  const double begin = config_.loss.nll_only_share * total;
  const double length = std::max(1.0, config_.loss.ramp_share * total);
  return std::clamp((static_cast<double>(step) - begin) / length, 0.0, 1.0);
}

condition::Condition<TorchOps> GeneratorTrainer::condition(const Batch& batch,
                                                           const torch::Tensor& dropped) {
  const auto* graph = conditioner_.graph();
  if (graph == nullptr) return conditioner_(ops_, batch.speech, batch.emotion, batch.style);
  torch::Tensor emotion = graph->control(ops_, batch.emotion);
  if (dropped.defined()) emotion = emotion * (1 - dropped) + graph->control.null_emotion * dropped;
  return (*graph)(ops_, batch.speech, emotion, batch.style);
}

// Motion at a temperature per window, (B, 1, 1); a family without chance has one answer to each.
template <class G>
torch::Tensor GeneratorTrainer::play(const G& family, const typename G::Prepared& prepared,
                                     int64_t frames, const torch::Tensor& temperature,
                                     torch::Generator generator) {
  const int64_t windows = temperature.size(0);
  if constexpr (generate::Density<G, TorchOps>) {
    const torch::Tensor rho = family.rho(ops_).detach();
    const int64_t groups = frames * config_.model.prior.latent / rho.size(0);
    const torch::Tensor r =
        draw_residual(rho, windows, groups, generator) * temperature.to(ops_.device());
    return prior_.decode(ops_, family.from_residual(ops_, r, prepared).values);
  } else {
    std::vector<NoiseAddress> noises;
    for (int64_t i = 0; i < windows; ++i) {
      noises.push_back({static_cast<uint64_t>(config_.train.seed), static_cast<uint32_t>(i),
                        temperature.select(0, i).item<float>()});
    }
    return prior_.decode(ops_, family.sample(ops_, prepared, {noises}).values);
  }
}

// The whole batch at temperature 0 carries the whole error; half of it again, at a random
// temperature, only lips and velocity, so that diversity is not punished.
template <class G>
GeneratorTrainer::Played GeneratorTrainer::play_twice(const G& family, const Batch& batch,
                                                      const typename G::Prepared& prepared,
                                                      int64_t step, torch::Generator generator) {
  const auto& w = config_.loss;
  const bool chance = config_.model.draws_chance() && w.highest_temperature > 0;
  const int64_t count = batch.motion.size(0), hot = chance ? count / 2 : 0;
  const auto twice = [&](const torch::Tensor& x) { return torch::cat({x, x.narrow(0, 0, hot)}); };
  Rng rng = Rng(static_cast<uint64_t>(config_.train.seed))
                .fork("temperature")
                .fork(static_cast<uint64_t>(step));
  torch::Tensor temperature = torch::zeros({count + hot, 1, 1});
  temperature.narrow(0, count, hot).fill_(rng.uniform(0, w.highest_temperature));
  return {play(family, prepared.each(twice), batch.motion.size(1), temperature, generator), hot};
}

void GeneratorTrainer::add_motion_losses(const Batch& batch, const Played& played,
                                         Losses& result) const {
  const auto& w = config_.loss;
  const torch::Tensor& motion = played.motion;
  const int64_t count = batch.motion.size(0), hot = played.hot;
  const auto twice = [&](const torch::Tensor& x) { return torch::cat({x, x.narrow(0, 0, hot)}); };
  result["reconstruction"] =
      masked_mean(motion_error(motion.narrow(0, 0, count), batch.motion), batch.mask);
  // Windows at a random temperature count by `hot`.
  torch::Tensor share = torch::ones({count + hot, 1}, ops_.device());
  share.narrow(0, count, hot).fill_(w.hot);
  const torch::Tensor truth = lips_.positions(batch.motion), mask = twice(batch.mask) * share;
  const torch::Tensor closed = 1 + w.closure * torch::exp(-lips_.gap(truth).clamp_min(0) / 1.5);
  const torch::Tensor distance =
      torch::sqrt((lips_.positions(motion) - twice(truth)).pow(2).sum(-1) + 1e-6).mean(-1);
  result["lips"] = masked_mean(distance, mask * twice(closed));
  result["velocity"] =
      masked_mean(motion_error(differences(motion), twice(differences(batch.motion))),
                  mask.narrow(1, 1, mask.size(1) - 1));
}

}  // namespace flowtalk::train
