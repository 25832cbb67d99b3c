#include "flowtalk/pipeline/model_evaluation.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/base/part.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/base/words.h"
#include "flowtalk/data/clip_motion.h"
#include "flowtalk/data/index.h"
#include "flowtalk/evaluate/sequence_files.h"
#include "flowtalk/formats/sha256.h"
#include "flowtalk/motion/motion_file.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/params/run_checkpoint.h"
#include "flowtalk/pipeline/voices.h"
#include "flowtalk/predict/default_checkpoint.h"

namespace flowtalk::pipeline {
namespace fs = std::filesystem;
namespace {

constexpr std::array kFormFields = {
    "dataset",   "split",      "num_samples", "max_epoch", "skip_steps",    "test_subjects",
    "save_path", "model",      "temperature", "seed",      "deterministic", "encoder",
    "id",        "classifier", "subset",      "guidance",  "blinks",        "part"};

std::vector<int> chosen_styles(const ModelEvaluation& e, const Conditions& conditions) {
  std::vector<int> styles;
  if (!e.id.empty()) parse_style_or_average(e.id, conditions);
  for (const std::string& word : words_of(e.test_subjects)) {
    styles.push_back(parse_style(word, conditions));
  }
  return styles;
}

std::vector<data::Clip> chosen_clips(const ModelEvaluation& e, const data::Index& index,
                                     const Conditions& conditions) {
  const std::vector<int> styles = chosen_styles(e, conditions);
  std::vector<data::Clip> clips = e.data.clips(index, conditions);
  std::erase_if(clips, [&](const data::Clip& clip) {
    return !styles.empty() &&
           std::find(styles.begin(), styles.end(), clip.name.style) == styles.end();
  });
  if (clips.empty()) {
    fail(
        "{}: no clip of the {} split is of the chosen subjects; `flowtalk data check` tells what "
        "is there",
        e.data.folder().string(), e.data.split_name());
  }
  return clips;
}

// A checkpoint; of a run, the one of max_epoch, or the best, or the last.
params::RunCheckpoint checkpoint_of(const ModelEvaluation& e) {
  if (!e.save_path.empty()) return params::checkpoint_in(e.save_path, e.max_epoch);
  return e.sampling.model.checkpoint(e.max_epoch);
}

// As in the reference, beside a run the model may be a family instead of a folder; null: it is
// none.
const generate::Family* family_said(const ModelEvaluation& e) {
  const std::string& word = e.sampling.model.model;
  return e.save_path.empty() || fs::exists(word) ? nullptr : generate::family_named(word);
}

std::string protocol_of(const fs::path& checkpoint) {
  const params::Checkpoint loaded = params::load_checkpoint(checkpoint);
  const std::string protocol = loaded.config.value("protocol", "");
  if (protocol == "clean") return "clean: no stage was trained on the test sentences";
  if (protocol == "paper") return "paper: the motion prior was trained on the test sentences too";
  return "not recorded in the checkpoint";
}

std::string sampling_of(const ModelEvaluation& e, const model::ModelConfig& model) {
  const generate::GeneratorConfig& config = model.generator;
  const SamplingOptions& p = e.sampling;
  std::string more;
  if (p.guidance != 1) more += fmt::format(", guidance {}", p.guidance);
  if (p.blinks) more += fmt::format(", {} blinks per minute", *p.blinks);
  if (const int steps = generate::sampling_steps(config)) {
    more += fmt::format(", {}, {} of {} steps skipped",
                        text_of(p.sampler.value_or(generate::usual_sampler(config))),
                        p.skip_steps.value_or(generate::usual_skip(config)), steps);
  }
  if (p.deterministic || !model.draws_chance()) return "deterministic" + more;
  Temperature shown = p.temperature;
  if (!shown.all) shown.all = generate::usual_temperature(config);
  return fmt::format("temperature {}, seed {}", text_of(shown), p.seed) + more;
}

predict::PredictOptions options_of(const ModelEvaluation& e, const data::Clip& clip,
                                   const Conditions& conditions) {
  predict::PredictOptions options;
  options.asked.emotion = conditions.only(clip.name.emotion);
  options.asked.strength =
      clip.name.emotion == kNeutral ? 0.0f : conditions.strength_of(clip.name.level);
  options.asked.style = e.id.empty() ? clip.name.style : parse_style_or_average(e.id, conditions);
  e.sampling.into(options);
  // Each clip draws its own noise: with one noise for all, no number of clips would average it
  // out.
  options.seed = Rng(e.sampling.seed).fork(clip.stem).next_u64();
  return options;
}

// Vertices that coefficients of other axes make would be measured as if they meant something.
void check_face(const predict::Session& session, const face::Face& face) {
  const motion::Axes model = session.config().axes;
  if (model == face.axes) return;
  fail("the model moves the expression axes of {}, the face {} has those of {}; give {} {}",
       owner_of(model), face.name, owner_of(face.axes), Field("face"),
       model == motion::Axes::kFlame ? "a FLAME file" : text_of(model));
}

// Predicts clips one by one and hands each on: its vertices to be measured, itself to be
// observed.
class Prediction {
 public:
  Prediction(const ModelEvaluation& e, const predict::Session& session,
             const std::vector<data::Clip>& clips, const face::Deformer& deformer,
             const Reporter& reporter)
      : e_(e),
        session_(session),
        clips_(clips),
        deformer_(deformer),
        reporter_(reporter),
        observation_(e.observation, session, clips, deformer, reporter),
        observed_(clips.size()) {}

