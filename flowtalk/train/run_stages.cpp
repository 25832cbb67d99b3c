#include "flowtalk/train/run_stages.h"

#include <fmt/core.h>

#include <algorithm>

#include "flowtalk/base/outputs.h"
#include "flowtalk/data/augment.h"
#include "flowtalk/data/phone_clips.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/classifier_stage.h"
#include "flowtalk/train/encoder_stage.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/loop.h"
#include "flowtalk/train/model_face.h"
#include "flowtalk/train/prior_stage.h"
#include "flowtalk/train/training_set.h"

namespace flowtalk::train {
namespace fs = std::filesystem;

namespace {

// Usage Error: other latent channels are asked for than the prior has.
void check_latents(const PriorChoice& prior, std::optional<int> wanted) {
  if (!wanted) return;
  const int latent =
      prior ? prior->config["model"]["prior"].value("latent", prior::PriorConfig{}.latent)
            : prior::without_prior().latent;
  if (*wanted == latent) return;
  fail_usage("{} {}: the motion prior has {} latent channels; leave it out, or train another prior",
             Field("feature_dim"), *wanted, latent);
}

// What a generator hears; validation in the voices as they are.
SpeechSource speech_of(const FeatureExtractor& encoder, const std::string& features,
                       const GeneratorRun& config) {
  return {encoder, features, config.copies, config.augment};
}
SpeechSource unchanged(SpeechSource speech) {
  speech.copies = 0;
  return speech;
}

// Of both splits that a generator reads.
void encode_all(const Corpus& corpus, const SpeechSource& speech, const Part& part, bool quiet) {
  corpus.encode(training_clips(), speech, part, quiet);
  corpus.encode(validation_clips(), unchanged(speech), part, quiet);
}

// The fields below `json`, whose names begin with `path`.
void add_fields(const Json& json, const std::string& path, std::vector<std::string>& fields) {
  for (const auto& [name, value] : json.items()) {
    const std::string at = path.empty() ? name : path + "." + name;
    if (value.is_object()) {
      add_fields(value, at, fields);
    } else if (value.is_number_float()) {
      fields.push_back(fmt::format("{}={:.6g}", at, value.get<double>()));
    } else if (!value.is_array()) {
      fields.push_back(
          fmt::format("{}={}", at, value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }
}

std::vector<params::Checkpoint> checkpoints_to_pack(const PackOptions& o) {
  const int64_t count =
      o.mean_of_last > 0 ? o.mean_of_last : recorded_number(o.run, "mean_of_last", 1);
  const auto folders =
      count > 1 ? last_checkpoints(o.run, count) : std::vector{checkpoint_of(o.run)};
  std::vector<params::Checkpoint> checkpoints;
  for (const fs::path& folder : folders) checkpoints.push_back(params::load_checkpoint(folder));
  return checkpoints;
}

tensor::Tensor mean_of(const std::vector<params::Checkpoint>& checkpoints,
                       const std::string& name) {
  const tensor::Tensor first = checkpoints.front().weights.load(name);
  if (checkpoints.size() == 1) return first;
  std::vector<double> sum(static_cast<size_t>(first.size()));
  for (const params::Checkpoint& checkpoint : checkpoints) {
    const tensor::Tensor one = checkpoint.weights.load(name);
    if (one.shape() != first.shape()) {
      fail("{}: {} is {}, expected {} as in {}", checkpoint.folder.string(), name,
           tensor::to_string(one.shape()), tensor::to_string(first.shape()),
           checkpoints.front().folder.string());
    }
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += double{one.values()[i]};
  }
  tensor::Tensor mean(first.shape());
  for (size_t i = 0; i < sum.size(); ++i) {
    mean.values()[i] = static_cast<float>(sum[i] / static_cast<double>(checkpoints.size()));
  }
  return mean;
}

}  // namespace

std::vector<std::string> defaults_of(const std::string& stage) {
  const std::pair<const char*, Json> stages[] = {{"encoder", to_json(EncoderRun())},
                                                 {"prior", to_json(PriorRun())},
                                                 {"generator", to_json(GeneratorRun())},
                                                 {"classifier", to_json(ClassifierRun())}};
  std::vector<std::string> fields;
  for (const auto& [name, config] : stages) {
    if (stage == name) add_fields(config, "", fields);
  }
  // Of the model a prior is one part, and a generator comes to lie over two that are there.
  const std::vector<std::string> others = {"model.encoder.", "model.external_encoder.",
                                           "model.prior."};
  std::erase_if(fields, [&](const std::string& field) {
    if (stage == "prior") return field.starts_with("model.") && !field.starts_with("model.prior.");
    return std::ranges::any_of(others, [&](const auto& other) { return field.starts_with(other); });
  });
  return fields;
}

void run_encoder(EncoderOptions o) {
  EncoderRun config;
  o.stage.fill(config);
  o.stage.apply();
  o.stage.run.inputs = {{"phones", fmt::format("{}", fmt::join(o.phones, " "))},
                        {"held-out", std::to_string(o.held_out)}};
  if (!o.from.empty()) o.stage.run.inputs.insert({"from", o.from});
  const RunFolder run(o.stage.run, "encoder", config);
  std::vector<data::PhoneClip> training, validation;
  for (const std::string& folder : o.phones) {
    const auto names = data::list_phone_clips(folder);
    for (size_t i = 0; i < names.size(); ++i) {
      auto& part = i % static_cast<size_t>(o.held_out) == 0 ? validation : training;
      part.push_back(data::load_phone_clip(folder, names[i]));
    }
  }
  const Augment augment = [&](const data::PhoneClip& clip, Rng rng) {
    const auto& other =
        training[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(training.size()) - 1))];
    return data::augment(clip, rng.fork("augment"), config.augment, other.audio.samples);
  };
  train_encoder(config, run, training, validation, augment, o.from);
}

void run_prior(PriorOptions o) {
  const auto [config, corpus] = prepare<PriorRun>(o.data, [&](PriorRun& run) {
    o.stage.fill(run);
    if (o.model) run.model.prior.kind = *o.model;
    if (!prior::row_of(run.model.prior.kind).trained) {
      fail_usage("{} {}: there is nothing to train; give it to the generator as {}", Field("model"),
                 text_of(run.model.prior.kind), Field("prior"));
    }
    if (o.feature_dim) run.model.prior.latent = *o.feature_dim;
    if (!o.protocol.empty()) run.protocol = o.protocol;
    if (run.protocol != "clean" && run.protocol != "paper") {
      fail_usage("{}: expected clean or paper, got '{}'", Field("protocol"), run.protocol);
    }
  });
  o.stage.apply();
  o.stage.run.inputs = o.data.inputs();
  if (!o.face.empty()) o.stage.run.inputs.insert({"face", o.face});
  const motion::Axes axes = config.model.axes;
  const face::Face& moved = face_of(axes, o.face);
  const RunFolder run(o.stage.run, "prior", config);
  const bool quiet = o.stage.run.quiet;
  const auto training = corpus->motion(training_clips(config.protocol == "paper"), axes, quiet);
  train_prior(config, run, *training, *corpus->motion(validation_clips(), axes, quiet), moved);
}

void take_parts(GeneratorOptions& o) {
  for (std::string* part : {&o.encoder, &o.prior}) {
    if (part->empty()) *part = o.from;
  }
  if (o.prior.empty()) o.prior = kOwnPrior;
}

void run_generator(GeneratorOptions o) {
  take_parts(o);
  const StartChoice start = choose_start(o.from);
  const auto [config, corpus] = prepare<GeneratorRun>(o.data, [&](GeneratorRun& run) {
    if (start) run.model = model_over(*start, run.model);
    o.stage.fill(run);
    if (o.model) run.model.generator.kind = *o.model;
  });
  if (start) check_start(*start, config.model);
  o.stage.apply();
  o.stage.run.inputs = o.data.inputs();
  if (!o.from.empty()) o.stage.run.inputs.insert({"from", o.from});
  o.stage.run.inputs.insert({{"encoder", o.encoder}, {"prior", o.prior}});
  if (!o.face.empty()) o.stage.run.inputs.insert({"face", o.face});
  const motion::Axes axes = config.model.axes;
  const face::Face& moved = face_of(axes, o.face);
  const RunFolder run(o.stage.run, "generator", config);
  const FeatureExtractor extractor(o.encoder, o.stage.run.device);
  const PriorChoice prior = choose_prior(o.prior);
  if (prior) prior_of(*prior, axes);  // before hours of encoding
  check_latents(prior, o.feature_dim);
  if (start) check_parts(start->folder, extractor.choice(), prior);
  const bool quiet = o.stage.run.quiet;
  auto notes = extractor.choice().notes;
  if (!o.encoder_note.empty()) notes.insert(notes.begin(), o.encoder_note);
  for (const std::string& note : notes) {
    if (!quiet) fmt::print(stderr, "{}\n", note);
  }
  if (const auto last = run.checkpoint()) check_parts(*last, extractor.choice(), prior);
  Ranks& ranks = run.ranks();
  if (ranks.size() > 1) {  // each encodes its part, for all
    if (o.features.empty()) o.features = (run.path() / "features").string();
    const Part part{static_cast<size_t>(ranks.rank()), static_cast<size_t>(ranks.size())};
    encode_all(*corpus, speech_of(extractor, o.features, config), part, quiet);
    ranks.barrier();
  }
  const SpeechSource speech = speech_of(extractor, o.features, config);
  const auto training = corpus->with_speech(training_clips(), axes, speech, quiet);
  train_generator(config, run, {extractor.choice(), prior, start}, *training,
                  *corpus->with_speech(validation_clips(), axes, unchanged(speech), quiet), moved);
}

void run_features(const FeaturesOptions& o) {
  if (o.features.empty()) fail_usage("where to? give {}", Field("features"));
  const Part part = part_of(o.part, environment);
  StageOptions stage = StageOptions::without_run(o);
  const auto [config, corpus] =
      prepare<GeneratorRun>(o.data, [&](GeneratorRun& run) { stage.fill(run); });
  stage.apply();
  const FeatureExtractor extractor(o.encoder, stage.run.device);
  encode_all(*corpus, speech_of(extractor, o.features, config), part, o.quiet);
}

void run_classifier(ClassifierOptions o) {
  const auto [config, corpus] =
      prepare<ClassifierRun>(o.data, [&](ClassifierRun& run) { o.stage.fill(run); });
  o.stage.apply();
  o.stage.run.inputs = o.data.inputs();
  const RunFolder run(o.stage.run, "classifier", config);
  const bool quiet = o.stage.run.quiet;
  train_classifier(config, run, *corpus->motion(training_clips(), config.axes, quiet),
                   *corpus->motion(validation_clips(), config.axes, quiet));
}

void pack(const PackOptions& o) {
  if (o.run.empty() || o.out.empty()) {
    fail_usage("which run, and where to? give {} and {}", Field("run"), Field("out"));
  }
  const fs::path out = model_folder(o.out);
  const auto checkpoints = checkpoints_to_pack(o);
  const params::Checkpoint& checkpoint = checkpoints.back();
  formats::NamedTensors tensors;
  for (const auto& name : checkpoint.weights.names()) {
    tensors.emplace_back(name, mean_of(checkpoints, name));
  }
  // What else stands in the folder (a model card) is kept.
  params::save_checkpoint(out, checkpoint.config, tensors,
                          o.float32 ? formats::Dtype::kF32 : formats::Dtype::kF16,
                          [&](const fs::path& fresh) {
                            const fs::path card = out / "card.md";
                            if (fs::exists(card)) fs::copy_file(card, fresh / "card.md");
                          });
}

std::string model_folder(const std::string& given) {
  return replaced_folder(given, "out",
                         [](const std::string& name) {
                           return name == "config.json" || name == "weights.safetensors" ||
                                  name == "card.md";
                         })
      .string();
}

}  // namespace flowtalk::train
