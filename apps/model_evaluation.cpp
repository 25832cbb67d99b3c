#include "apps/model_evaluation.h"

#include <algorithm>
#include <array>

#include "apps/fingerprint.h"
#include "apps/voices.h"
#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/progress.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/data/index.h"
#include "flowtalk/evaluate/sequence_files.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/predict/default_checkpoint.h"

namespace flowtalk::apps {
namespace fs = std::filesystem;
namespace {

constexpr std::array kFormOptions = {
    "--dataset",       "--split",     "--num-samples", "--max-epoch",   "--skip-steps",
    "--test-subjects", "--save-path", "--model",       "--temperature", "--seed",
    "--deterministic", "--encoder",   "--id",          "--classifier",  "--subset",
    "--guidance",      "--blinks"};

// The words of a list that is separated by spaces or commas.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ' && c != ',') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

std::vector<data::Clip> chosen_clips(const ModelEvaluation& e) {
  std::vector<int> styles;
  if (!e.style.empty()) parse_style_or_average(e.style);
  for (const std::string& word : words_of(e.subjects)) styles.push_back(parse_style(word));
  std::vector<data::Clip> clips = e.data.clips();
  std::erase_if(clips, [&](const data::Clip& clip) {
    return !styles.empty() &&
           std::find(styles.begin(), styles.end(), clip.name.style) == styles.end();
  });
  if (clips.empty()) {
    fail(
        "{}: no clip of the {} split is of the chosen subjects; `flowtalk data check` tells what "
        "is there",
        e.data.folder().string(), e.data.split);
  }
  return clips;
}

// --max-epoch names an epoch of a run; a checkpoint outside a run must say that it is of that one.
void check_epoch(const fs::path& checkpoint, int epoch) {
  const fs::path state = checkpoint / "training" / "state.json";
  if (!fs::exists(state)) {
    fail_usage("--max-epoch {}: {} does not say of which epoch it is; leave the option out", epoch,
               checkpoint.string());
  }
  const Json json = parse_json(load_file(state), state.string());
  if (json.value("epoch", 0) != epoch) {
    fail_usage("--max-epoch {}: {} is of epoch {}; leave the option out", epoch,
               checkpoint.string(), json.value("epoch", 0));
  }
}

// A checkpoint; of a run, the one of --max-epoch, or the best, or the last.
fs::path checkpoint_of(const ModelEvaluation& e) {
  const std::string& given = e.run_folder.empty() ? e.performance.model.checkpoint : e.run_folder;
  fs::path folder = given.empty() ? predict::default_checkpoint() : fs::path(given);
  if (!fs::exists(folder / "config.json") && fs::exists(folder / "last")) {
    const fs::path of_epoch = folder / "epochs" / fmt::format("{:04}", e.max_epoch);
    if (fs::exists(of_epoch)) return of_epoch;
    folder /= fs::exists(folder / "best") && e.max_epoch == 0 ? "best" : "last";
  }
  if (e.max_epoch > 0) check_epoch(folder, e.max_epoch);
  return folder;
}

std::string protocol_of(const fs::path& checkpoint) {
  const params::Checkpoint loaded = params::load_checkpoint(checkpoint);
  const std::string protocol = loaded.config.value("protocol", "");
  if (protocol == "clean") return "clean: no stage was trained on the test sentences";
  if (protocol == "paper") return "paper: the motion prior was trained on the test sentences too";
  return "not recorded in the checkpoint";
}

std::string sampling_of(const ModelEvaluation& e, const generate::Family& family) {
  const Performance& p = e.performance;
  std::string more;
  if (p.guidance != 1) more += fmt::format(", guidance {}", p.guidance);
  if (p.blinks) more += fmt::format(", {} blinks per minute", *p.blinks);
  if (p.deterministic || !family.chance) return "deterministic" + more;
  return fmt::format("temperature {}, seed {}", p.temperature_label(family.temperature.usual),
                     p.seed) +
         more;
}

predict::PredictOptions options_of(const ModelEvaluation& e, const data::Clip& clip) {
  const Performance& performance = e.performance;
  predict::PredictOptions options;
  options.emotion = {};
  options.emotion[static_cast<size_t>(clip.name.emotion)] = 1;
  options.strength = clip.name.emotion == kNeutral ? 0.0f : strength_of_level(clip.name.level);
  options.style = e.style.empty() ? clip.name.style : parse_style_or_average(e.style);
  performance.sample_into(options);
  // Each clip draws its own noise: with one noise for all, no number of clips would average it out.
  options.seed = Rng(performance.seed).fork(clip.stem).next_u64();
  return options;
}

// Predicts clips one by one and hands each on: its vertices to be measured, itself to be observed.
class Prediction {
 public:
  Prediction(const ModelEvaluation& e, const predict::Session& session,
             const std::vector<data::Clip>& clips, const face::Deformer& deformer)
      : e_(e),
        session_(session),
        clips_(clips),
        deformer_(deformer),
        observation_(e.observation, session, clips, deformer),
        observed_(clips.size()) {}

