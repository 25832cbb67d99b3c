#include "flowtalk/train/prior_stage.h"

#include "flowtalk/base/error.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/prior/any.h"
#include "flowtalk/train/draws.h"
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
  PriorTrainer(const PriorRun& config, TorchParams& params, const LipVertices& lips, TorchOps& ops,
               Ranks& ranks)
      : config_(config),
        params_(params),
        prior_(params::Scope<TorchOps>(params) / "prior", config.model.prior),
        lips_(lips),
        ops_(ops),
        ranks_(ranks) {}

  // draws: of the chance that training has, none without it.
  Lesson learn(const Batch& batch, const Draws* draws) {
    const PriorLossConfig& w = config_.loss;
    const auto posterior = prior_.encode(ops_, batch.motion);
    torch::Tensor z = posterior.mean;
    if (draws != nullptr && posterior.log_variance) {
      const torch::Tensor white = draws->normal("posterior", {z.size(1), z.size(2)});
      z = z + torch::exp(0.5 * *posterior.log_variance) * ar1(white.to(z.device()), w.noise_rho);
    }
    if (draws != nullptr) {
      const torch::Tensor kept = draws->uniform("frames", {z.size(1), 1}) >= w.mask_frames;
      z = z * kept.to(z.device(), torch::kFloat32);
    }
    Lesson lesson{reconstruction(prior_.decode(ops_, z), batch), {}};
    if (posterior.log_variance) {
      add_kl(posterior.mean, *posterior.log_variance, batch, lesson.parts);
    }
    if (posterior.coded) add_codes(*posterior.coded, batch, lesson.parts);
    if (draws != nullptr && posterior.coded) count_codes(*posterior.coded);
    lesson.total = [this](const Losses& shares, const Losses& means, double portion) {
      return total_of(shares, means, portion);
    };
    return lesson;
  }
  Lesson learn(const Batch& batch, int64_t step) {
    const Draws draws(config_.train.seed, step, batch.share);
    return learn(batch, &draws);
  }

  // Codes begin where frames are: at encoded pieces of the whole batch, in the place of all codes.
  void start_codes(const Batch& whole, Rng rng) {
    if (const auto pieces = pieces_of(whole)) params_.assign(kCodes, chosen_of(*pieces, rng));
  }
  // At times, in the place of those that no frame of any rank has taken for a while. Counting
  // begins anew with each epoch, so that a run that goes on counts as one that never stopped.
  // whole(): the batch of the step, of all ranks.
  void restart_dead_codes(const std::function<Batch()>& whole, int64_t step) {
    const TrainConfig& t = config_.train;
    const int64_t into = step % (int64_t{t.steps_per_epoch} * t.gradient_accumulation_steps);
    if (into % kRestart != 0) return;
    if (into != 0 && counts_.defined()) {
      ranks_.sum(counts_);
      const torch::Tensor table = params_.tensors().at(kCodes);
      const torch::Tensor dead = (counts_ == 0).unsqueeze(1).to(table.device());
      const Rng rng = Rng(static_cast<uint64_t>(t.seed)).fork("codes");
      const torch::Tensor fresh =
          chosen_of(pieces_of(whole()).value(), rng.fork(static_cast<uint64_t>(step)));
      params_.assign(kCodes, torch::where(dead, fresh, table));
    }
    counts_ = torch::Tensor();
  }

  // The counts of all ranks, for a run that goes on within an epoch.
  Json memory() {
    if (!counts_.defined()) return {};
    torch::Tensor all = counts_.clone();
    ranks_.sum(all);
    return std::vector<int64_t>(all.data_ptr<int64_t>(), all.data_ptr<int64_t>() + all.numel());
  }
  void remember(const Json& memory) {
    if (memory.is_null()) return;
    const auto counts = memory.get<std::vector<int64_t>>();
    if (static_cast<int64_t>(counts.size()) != params_.tensors().at(kCodes).size(0)) {
      fail("counts of {} codes, the prior has {}", counts.size(),
           params_.tensors().at(kCodes).size(0));
    }
    counts_ = torch::tensor(counts);
    if (!ranks_.leads()) counts_.zero_();
  }

  Summands judge(const Batch& batch) {
    const auto posterior = prior_.encode(ops_, batch.motion);
    const torch::Tensor frames = posterior.mean.flatten(0, 1);
    const torch::Tensor count =
        torch::full({}, static_cast<double>(frames.size(0)), torch::TensorOptions(ops_.device()));
    Summands parts = learn(batch, nullptr).parts;
    parts["lve_mm2"] =
        lip_vertex_error(lips_.region(lips_.positions(prior_.decode(ops_, posterior.mean))),
                         lips_.region(lips_.positions(batch.motion)), batch.mask);
    parts["mean"] = {frames.sum(0), count};
    parts["square"] = {frames.pow(2).sum(0), count};
    if (posterior.coded) parts["usage"] = {usage_of(*posterior.coded).to(torch::kFloat32), count};
    return parts;
  }

  Metrics figures(Losses means) const {
    Metrics metrics{{"total", total_of(means, means, 1).item<double>()}};
    const torch::Tensor variance = means.at("square") - means.at("mean").pow(2);
    metrics["active_units"] = (variance > 0.01).sum().item<double>();
    if (const auto usage = means.find("usage"); usage != means.end()) {
      // Perplexity hangs on the shares alone.
      const torch::Tensor host =
          (usage->second / usage->second.sum() * 1e9).to(torch::kInt64).cpu();
      metrics["perplexity"] =
          prior::perplexity_of({host.data_ptr<int64_t>(), host.data_ptr<int64_t>() + host.numel()});
    }
    for (const char* name : {"mean", "square", "usage"}) means.erase(name);
    for (const auto& [name, mean] : means) metrics[name] = mean.mean().item<double>();
    return metrics;
  }

 private:
  static constexpr int64_t kRestart = 50;  // steps between looks at the codes

  using Coded = prior::Coded<TorchOps>;

  // Per dimension, (D).
  void add_kl(const torch::Tensor& mean, const torch::Tensor& log_variance, const Batch& batch,
              Summands& parts) const {
    const torch::Tensor kl = 0.5 * (mean.pow(2) + log_variance.exp() - 1 - log_variance);
    parts["kl"] = {(kl * batch.mask.unsqueeze(-1)).sum(std::vector<int64_t>{0, 1}),
                   batch.mask.sum()};
  }
  torch::Tensor total_of(const Losses& shares, const Losses& means, double portion) const {
    const PriorLossConfig& w = config_.loss;
    torch::Tensor total = w.expression * shares.at("expression") + w.jaw * shares.at("jaw") +
                          w.lips * shares.at("lips") + w.velocity * shares.at("velocity");
    if (const auto kl = shares.find("kl"); kl != shares.end()) {
      // Free bits: only dimensions that have more, over the whole batch, are pushed.
      const torch::Tensor free = torch::full_like(kl->second, w.free_bits * portion);
      total = total + w.kl * torch::where(means.at("kl") > w.free_bits, kl->second, free).sum();
    }
    if (shares.contains("codes")) {
      total = total + w.codes * (shares.at("codes") + w.commitment * shares.at("commitment"));
    }
    return total;
  }
  // Codes go to what is encoded, and, a share of it, the other way round (van den Oord et al.,
  // 2017).
  void add_codes(const Coded& coded, const Batch& batch, Summands& parts) const {
    const auto error = [&](const torch::Tensor& a, const torch::Tensor& b) {
      return masked((a - b).pow(2), batch.mask);
    };
    parts["codes"] = error(coded.codes, coded.encoded.detach());
    parts["commitment"] = error(coded.encoded, coded.codes.detach());
  }
  torch::Tensor usage_of(const Coded& coded) const {
    return torch::tensor(prior::usage_of(coded.rows, prior_.quantiser().value().config.codes),
                         torch::kInt64);
  }
  void count_codes(const Coded& coded) {
    const torch::Tensor counts = usage_of(coded);
    counts_ = counts_.defined() ? counts_ + counts : counts;
  }
  // What the batch is encoded to, code by code, (pieces, width); nothing of a prior without codes.
  std::optional<torch::Tensor> pieces_of(const Batch& batch) {
    const torch::NoGradGuard no_grad;
    const auto coded = prior_.encode(ops_, batch.motion).coded;
    if (!coded) return std::nullopt;
    return coded->encoded.reshape({-1, params_.tensors().at(kCodes).size(1)}).contiguous();
  }
  // One for every code.
  torch::Tensor chosen_of(const torch::Tensor& pieces, Rng rng) const {
    std::vector<int64_t> rows(static_cast<size_t>(params_.tensors().at(kCodes).size(0)));
    for (int64_t& row : rows) row = rng.integer(0, pieces.size(0) - 1);
    return pieces.index_select(0, torch::tensor(rows).to(pieces.device()));
  }

  Summands reconstruction(const torch::Tensor& decoded, const Batch& batch) {
    const torch::Tensor error = (decoded - batch.motion).abs();
    const torch::Tensor lip_error =
        (lips_.positions(decoded) - lips_.positions(batch.motion)).pow(2).sum(-1) + 1e-6;
    const torch::Tensor step_mask = batch.mask.narrow(1, 1, batch.mask.size(1) - 1);
    return {{"expression", masked(error.narrow(2, 0, motion::kLiveExpression), batch.mask)},
            {"jaw", masked(error.narrow(2, motion::kJawAt, flame::kJaw), batch.mask)},
            {"lips", masked(lip_error.sqrt(), batch.mask)},
            {"velocity", masked((velocity(decoded) - velocity(batch.motion)).abs(), step_mask)}};
  }

  const PriorRun& config_;
  TorchParams& params_;
  prior::AnyPrior<TorchOps> prior_;
  const LipVertices& lips_;
  TorchOps& ops_;
  Ranks& ranks_;
  torch::Tensor counts_;  // of codes that this rank took, since the last look
};

}  // namespace

