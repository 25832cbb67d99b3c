// Stage 2: the conditional flow over the frozen prior's latents, with emotion graph and fusion; the
// encoder is frozen and its features are given. Loss: docs/math/flow.md.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/data/augment.h"
#include "flowtalk/face/face.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/model/model_config.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/train/run_folder.h"
#include "flowtalk/train/train_config.h"
#include "flowtalk/train/windows.h"

namespace flowtalk::train {

struct GeneratorLossConfig {
  generate::FamilyLosses terms;  // of each family's own
  float reconstruction = 2.0f, lips = 0.3f, velocity = 2.0f;
  float closure = 4.0f;        // extra weight of lip errors where the true lips are closed
  float null_emotion = 0.1f;   // share of windows without emotion
  float average_style = 0.1f;  // share of windows with the average style
  float nll_only_share = 0.05f, ramp_share = 0.1f;  // of all steps
  float highest_temperature = 0.5f, hot = 0.15f;

  template <class V>
  void fields(V&& field) {
    terms.fields(field);
    field("reconstruction", reconstruction, between(0.0f, 100.0f), "weight of L1 at temperature 0");
    field("lips", lips, between(0.0f, 100.0f), "weight of the lip vertex distance, millimetres");
    field("velocity", velocity, between(0.0f, 100.0f), "weight of L1 on velocity");
    field("closure", closure, between(0.0f, 100.0f), "extra weight where lips are closed");
    field("null_emotion", null_emotion, between(0.0f, 1.0f), "share of windows without emotion");
    field("average_style", average_style, between(0.0f, 1.0f),
          "share of windows with the average style");
    field("nll_only_share", nll_only_share, between(0.0f, 1.0f),
          "share of steps with the family's own losses alone");
    field("ramp_share", ramp_share, between(0.0f, 1.0f), "share of steps that ramp in the rest");
    field("highest_temperature", highest_temperature, between(0.0f, 1.0f),
          "of windows that are made a second time, for lips and velocity, where there is chance");
    field("hot", hot, between(0.0f, 100.0f), "weight of such a window");
  }
  // Does the motion count at all, or only what a family learns by itself?
  bool on_motion() const { return reconstruction > 0 || lips > 0 || velocity > 0; }
};

// New models have the shift; checkpoints from before it was known do not name it.
inline model::ModelConfig newest_model() {
  model::ModelConfig config;
  config.generator.flow.shift = true;
  return config;
}

struct GeneratorRun {
  model::ModelConfig model = newest_model();
  // How the seed was chosen: docs/results.md#flow-against-regression.
  TrainConfig train{.max_epoch = 14, .steps_per_epoch = 100, .batch = 16, .lr = 8e-4f, .seed = 3};
  GeneratorLossConfig loss;
  int copies = 1;
  // Of epochs that still move about, the mean is nearer to what they move around (Izmailov et al.,
  // 2018, "Averaging weights leads to wider optima"); nothing of the training depends on it.
  int mean_of_last = 1;
  data::AugmentOptions augment{.rate_lo = 0.82f, .rate_hi = 1.22f};

  template <class V>
  void fields(V&& field) {
    field("model", model, "sizes; encoder and prior are those of their checkpoints");
    field("train", train, "schedule");
    field("loss", loss, "loss weights");
    field("copies", copies, between(0, 100), "of each training clip, its voice changed");
    field("mean_of_last", mean_of_last, between(1, 100000),
          "epochs at the end whose mean weights are packed; 1: the best epoch alone");
    field("augment", augment, "changes to the voice of such a copy; its motion keeps pace");
  }
};

// The encoder of a generator: one of ours, whose weights go into the model's checkpoint, or one of
// Hugging Face, which stays where it is.
struct EncoderChoice {
  encoder::HubertConfig config;
  encoder::ExternalEncoder external;
  std::optional<formats::SafetensorsFile> weights;  // of one of ours, under "encoder/"
  // What people should know of it, one line each: which of several it is, heads left unread.
  std::vector<std::string> notes = {};
};

// Speech features (T, 2C) of clips by the encoder of a checkpoint or of a Hugging Face folder; T =
// motion frames of the audio.
class FeatureExtractor {
 public:
  FeatureExtractor(const std::filesystem::path& encoder, const std::string& device);
  ~FeatureExtractor();
  const EncoderChoice& choice() const;
  torch::Tensor operator()(const std::vector<float>& samples) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The checkpoint of the motion prior under a generator; none: it makes the standardised motion.
using PriorChoice = std::optional<params::Checkpoint>;
// Of a run or a checkpoint, or of the word "none".
PriorChoice choose_prior(const std::string& run_or_none);

// Of the model in a prior's checkpoint. Errors: there is no prior in it; other axes than those.
prior::PriorConfig prior_of(const params::Checkpoint& checkpoint, motion::Axes axes);

// Error unless the checkpoint of a generator holds the weights of this encoder and of this prior.
void check_parts(const std::filesystem::path& checkpoint, const EncoderChoice& encoder,
                 const PriorChoice& prior);

// The checkpoint of a whole model that is trained further; none: a new generator.
using StartChoice = std::optional<params::Checkpoint>;
// Of a run or a checkpoint; none of "". Error: no whole model.
StartChoice choose_start(const std::string& run_or_checkpoint);
// Its configuration, with the conditions and axes of a data set.
model::ModelConfig model_over(const params::Checkpoint& start, const model::ModelConfig& of_set);
// Error unless a model of that configuration has the weights of this one: the first field that
// differs, encoder and prior aside, which check_parts looks at.
void check_start(const params::Checkpoint& start, const model::ModelConfig& model);

// What a generator is trained over. Of a start the generator's weights are kept, too, and so are
// the statistics that a new one takes from its first clips.
struct GeneratorParts {
  const EncoderChoice& encoder;
  const PriorChoice& prior;
  const StartChoice& start;
};

// The result is a whole model: prior and generator in one checkpoint, with the encoder's weights or
// with the fingerprint of the encoder that it needs. Lips are those of `face`. Error: a prior of
// other axes than config.model's.
void train_generator(GeneratorRun config, const RunFolder& run, const GeneratorParts& parts,
                     const Clips& training, const Clips& validation, const face::Face& face);

}  // namespace flowtalk::train