  evaluate::VertexSequence of(size_t i, int64_t max_cut) {
    const data::Clip& clip = clips_[i];
    const motion::Motion truth = motion::load_motion(clip.npy, session_.config().axes);
    const audio::Audio voice = load_voice(clip.wav);
    const auto features = with_context(clip.wav.string(), [&] { return session_.encode(voice); });
    const predict::PredictOptions options = options_of(e_, clip);
    std::vector<motion::Motion> samples;
    for (int sample = 0; sample < e_.samples; ++sample) {
      predict::PredictOptions take = options;
      take.take = static_cast<uint32_t>(sample);
      samples.push_back(session_.predict(features, take));
    }
    evaluate::VertexSequence sequence;
    sequence.name = clip.stem;
    sequence.truth = evaluate::take_of_motion(truth, deformer_);
    for (const auto& sample : samples) {
      sequence.predictions.push_back(evaluate::take_of_motion(sample, deformer_));
    }
    evaluate::cut_to_shortest(sequence, max_cut);
    observed_[i] = observation_.of(i, {truth, samples, features, options});
    return sequence;
  }

  // Once all clips are predicted.
  void finish(evaluate::Report& report) {
    for (size_t i = 0; i < observed_.size(); ++i) {
      const auto jitter = report.sequences[i].observed.jitter;
      report.sequences[i].observed = std::move(observed_[i]);
      report.sequences[i].observed.jitter = jitter;
    }
    report.notes.insert(report.notes.end(), observation_.notes().begin(),
                        observation_.notes().end());
    for (const auto& fact : observation_.facts()) report.facts.push_back(fact);
  }

 private:
  const ModelEvaluation& e_;
  const predict::Session& session_;
  const std::vector<data::Clip>& clips_;
  const face::Deformer& deformer_;
  Observation observation_;
  std::vector<evaluate::Observations> observed_;
};

}  // namespace

void ModelEvaluation::add_to(CLI::App& app) {
  data.add_to(app, fmt::format("folder in 3DMEAD's layout (default {})", data.dataset));
  app.add_option("--num-samples", samples,
                 "predictions per clip (default 1; MEE, CE and diversity are meant for 10)")
      ->check(CLI::Range(1, 1000));
  app.add_option("--test-subjects", subjects, "ids, separated by spaces or commas (default all)");
  app.add_option("--id", style,
                 "predict every clip in this style, or average (default: the clip's own)");
  app.add_option("--save-path", run_folder, "the run whose checkpoint is measured");
  app.add_option("--max-epoch", max_epoch, "which epoch of the run (default the last)")
      ->check(CLI::Range(1, 1000000));
  app.add_option("--skip-steps", skip_steps, "for diffusion models: denoising steps to skip")
      ->check(CLI::Range(0, 1000000));
  observation.add_to(app);
  performance.add_sampling_to(app);
}

void ModelEvaluation::refuse_with_files(const CLI::App& app) const {
  for (const char* option : kFormOptions) {
    if (app.count(option) > 0) {
      fail_usage(
          "{} belongs to the evaluation of a model; with --ground-truth and --predictions "
          "leave it out",
          option);
    }
  }
}

evaluate::Report ModelEvaluation::run(const face::Face& face, const evaluate::MeasureSetup& setup,
                                      int64_t max_cut, bool quiet) const {
  if (!run_folder.empty() && !performance.model.checkpoint.empty()) {
    fail_usage("--save-path and --model both name the model; leave one out");
  }
  const fs::path checkpoint = checkpoint_of(*this);
  const auto session =
      predict::Session::open(checkpoint, performance.model.threads, performance.model.encoder);
  const generate::Family& family = generate::family_of(session.config().generator.kind);
  if (skip_steps >= 0 && !family.steps) {
    fail_usage("--skip-steps is for diffusion models; {} is a {}, which samples in one step",
               checkpoint.string(), family.name);
  }
  performance.check_family(session.model(), samples);
  const std::vector<data::Clip> clips = chosen_clips(*this);
  check_axes(data.folder(), session);
  const face::Deformer deformer(face);

  evaluate::Report report;
  const bool shipped = run_folder.empty() && performance.model.checkpoint.empty();
  const std::string name = shipped ? "the default model" : checkpoint.string();
  report.title = "Evaluation of " + name;
  report.facts = {{"data set", data.folder().string()},
                  {"split", data.split + (subjects.empty() ? "" : " of " + subjects)},
                  {"protocol", protocol_of(checkpoint)},
                  {"style", style.empty() ? "of each clip" : style},
                  {"model", name},
                  {"sha256 of its weights", sha256_of(checkpoint / "weights.safetensors")},
                  {"sampling", sampling_of(*this, family)}};
  const auto& external = session.config().external_encoder;
  if (external.used()) report.facts.emplace_back("encoder, fingerprint", external.fingerprint);
  report.setup = setup;
  Prediction prediction(*this, session, clips, deformer);
  ThreadPool pool(performance.model.threads);
  const auto count = static_cast<int64_t>(clips.size());
  Progress progress("evaluate", count, "clips", quiet);
  report.sequences = evaluate::measure_all(
      setup, count, [&](int64_t i) { return prediction.of(static_cast<size_t>(i), max_cut); }, pool,
      [&](int64_t) { progress.advance(); });
  prediction.finish(report);
  return report;
}

}  // namespace flowtalk::apps
