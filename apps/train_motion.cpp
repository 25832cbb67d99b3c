// flowtalk train prior / generator: the two stages of the reference system on a 3DMEAD data set;
// and the classifier that judges motion in `evaluate`.
#include <algorithm>

#include "apps/feature_cache.h"
#include "apps/train_commands.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/data/index.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/train/classifier_stage.h"
#include "flowtalk/train/generator_stage.h"
#include "flowtalk/train/model_face.h"
#include "flowtalk/train/prior_stage.h"

namespace flowtalk::apps {
namespace {

constexpr const char* kFaceHelp =
    "FLAME file whose lips count, for motion of FLAME (with --set model.face=flame)";

struct DataOptions {
  std::string dataset = "datasets", subjects;

  void declare(CLI::App& app) {
    app.add_option("--dataset", dataset, "folder in the layout of 3DMEAD")->capture_default_str();
    app.add_option("--train-subjects", subjects, "style ids, separated by spaces; default all 32");
  }

  std::vector<int> styles() const {
    std::vector<int> chosen;
    std::string word;
    for (const char c : subjects + " ") {
      if (c != ' ' && c != ',') {
        word += c;
      } else if (!word.empty()) {
        chosen.push_back(parse_style(word));
        word.clear();
      }
    }
    return chosen;
  }

  // Clips of the chosen subjects among `all`.
  std::vector<data::Clip> chosen(const std::vector<data::Clip>& all, const char* split) const {
    const auto ids = styles();
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

train::TrainingClip motion_of(const data::Clip& clip, motion::Axes axes) {
  train::TrainingClip item;
  item.motion = to_torch(live_of(motion::load_motion(clip.npy, axes)));
  item.emotion = clip.name.emotion;
  item.strength = clip.name.emotion == kNeutral ? 0.0f : strength_of_level(clip.name.level);
  item.style = clip.name.style;
  return item;
}

std::vector<train::TrainingClip> load(const std::vector<data::Clip>& clips, motion::Axes axes) {
  std::vector<train::TrainingClip> result;
  Progress progress("Reading motion", static_cast<int64_t>(clips.size()), "clips");
  for (const auto& clip : clips) {
    result.push_back(motion_of(clip, axes));
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
std::vector<train::TrainingClip> load(const std::vector<data::Clip>& clips, motion::Axes axes,
                                      const FeatureCache& features, int copies,
                                      const data::AugmentOptions& augment) {
  std::vector<train::TrainingClip> result;
  Progress progress("Encoding speech", static_cast<int64_t>(clips.size()), "clips");
  const Rng voices = Rng(0).fork("voices");
  for (const auto& clip : clips) {
    const train::TrainingClip item = motion_of(clip, axes);
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
  std::string protocol, feature_dim, face, model = "vae";
  app.add_option("--face", face, kFaceHelp);
  app.add_option("--protocol", protocol,
                 "clean (default), or paper: test sentences are read too (protocol)")
      ->check(CLI::IsMember({"clean", "paper"}));
  app.add_option("--feature-dim", feature_dim, "latent channels (model.prior.latent)");
  app.add_option("--model", model, "vae")->capture_default_str()->check(CLI::IsMember({"vae"}));
  if (!parse(app, args)) return 0;
  train::PriorRun config;
  options.fill(config);
  if (!feature_dim.empty()) set_field(config, "model.prior.latent=" + feature_dim);
  if (!protocol.empty()) config.protocol = protocol;
  if (config.protocol != "clean" && config.protocol != "paper") {
    fail("protocol: expected clean or paper, got '{}'", config.protocol);
  }
  options.apply_threads();
  options.run.inputs = data.inputs();
  if (!face.empty()) options.run.inputs.insert({"face", face});
  const auto index = data.index();
  const auto axes = config.model.axes = train::axes_of(config.model.axes, std::nullopt);
  const face::Face& moved = train::face_of(axes, face);
  const train::RunFolder run(options.run, "prior", to_json(config));
  train::train_prior(
      config, run, load(data.chosen(index.for_prior(config.protocol == "paper"), "training"), axes),
      load(data.chosen(index.of(data::Split::kValidation), "validation"), axes), moved);
  return 0;
}

int train_generator(const Args& args) {
  CLI::App app("Train emotion graph, fusion and flow (stage 2)", "flowtalk train generator");
  TrainOptions options("runs/generator");
  options.declare(app);
  DataOptions data;
  data.declare(app);
  std::string encoder = "runs/encoder", prior = "runs/prior", model = "flow", features, face;
  app.add_option("--face", face, kFaceHelp);
  app.add_option("--encoder", encoder,
                 "run or checkpoint of the encoder, or a HuBERT folder of Hugging Face")
      ->capture_default_str();
  app.add_option("--features", features,
                 "folder that keeps speech features for other runs over the same voices");
  app.add_option("--prior", prior, "run or checkpoint of the motion prior")->capture_default_str();
  app.add_option("--model", model, "flow")->capture_default_str()->check(CLI::IsMember({"flow"}));
  if (!parse(app, args)) return 0;
  train::GeneratorRun config;
  options.fill(config);
  options.apply_threads();
  options.run.inputs = data.inputs();
  options.run.inputs.insert({{"encoder", encoder}, {"prior", prior}});
  if (!face.empty()) options.run.inputs.insert({"face", face});
  const auto index = data.index();
  const auto axes = config.model.axes = train::axes_of(config.model.axes, std::nullopt);
  const face::Face& moved = train::face_of(axes, face);
  const train::RunFolder run(options.run, "generator", to_json(config));
  const train::FeatureExtractor extractor(encoder, options.run.device);
  if (const auto last = run.checkpoint()) train::check_parts(*last, extractor.choice(), prior);
  const FeatureCache cache(features, extractor);
  train::train_generator(
      config, run, extractor.choice(), prior,
      load(data.chosen(index.of(data::Split::kTrain), "training"), axes, cache, config.copies,
           config.augment),
      load(data.chosen(index.of(data::Split::kValidation), "validation"), axes, cache, 0, {}),
      moved);
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
  train::ClassifierRun config;
  options.fill(config);
  options.apply_threads();
  options.run.inputs = data.inputs();
  const train::RunFolder run(options.run, "classifier", to_json(config));
  const auto index = data.index();
  config.axes = train::axes_of(config.axes, std::nullopt);
  train::train_classifier(
      config, run, load(data.chosen(index.of(data::Split::kTrain), "training"), config.axes),
      load(data.chosen(index.of(data::Split::kValidation), "validation"), config.axes));
  return 0;
}

}  // namespace flowtalk::apps
