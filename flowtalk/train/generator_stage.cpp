#include "flowtalk/train/generator_stage.h"

#include <algorithm>

#include "flowtalk/base/files.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/model/flowtalk.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/generator_trainer.h"
#include "flowtalk/train/lip_vertices.h"
#include "flowtalk/train/loop.h"

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

void check_same_external(const fs::path& checkpoint, const encoder::ExternalEncoder& now) {
  model::ModelConfig before;
  take_config(params::load_checkpoint(checkpoint), {"model"}, before);
  const auto& expected = before.external_encoder;
  if (expected.fingerprint == now.fingerprint) return;
  const auto say = [](const encoder::ExternalEncoder& e) {
    return e.used() ? fmt::format("{} ({})", e.fingerprint, e.folder)
                    : std::string("one of flowtalk's own");
  };
  fail("{}: this run began with the encoder {}, got {}; give --encoder the same one",
       checkpoint.string(), say(expected), say(now));
}

// Of every tensor under the prefix in `run`.
void check_same_weights(const fs::path& run, const fs::path& given, const std::string& prefix) {
  const formats::SafetensorsFile ours(run), theirs(given);
  for (const std::string& name : ours.names()) {
    if (!name.starts_with(prefix)) continue;
    if (theirs.contains(name) && theirs.shape(name) == ours.shape(name)) {
      const auto a = ours.load(name), b = theirs.load(name);
      if (std::equal(a.data(), a.data() + a.size(), b.data())) continue;
    }
    fail(
        "{}: was trained over other weights of the {} than {} (tensor {}); give the same, or train "
        "anew in another folder",
        run.string(), prefix.substr(0, prefix.size() - 1), given.string(), name);
  }
}

}  // namespace

void check_parts(const fs::path& checkpoint, const EncoderChoice& encoder,
                 const fs::path& prior_checkpoint) {
  const fs::path weights = checkpoint / "weights.safetensors";
  check_same_external(checkpoint, encoder.external);
  if (!encoder.external.used()) check_same_weights(weights, encoder.weights, "encoder/");
  check_same_weights(weights, checkpoint_of(prior_checkpoint) / "weights.safetensors", "prior/");
}

void train_generator(GeneratorRun config, const RunFolder& run, const EncoderChoice& encoder,
                     const fs::path& prior_checkpoint, const std::vector<TrainingClip>& training,
                     const std::vector<TrainingClip>& validation) {
  const fs::path prior = checkpoint_of(prior_checkpoint);
  config.model.encoder = encoder.config;
  config.model.external_encoder = encoder.external;
  take_config(params::load_checkpoint(prior), {"model", "prior"}, config.model.prior);
  config.model.check(prior.string());
  TorchOps ops{torch::Device(run.options().device)};
  TorchParams params(static_cast<uint64_t>(config.train.seed), ops.device());
  if (const auto last = run.checkpoint()) {
    check_parts(*last, encoder, prior);
    params.preload(*last / "weights.safetensors");
  } else {
    if (!encoder.external.used()) params.preload(encoder.weights, "encoder/");
    params.preload(prior / "weights.safetensors", "prior/");
  }
  if (!encoder.external.used()) {  // only so that its weights are saved with the model
    encoder::Hubert<TorchOps>(params::Scope<TorchOps>(params) / "encoder", encoder.config);
  }
  const LipVertices lips(face::builtin_face(), ops.device());
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
  stage.config = Json{
      {"format", params::kCheckpointFormat}, {"kind", "model"}, {"model", to_json(config.model)}};
  const Json of_prior =
      parse_json(load_file(prior / "config.json"), (prior / "config.json").string());
  if (of_prior.contains("protocol")) stage.config["protocol"] = of_prior["protocol"];
  stage.before_first_step = [&](int64_t) {
    trainer.initialise(training,
                       sampler.draw(1 << 30, 4 * int64_t{config.train.batch}).to(ops.device()));
  };
  stage.losses = [&](int64_t step) {
    ops.set_training(true);
    return trainer.losses(sampler.draw(step, config.train.batch).to(ops.device()), step);
  };
  stage.validate = [&] {
    ops.set_training(false);
    return trainer.validate(fixed);
  };
  run_stage(stage, params, config.train, run);
}

}  // namespace flowtalk::train