  evaluate::VertexSequence of(size_t i, int64_t max_cut) {
    const data::Clip& clip = clips_[i];
    const motion::Motion truth = data::load_clip_motion(clip, session_.config().axes);
    const audio::Audio voice = load_voice(clip.wav, reporter_);
    const auto features = with_context(clip.wav.string(), [&] { return session_.encode(voice); });
    const predict::PredictOptions options = options_of(e_, clip, session_.config().conditions);
    const std::vector<motion::Motion> samples =
        session_.predict_takes(features, options, e_.num_samples);
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

  // Once they are predicted; sequence i is of clip which[i].
  void finish(const std::vector<size_t>& which, evaluate::Report& report) {
    for (size_t i = 0; i < which.size(); ++i) {
      evaluate::Observations& observed = report.sequences[i].observed;
      const auto jitter = observed.jitter;
      observed = std::move(observed_[which[i]]);
      observed.jitter = jitter;
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
  const Reporter& reporter_;
  Observation observation_;
  std::vector<evaluate::Observations> observed_;
};

}  // namespace

void ModelEvaluation::refuse_with_files(const Given& given) const {
  for (const char* field : kFormFields) {
    if (!given(field)) continue;
    fail_usage("{} belongs to the evaluation of a model; with {} and {} leave it out", Field(field),
               Field("ground_truth"), Field("predictions"));
  }
}

evaluate::Report ModelEvaluation::run(const face::Face& face, const evaluate::MeasureSetup& setup,
                                      int64_t max_cut, const Reporter& reporter) const {
  const generate::Family* said = family_said(*this);
  if (!save_path.empty() && !sampling.model.model.empty() && said == nullptr) {
    fail_usage("{} and {} both name the model; leave one out", Field("save_path"), Field("model"));
  }
  const auto [checkpoint, which] = checkpoint_of(*this);
  if (!which.empty()) reporter.note(fmt::format("{}: {}", checkpoint.string(), which));
  const model::ModelConfig config = predict::load_config(checkpoint);
  if (said != nullptr && said->kind != config.generator.kind) {
    fail_usage("{} {}: {} is a {} model; leave it out, or name another run", Field("model"),
               sampling.model.model, checkpoint.string(), text_of(config.generator.kind));
  }
  sampling.check_steps(config.generator, checkpoint.string());
  const Conditions& conditions = config.conditions;
  chosen_styles(*this, conditions);  // a wrong name is told before the data set is looked at
  const data::Index index = data.index();
  const std::vector<data::Clip> clips = chosen_clips(*this, index, conditions);
  const auto session =
      predict::Session::open(checkpoint, sampling.model.threads, sampling.model.encoder);
  sampling.check_family(session.model(), num_samples);
  predict::require_motion(session.model());
  check_axes(data.folder(), index, session);
  check_face(session, face);
  const face::Deformer deformer(face);

  evaluate::Report report;
  const bool shipped = save_path.empty() && sampling.model.model.empty();
  const std::string name = shipped ? "the default model" : checkpoint.string();
  report.title = "Evaluation of " + name;
  report.facts = {
      {"data set", data.folder().string()},
      {"split", data.split_name() + (test_subjects.empty() ? "" : " of " + test_subjects)},
      {"protocol", protocol_of(checkpoint)},
      {"style", id.empty() ? "of each clip" : id},
      {"model", name},
      {"sha256 of its weights", formats::sha256_of(checkpoint / "weights.safetensors")},
      {"sampling", sampling_of(*this, config)}};
  const auto& external = session.config().external_encoder;
  if (external.used()) report.facts.emplace_back("encoder, fingerprint", external.fingerprint);
  report.setup = setup;
  report.conditions = index.conditions;
  report.emotions = conditions.emotions;
  Prediction prediction(*this, session, clips, deformer, reporter);
  ThreadPool pool(sampling.model.threads);
  std::vector<size_t> own(clips.size());
  std::iota(own.begin(), own.end(), size_t{0});
  own = own_of(own, part_of(part, environment));
  const auto count = static_cast<int64_t>(own.size());
  const Advance advance = reporter.begin("evaluate", count, "clips");
  report.sequences = evaluate::measure_all(
      setup, count, [&](int64_t i) { return prediction.of(own[static_cast<size_t>(i)], max_cut); },
      pool, [&](int64_t) { advance(1, ""); });
  prediction.finish(own, report);
  return report;
}

}  // namespace flowtalk::pipeline