void train_prior(const PriorRun& config, const RunFolder& run, const Clips& training,
                 const Clips& validation, const face::Face& face) {
  config.model.prior.check(run.path().string());
  const torch::Device device(run.options().device);
  TorchOps ops = ops_of(config.train, run.options());
  TorchParams params(static_cast<uint64_t>(config.train.seed), device);
  if (const auto last = run.checkpoint()) params.preload(params::load_checkpoint(*last).weights);
  const LipVertices lips(face, device);
  Ranks& ranks = run.ranks();
  PriorTrainer trainer(config, params, lips, ops, ranks);
  const WindowSampler sampler(training, config.train.window_frames,
                              static_cast<uint64_t>(config.train.seed));
  const WindowSampler held_out(validation, config.train.window_frames, 0);
  const Batch whole = held_out.fixed(256);
  StepBatches batches(sampler, ranks.share(config.train.batch), device);

  Stage stage;
  stage.name = "prior";
  stage.data = amount_of(training);
  stage.trainable = {"prior/"};
  stage.jumping = {kCodes};
  stage.config =
      Json{{"kind", "prior"}, {"protocol", config.protocol}, {"model", to_json(config.model)}};
  stage.before_first_step = [&] {
    set_motion_scaler(params, "prior", training);
    trainer.start_codes(first_batch(sampler, config.train.batch).to(device),
                        Rng(static_cast<uint64_t>(config.train.seed)).fork("codes"));
  };
  stage.before_batch = [&](int64_t step) {
    const auto all = [&] {
      return sampler.draw(step, Share::whole(config.train.batch)).to(device);
    };
    trainer.restart_dead_codes(all, step);
    ops.set_training(true);
  };
  stage.learn = [&](int64_t step, const Share& piece) {
    return trainer.learn(batches(step, piece), step);
  };
  stage.held_out = whole.share.all;
  stage.judge = [&](const Share& piece) {
    ops.set_training(false);
    return trainer.judge(whole.part(piece).to(device));
  };
  stage.figures = [&](const Losses& means) { return trainer.figures(means); };
  stage.memory = [&] { return trainer.memory(); };
  stage.remember = [&](const Json& memory) { trainer.remember(memory); };
  run_stage(stage, params, config.train, run);
}

}  // namespace flowtalk::train
