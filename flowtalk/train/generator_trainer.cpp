#include "flowtalk/train/generator_trainer.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "flowtalk/motion/layout.h"
#include "flowtalk/train/frames.h"
#include "flowtalk/train/moments.h"

namespace flowtalk::train {
namespace {

using ops::TorchOps;

// Addresses of what no step draws.
constexpr int64_t kOfStatistics = -1, kOfFirstBatch = -2, kOfValidation = -3;

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

void GeneratorTrainer::initialise(const Clips& clips, const Batch& batch) {
  const torch::NoGradGuard no_grad;
  Moments moments;
  const auto clip_count = static_cast<int64_t>(clips.size());
  for (int64_t i = 0; i < clip_count; ++i) {
    const torch::Tensor motion = clips[static_cast<size_t>(i)].motion.unsqueeze(0);
    const Draws draws(config_.train.seed, kOfStatistics, {i, 1, clip_count});
    moments.add(posterior_sample(motion.to(ops_.device()), draws).squeeze(0));
  }
  params_.assign("generator/latent_mean", moments.mean());
  params_.assign("generator/latent_sd", moments.sd().clamp_min(1e-3));
  const torch::Tensor z =
      posterior_sample(batch.motion, Draws(config_.train.seed, kOfFirstBatch, batch.share));
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

Lesson GeneratorTrainer::learn(const Batch& batch, int64_t step) {
  const Draws draws(config_.train.seed, step, batch.share);
  torch::Tensor z;
  {
    const torch::NoGradGuard no_grad;
    z = posterior_sample(batch.motion, draws);
  }
  const torch::Tensor dropped = draws.uniform("no emotion", {1, 1}) < config_.loss.null_emotion;
  const auto c =
      condition(with_average_styles(batch, draws), dropped.to(ops_.device(), torch::kFloat32));
  const auto& w = config_.loss;
  Summands parts;
  std::map<std::string, double> weights;
  const auto by = [&](const auto& family) {
    using G = std::remove_cvref_t<decltype(family)>;
    const auto& own = generate::part_of<typename G::Losses>(w.terms);
    const auto prepared = family.prepare(ops_, c);
    const auto learned = family.learn(ops_, z, prepared, own, draws.streams("learn"));
    for (const auto& term : learned.terms) {
      Summand part = masked(term.values, mask_of(batch, term.values.size(1)));
      parts[term.name] = {part.sum / term.per_frame, part.weight};
      weights[term.name] = term.weight;
    }
    const double ramp = ramp_at(step, own.any());
    if (ramp == 0 || !w.on_motion()) return;
    add_motion_losses(batch,
                      learned.estimate ? Played{prior_.decode(ops_, learned.estimate->values), {}}
                                       : play_twice(family, batch, prepared, step, draws),
                      parts);
    weights["reconstruction"] = ramp * w.reconstruction;
    weights["lips"] = ramp * w.lips;
    weights["velocity"] = ramp * w.velocity;
  };
  std::visit(by, generator_);
  const auto total = [weights](const Losses& shares, const Losses&, double) {
    torch::Tensor sum;
    for (const auto& [name, weight] : weights) {
      const torch::Tensor weighted = weight * shares.at(name);
      sum = sum.defined() ? sum + weighted : weighted;
    }
    FT_CHECK(sum.defined(), "nothing to learn from");
    return sum;
  };
  return {parts, total};
}

Summands GeneratorTrainer::judge(const Batch& batch, const torch::Tensor& others) {
  const Draws draws(config_.train.seed, kOfValidation, batch.share);
  const torch::Tensor z = posterior_sample(batch.motion, draws);
  Summands parts{{"jitter_truth", plain(differences(differences(batch.motion)).abs())}};
  const auto by = [&](const auto& family) {
    using G = std::remove_cvref_t<decltype(family)>;
    if constexpr (generate::Density<G, TorchOps>) judge_density(family, batch, others, z, parts);
    const auto prepared = family.prepare(ops_, condition(batch, torch::Tensor()));
    for (const float temperature : {0.0f, 0.3f}) {
      if (temperature > 0 && !config_.model.draws_chance()) continue;
      Takes takes;
      for (int64_t i = 0; i < batch.share.count; ++i) {
        takes.item.push_back(batch.share.first + i);
        takes.temperature.push_back(temperature);
      }
      const torch::Tensor motion = play(family, prepared, batch.motion.size(1), takes, draws);
      const std::string tag = temperature == 0 ? "_tau0" : "_tau03";
      parts["lve_mm2" + tag] =
          lip_vertex_error(lips_.region(lips_.positions(motion)),
                           lips_.region(lips_.positions(batch.motion)), batch.mask);
      parts["jitter" + tag] = plain(differences(differences(motion)).abs());
      parts["l1" + tag] = masked(motion_error(motion, batch.motion), batch.mask);
    }
  };
  std::visit(by, generator_);
  return parts;
}

Metrics GeneratorTrainer::figures(const Losses& means) const {
  Metrics m = numbers_of(means);
  m["selection"] = std::log(m["lve_mm2_tau0"]);
  if (!m.contains("nll")) return m;
  // Where the likelihood is trained: it and LVE can disagree; their product in the likelihood's
  // sense weighs both.
  const auto judged = [&](const auto& family) {
    using G = std::remove_cvref_t<decltype(family)>;
    const auto& own = generate::part_of<typename G::Losses>(config_.loss.terms);
    if constexpr (requires { own.nll; }) return own.nll > 0;
    return false;
  };
  if (std::visit(judged, generator_)) m["selection"] += m["nll"];
  m["bits_per_dim"] = m["nll"] / std::log(2.0);
  m["conditioning_gain"] = m["nll_of_others"] - m["nll"];
  m.erase("nll_of_others");
  return m;
}

template <class G>
Summand GeneratorTrainer::nll(const G& family, const torch::Tensor& z,
                              const typename G::Prepared& prepared, const Batch& batch) {
  const torch::Tensor log_prob = family.log_prob(ops_, z, prepared);
  const double per_value =
      static_cast<double>(z.size(1) * z.size(2)) / static_cast<double>(log_prob.size(1));
  const Summand part = masked(log_prob, mask_of(batch, log_prob.size(1)));
  return {-part.sum / per_value, part.weight};
}

template <class G>
void GeneratorTrainer::judge_density(const G& family, const Batch& batch,
                                     const torch::Tensor& others, const torch::Tensor& z,
                                     Summands& parts) {
  const auto prepared = family.prepare(ops_, condition(batch, torch::Tensor()));
  parts["nll"] = nll(family, z, prepared, batch);
  Batch shuffled = batch;
  shuffled.speech = others;
  const auto other = family.prepare(ops_, condition(shuffled, torch::Tensor()));
  parts["nll_of_others"] = nll(family, z, other, batch);
  const torch::Tensor residual = family.judge(ops_, z, prepared).residual;
  const torch::Tensor back = family.from_residual(ops_, residual, prepared).values;
  // The mean over the windows of the largest in each.
  parts["round_trip"] = plain(((back - z) / family.scale.sd).abs().amax({1, 2}));
}

// A share of the windows in the average style, so that it stands for people not among the styles.
Batch GeneratorTrainer::with_average_styles(const Batch& batch, const Draws& draws) const {
  Batch changed = batch;
  auto streams = draws.streams("style");
  for (size_t i = 0; i < streams.size(); ++i) {
    if (streams[i].chance(config_.loss.average_style)) changed.style[i] = kAverageStyle;
  }
  return changed;
}

torch::Tensor GeneratorTrainer::posterior_sample(const torch::Tensor& motion, const Draws& draws) {
  const auto posterior = prior_.encode(ops_, motion);
  if (!posterior.log_variance) return posterior.mean;
  const torch::Tensor white =
      draws.normal("posterior", {posterior.mean.size(1), posterior.mean.size(2)});
  return posterior.mean +
         torch::exp(0.5 * *posterior.log_variance) * ar1(white.to(motion.device()), 0.8);
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

template <class G>
torch::Tensor GeneratorTrainer::play(const G& family, const typename G::Prepared& prepared,
                                     int64_t frames, const Takes& takes, const Draws& draws) {
  const auto windows = static_cast<int64_t>(takes.item.size());
  if constexpr (generate::Density<G, TorchOps>) {
    const torch::Tensor rho = family.rho(ops_).detach();
    const int64_t groups = frames * config_.model.prior.latent / rho.size(0);
    const torch::Tensor white = draws.normal_of("residual", takes.item, {groups, rho.size(0)});
    const torch::Tensor temperature = torch::tensor(takes.temperature).reshape({windows, 1, 1});
    const torch::Tensor r = ar1(white.to(ops_.device()), rho) * temperature.to(ops_.device());
    return prior_.decode(ops_, family.from_residual(ops_, r, prepared).values);
  } else {
    std::vector<NoiseAddress> noises;
    for (size_t i = 0; i < takes.item.size(); ++i) {
      noises.push_back({static_cast<uint64_t>(config_.train.seed),
                        static_cast<uint32_t>(takes.item[i]), takes.temperature[i]});
    }
    return prior_.decode(ops_, family.sample(ops_, prepared, {noises}).values);
  }
}

// The whole batch at temperature 0 carries the whole error; every second window again, at a random
// temperature, only lips and velocity, so that diversity is not punished.
template <class G>
GeneratorTrainer::Played GeneratorTrainer::play_twice(const G& family, const Batch& batch,
                                                      const typename G::Prepared& prepared,
                                                      int64_t step, const Draws& draws) {
  const auto& w = config_.loss;
  const bool chance = config_.model.draws_chance() && w.highest_temperature > 0;
  Rng rng = Rng(static_cast<uint64_t>(config_.train.seed))
                .fork("temperature")
                .fork(static_cast<uint64_t>(step));
  const auto hot = static_cast<float>(rng.uniform(0, w.highest_temperature));
  Takes takes;
  std::vector<int64_t> again;
  for (int64_t i = 0; i < batch.share.count; ++i) {
    takes.item.push_back(batch.share.first + i);
    takes.temperature.push_back(0);
    if (chance && takes.item.back() % 2 == 0) again.push_back(i);
  }
  for (const int64_t i : again) {
    takes.item.push_back(batch.share.all + batch.share.first + i);
    takes.temperature.push_back(hot);
  }
  const torch::Tensor rows = torch::tensor(again, torch::kInt64).to(ops_.device());
  const auto twice = [&](const torch::Tensor& x) {
    return torch::cat({x, x.index_select(0, rows)});
  };
  return {play(family, prepared.each(twice), batch.motion.size(1), takes, draws), rows};
}

void GeneratorTrainer::add_motion_losses(const Batch& batch, const Played& played,
                                         Summands& parts) const {
  const auto& w = config_.loss;
  const torch::Tensor& motion = played.motion;
  const int64_t count = batch.motion.size(0), hot = motion.size(0) - count;
  const auto twice = [&](const torch::Tensor& x) {
    return hot == 0 ? x : torch::cat({x, x.index_select(0, played.again)});
  };
  parts["reconstruction"] =
      masked(motion_error(motion.narrow(0, 0, count), batch.motion), batch.mask);
  // Windows at a random temperature count by `hot`.
  torch::Tensor share = torch::ones({count + hot, 1}, ops_.device());
  share.narrow(0, count, hot).fill_(w.hot);
  const torch::Tensor truth = lips_.positions(batch.motion), mask = twice(batch.mask) * share;
  const torch::Tensor closed = 1 + w.closure * torch::exp(-lips_.gap(truth).clamp_min(0) / 1.5);
  const torch::Tensor distance =
      torch::sqrt((lips_.positions(motion) - twice(truth)).pow(2).sum(-1) + 1e-6).mean(-1);
  parts["lips"] = masked(distance, mask * twice(closed));
  parts["velocity"] = masked(motion_error(differences(motion), twice(differences(batch.motion))),
                             mask.narrow(1, 1, mask.size(1) - 1));
}

}  // namespace flowtalk::train
