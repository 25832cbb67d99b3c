// flowtalk train prior / generator: the two stages of the reference system on a 3DMEAD data set;
// and the classifier that judges motion in `evaluate`.
#include <algorithm>

#include "apps/train_commands.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/words.h"
#include "flowtalk/data/index.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/train/classifier_stage.h"
#include "flowtalk/train/feature_cache.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/prior_stage.h"

namespace flowtalk::apps {
namespace {

struct DataOptions {
  std::string dataset = "datasets", subjects;

  void declare(CLI::App& app) {
    app.add_option("--dataset", dataset, "folder in the layout of 3DMEAD")->capture_default_str();
    app.add_option("--train-subjects", subjects, "style ids, separated by spaces; default all");
  }

  std::vector<int> styles(const Conditions& conditions) const {
    std::vector<int> chosen;
    for (const std::string& word : words_of(subjects)) {
      chosen.push_back(parse_style(word, conditions));
    }
    return chosen;
  }

  // Clips of the chosen subjects among `all`.
  std::vector<data::Clip> chosen(const std::vector<data::Clip>& all, const data::Index& index,
                                 const char* split) const {
    const auto ids = styles(index.conditions);
    std::vector<data::Clip> result;
    for (const auto& clip : all) {
      if (ids.empty() || std::find(ids.begin(), ids.end(), clip.name.style) != ids.end()) {
        result.push_back(clip);
      }
    }
    if (result.empty()) {
      fail("{}: no clip of the chosen subjects is in the {} split", dataset, split);
    }
    return result;
  }
  std::map<std::string, std::string> inputs() const {
    return {{"dataset", dataset}, {"train-subjects", subjects}};
  }
  data::Index index() const {
    const std::filesystem::path root = dataset;
    return data::scan_dataset(std::filesystem::is_directory(root / "mead") ? root / "mead" : root);
  }
};

// The names of a table of families or priors.
template <class Table>
std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

motion::Axes& axes_of(train::ClassifierRun& run) { return run.axes; }
Conditions& conditions_of(train::ClassifierRun& run) { return run.conditions; }
template <class Run>
motion::Axes& axes_of(Run& run) {
  return run.model.axes;
}
template <class Run>
Conditions& conditions_of(Run& run) {
  return run.model.conditions;
}

// A stage's configuration and its data set.
template <class Run>
struct Prepared {
  Run config;
  data::Index index;
};

// `fill` makes the configuration over what the data set says of itself. Errors: one of fill's,
// before the data set is looked at; a configuration that says otherwise than the data set.
template <class Run, class Fill>
Prepared<Run> prepare(const DataOptions& data, const Fill& fill) {
  Prepared<Run> made;
  fill(made.config);
  made = {Run(), data.index()};
  auto& [config, index] = made;
  conditions_of(config) = index.conditions;
  if (index.axes) axes_of(config) = *index.axes;
  fill(config);
  if (!(conditions_of(config) == index.conditions)) {
    fail("conditions: not those of the data set, which a model takes; leave them out");
  }
  if (index.axes && axes_of(config) != *index.axes) {
    fail("face: is '{}', but the data set moves the axes of {} ('{}'); leave it out",
         text_of(axes_of(config)), owner_of(*index.axes), text_of(*index.axes));
  }
  return made;
}

train::TrainingClip motion_of(const data::Clip& clip, const data::Index& index) {
  const Conditions& conditions = index.conditions;
  const motion::Axes axes = index.axes.value_or(motion::Axes::kBuiltin);
  train::TrainingClip item;
  item.motion = train::to_torch(live_of(motion::load_motion(clip.npy, axes)));
  item.emotion = conditions.only(clip.name.emotion);
  item.strength = clip.name.emotion == kNeutral ? 0.0f : conditions.strength_of(clip.name.level);
  item.style = clip.name.style;
  return item;
}

std::vector<train::TrainingClip> load(const std::vector<data::Clip>& clips,
                                      const data::Index& index) {
  std::vector<train::TrainingClip> result;
  Progress progress("Reading motion", static_cast<int64_t>(clips.size()), "clips");
  for (const auto& clip : clips) {
    result.push_back(motion_of(clip, index));
    progress.advance();
  }
  return result;
}

// Both cut to the length of the shorter.
train::TrainingClip together(train::TrainingClip item, const torch::Tensor& speech) {
  const int64_t frames = std::min(speech.size(0), item.motion.size(0));
  item.speech = speech.narrow(0, 0, frames);
  item.motion = item.motion.narrow(0, 0, frames);
  return item;
}

// Clips with speech features; of each, `copies` more in changed voices, the motion at their pace.
// The same copies for every run.
std::vector<train::TrainingClip> load(const std::vector<data::Clip>& clips,
                                      const data::Index& index, const train::FeatureCache& features,
                                      int copies, const data::AugmentOptions& augment) {
  std::vector<train::TrainingClip> result;
  Progress progress("Encoding speech", static_cast<int64_t>(clips.size()), "clips");
  const Rng voices = Rng(0).fork("voices");
  for (const auto& clip : clips) {
    const train::TrainingClip item = motion_of(clip, index);
    result.push_back(together(item, features(clip.wav)));
    for (int copy = 0; copy < copies; ++copy) {
      const Rng own = voices.fork(clip.wav.stem().string()).fork(static_cast<uint64_t>(copy));
      const auto [speech, speed] = features.changed(clip.wav, augment, own);
      train::TrainingClip changed = item;
      changed.motion = train::played_at(item.motion, speed);
      result.push_back(together(changed, speech));
    }
    progress.advance();
  }
  return result;
}

}  // namespace

int train_prior(const Args& args) {
  CLI::App app("Train the motion prior (stage 1)", "flowtalk train prior");
  TrainOptions options("runs/prior");
  options.declare(app);
  DataOptions data;
  data.declare(app);
  std::string protocol, feature_dim, model;
  app.add_option("--protocol", protocol,
                 "clean (default), or paper: test sentences are read too (protocol)")
      ->check(CLI::IsMember({"clean", "paper"}));
  app.add_option("--feature-dim", feature_dim, "latent channels (model.prior.latent)");
  app.add_option("--model", model, "kind of motion prior (default vae)")
      ->check(CLI::IsMember(names_of(prior::kPriors)));
  if (!parse(app, args)) return 0;
  const auto [config, index] = prepare<train::PriorRun>(data, [&](train::PriorRun& run) {
    options.fill(run);
    if (!model.empty()) set_field(run, "model.prior.kind=" + model);
    if (!feature_dim.empty()) set_field(run, "model.prior.latent=" + feature_dim);
    if (!protocol.empty()) run.protocol = protocol;
    if (run.protocol != "clean" && run.protocol != "paper") {
      fail("protocol: expected clean or paper, got '{}'", run.protocol);
    }
  });
  options.apply_threads();
  options.run.inputs = data.inputs();
  const train::RunFolder run(options.run, "prior", to_json(config));
  train::train_prior(
      config, run,
      load(data.chosen(index.for_prior(config.protocol == "paper"), index, "training"), index),
      load(data.chosen(index.of(data::Split::kValidation), index, "validation"), index));
  return 0;
}

int train_generator(const Args& args) {
  CLI::App app("Train emotion graph, fusion and generator (stage 2)", "flowtalk train generator");
  TrainOptions options("runs/generator");
  options.declare(app);
  DataOptions data;
  data.declare(app);
  std::string encoder = "runs/encoder", prior = "runs/prior", model, features;
  app.add_option("--encoder", encoder,
                 "run or checkpoint of the encoder, or a HuBERT folder of Hugging Face")
      ->capture_default_str();
  app.add_option("--features", features,
                 "folder that keeps speech features for other runs over the same voices");
  app.add_option("--prior", prior, "run or checkpoint of the motion prior")->capture_default_str();
  app.add_option("--model", model,
                 "family of the generator (default flow): " + generate::summaries())
      ->check(CLI::IsMember(names_of(generate::kFamilies)));
  if (!parse(app, args)) return 0;
  const auto [config, index] = prepare<train::GeneratorRun>(data, [&](auto& run) {
    options.fill(run);
    if (!model.empty()) set_field(run, "model.generator.kind=" + model);
  });
  options.apply_threads();
  options.run.inputs = data.inputs();
  options.run.inputs.insert({{"encoder", encoder}, {"prior", prior}});
  const train::RunFolder run(options.run, "generator", to_json(config));
  const train::FeatureExtractor extractor(encoder, options.run.device);
  if (const auto last = run.checkpoint()) train::check_parts(*last, extractor.choice(), prior);
  const train::FeatureCache cache(features, extractor);
  train::train_generator(config, run, extractor.choice(), prior,
                         load(data.chosen(index.of(data::Split::kTrain), index, "training"), index,
                              cache, config.copies, config.augment),
                         load(data.chosen(index.of(data::Split::kValidation), index, "validation"),
                              index, cache, 0, {}));
  return 0;
}

int train_classifier(const Args& args) {
  CLI::App app(
      "Train the emotion classifier of `evaluate` on the recorded motion of the train split",
      "flowtalk train classifier");
  TrainOptions options("runs/classifier");
  options.declare(app);
  DataOptions data;
  data.declare(app);
  if (!parse(app, args)) return 0;
  const auto [config, index] =
      prepare<train::ClassifierRun>(data, [&](auto& run) { options.fill(run); });
  options.apply_threads();
  options.run.inputs = data.inputs();
  const train::RunFolder run(options.run, "classifier", to_json(config));
  train::train_classifier(
      config, run, load(data.chosen(index.of(data::Split::kTrain), index, "training"), index),
      load(data.chosen(index.of(data::Split::kValidation), index, "validation"), index));
  return 0;
}

}  // namespace flowtalk::apps
