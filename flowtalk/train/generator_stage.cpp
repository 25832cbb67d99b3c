#include "flowtalk/train/generator_stage.h"

#include <algorithm>

#include "flowtalk/model/flowtalk.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/generator_trainer.h"
#include "flowtalk/train/lip_vertices.h"
#include "flowtalk/train/loop.h"
#include "flowtalk/train/motion_scaler.h"
#include "flowtalk/train/summary.h"

namespace flowtalk::train {
namespace {

using ops::TorchOps;
namespace fs = std::filesystem;

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

// Usage Error: what only imported models have.
void check_trainable(const model::ModelConfig& model) {
  if (!model.timing.padded()) {
    fail_usage(
        "model.timing.rule {}: is of imported models; voices are padded in training, set padded",
        text_of(model.timing.rule));
  }
  if (model.vertices > 0) {
    fail_usage(
        "model.vertices {}: is of imported models; training is on parameters of FLAME, set 0",
        model.vertices);
  }
}

}  // namespace

PriorChoice choose_prior(const std::string& run_or_none) {
  if (run_or_none == prior::text_of(prior::Kind::kNone)) return std::nullopt;
  return params::load_checkpoint(checkpoint_of(run_or_none));
}

prior::PriorConfig prior_of(const params::Checkpoint& checkpoint, motion::Axes axes) {
  const std::string kind = checkpoint.config.value("kind", "");
  if (kind != "prior" && kind != "model") {
    fail(
        "{}: is a checkpoint of kind '{}'; expected a motion prior, as train prior makes it, or a "
        "whole model",
        checkpoint.folder.string(), kind);
  }
  model::ModelConfig model;
  take_config(checkpoint, {"model"}, model);
  if (model.axes != axes) {
    fail_usage("{}: its motion has the axes of {}, model.face is {}", checkpoint.folder.string(),
               motion::owner_of(model.axes), text_of(axes));
  }
  return model.prior;
}

void check_parts(const fs::path& checkpoint, const EncoderChoice& encoder,
                 const PriorChoice& prior) {
  const auto run = params::load_checkpoint(checkpoint);
  check_same_external(run, encoder.external);
  if (encoder.weights) check_same_weights(run.weights, *encoder.weights, "encoder/");
  model::ModelConfig before;
  take_config(run, {"model"}, before);
  if ((before.prior.kind == prior::Kind::kNone) == prior.has_value()) {
    fail("{}: this run began {} a motion prior; give {} the same", checkpoint.string(),
         prior ? "without" : "over", Field("prior"));
  }
  if (prior) check_same_weights(run.weights, prior->weights, "prior/");
}

StartChoice choose_start(const std::string& run_or_checkpoint) {
  if (run_or_checkpoint.empty()) return std::nullopt;
  StartChoice start = params::load_checkpoint(checkpoint_of(run_or_checkpoint));
  const std::string kind = start->config.value("kind", "");
  if (kind != "model") {
    fail("{}: is a checkpoint of kind '{}'; expected a whole model to train further",
         start->folder.string(), kind);
  }
  return start;
}

model::ModelConfig model_over(const params::Checkpoint& start, const model::ModelConfig& of_set) {
  model::ModelConfig model;
  take_config(start, {"model"}, model);
  model.conditions = of_set.conditions;
  model.axes = of_set.axes;
  return model;
}

void check_start(const params::Checkpoint& start, const model::ModelConfig& model) {
  model::ModelConfig before;
  take_config(start, {"model"}, before);
  Json was = to_json(before), now = to_json(model);
  for (const char* part : {"encoder", "external_encoder", "prior"})
    was.erase(part), now.erase(part);
  const Json changes = Json::diff(was, now);
  if (changes.empty()) return;
  const auto at = Json::json_pointer(changes.front()["path"].get<std::string>());
  const auto shown = [&](const Json& json) {
    return json.contains(at) ? json[at].dump() : std::string("nothing");
  };
  std::string field = at.to_string().substr(1);
  std::ranges::replace(field, '/', '.');
  fail("{}: has {} as model.{}, here it is {}; a model is trained further as it is",
       start.folder.string(), shown(was), field, shown(now));
}

void train_generator(GeneratorRun config, const RunFolder& run, const GeneratorParts& parts,
                     const Clips& training, const Clips& validation, const face::Face& face) {
  const EncoderChoice& encoder = parts.encoder;
  const PriorChoice& prior = parts.prior;
  const StartChoice& start = parts.start;
  config.model.encoder = encoder.config;
  config.model.external_encoder = encoder.external;
  config.model.prior = prior ? prior_of(*prior, config.model.axes) : prior::without_prior();
  config.model.check(prior ? prior->folder.string() : run.path().string());
  check_trainable(config.model);
  TorchOps ops = ops_of(config.train, run.options());
  TorchParams params(static_cast<uint64_t>(config.train.seed), ops.device());
  if (const auto last = run.checkpoint()) {
    check_parts(*last, encoder, prior);
    params.preload(params::load_checkpoint(*last).weights);
  } else if (start) {
    params.preload(start->weights);
  } else {
    if (encoder.weights) params.preload(*encoder.weights, "encoder/");
    if (prior) params.preload(prior->weights, "prior/");
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
  const Batch whole = held_out.fixed(128);
  Batch others = whole;
  others.speech = whole.speech.roll(1, 0);
  StepBatches batches(sampler, run.ranks().share(config.train.batch), ops.device());

  Stage stage;
  stage.name = "generator";
  stage.data = amount_of(training);
  stage.trainable = {"generator/"};
  stage.config = Json{{"kind", "model"}, {"model", to_json(config.model)}};
  if (prior && prior->config.contains("protocol")) {
    stage.config["protocol"] = prior->config["protocol"];
  }
  stage.before_first_step = [&] {
    if (start) return;
    if (!prior) set_motion_scaler(params, "prior", training);
    trainer.initialise(training, first_batch(sampler, config.train.batch).to(ops.device()));
  };
  stage.before_batch = [&](int64_t) { ops.set_training(true); };
  stage.learn = [&](int64_t step, const Share& piece) {
    return trainer.learn(batches(step, piece), step);
  };
  stage.held_out = whole.share.all;
  stage.judge = [&](const Share& piece) {
    ops.set_training(false);
    return trainer.judge(whole.part(piece).to(ops.device()),
                         others.part(piece).speech.to(ops.device()));
  };
  stage.figures = [&](const Losses& means) { return trainer.figures(means); };
  run_stage(stage, params, config.train, run);
}

}  // namespace flowtalk::train
