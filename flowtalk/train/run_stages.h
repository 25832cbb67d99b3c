// The stages of training, from options to a run folder.
#pragma once

#include <string>
#include <vector>

#include "flowtalk/generate/families.h"
#include "flowtalk/prior/prior.h"
#include "flowtalk/train/corpus.h"
#include "flowtalk/train/stage_options.h"

namespace flowtalk::train {

struct EncoderOptions {
  StageOptions stage{"runs/encoder"};
  std::vector<std::string> phones{"datasets/phones"};
  std::string from;
  int held_out = 40;

  template <class V>
  void fields(V&& field) {
    field("stage", stage, "how it runs");
    field("phones", phones, "folders with wav/ and phones/ (default datasets/phones)");
    field("from", from,
          "checkpoint or run with an encoder of the same sizes, with whose weights it begins");
    field("held_out", held_out, between(2, 1000000),
          "every n-th clip is for validation; default 40");
  }
};

struct PriorOptions {
  StageOptions stage{"runs/prior"};
  DatasetOptions data;
  std::string protocol, face;
  std::optional<int> feature_dim;
  std::optional<prior::Kind> model;

  template <class V>
  void fields(V&& field) {
    field("stage", stage, "how it runs");
    field("data", data, "on what");
    field("face", face, "FLAME file whose lips count, for motion of FLAME");
    field("protocol", protocol,
          "clean (default), or paper: test sentences are read too (protocol)");
    field("feature_dim", feature_dim, between(2, 1024), "latent channels (model.prior.latent)");
    field("model", model, "kind of motion prior (default vae)");
  }
};

inline constexpr char kOwnEncoder[] = "runs/encoder", kOwnPrior[] = "runs/prior";

struct GeneratorOptions {
  StageOptions stage{"runs/generator"};
  DatasetOptions data;
  std::string from, encoder, prior, features, face;
  std::string encoder_note;  // said before training; no option
  std::optional<int> feature_dim;
  std::optional<generate::Kind> model;

  template <class V>
  void fields(V&& field) {
    field("stage", stage, "how it runs");
    field("data", data, "on what");
    field("face", face, "FLAME file whose lips count, for motion of FLAME");
    field("feature_dim", feature_dim, between(2, 1024),
          "latent channels, those of the prior: checked");
    field(
        "encoder", encoder,
        fmt::format("run or checkpoint of the encoder, or a HuBERT folder of Hugging Face (default "
                    "{}, else that of the model that ships)",
                    kOwnEncoder)
            .c_str());
    field("features", features,
          "folder that keeps speech features for other runs over the same voices");
    field("prior", prior,
          fmt::format("run or checkpoint of the motion prior (default {}), or none: of the "
                      "standardised motion itself",
                      kOwnPrior)
              .c_str());
    field("from", from,
          "run or checkpoint of a whole model that is trained further: its weights, sizes, encoder "
          "and prior are kept");
    field("model", model,
          ("family of the generator (default flow): " + generate::summaries()).c_str());
  }
};

// The speech features that a generator reads, before it is trained, by as many processes as there
// are parts.
struct FeaturesOptions {
  DatasetOptions data;
  std::string encoder, features, config, part, device;
  std::vector<std::string> set;
  int threads = 0;
  bool quiet = false;

  template <class V>
  void fields(V&& field) {
    field("data", data, "on what");
    field("encoder", encoder, "as of the generator");
    field("features", features, "folder that keeps them");
    field("part", part, "K/N: of N parts the K-th; in a Slurm array by itself that of the task");
    field("config", config, "JSON file of the generator's fields: copies, augment");
    field("set", set, "one field of the generator, for example copies=0; repeatable");
    field("device", device, "cpu, cuda or cuda:N (default cuda:0 if there is one, else cpu)");
    field("threads", threads, between(0, 256), "threads; 0 takes all");
  }
};

struct ClassifierOptions {
  StageOptions stage{"runs/classifier"};
  DatasetOptions data;

  template <class V>
  void fields(V&& field) {
    field("stage", stage, "how it runs");
    field("data", data, "on what");
  }
};

// Every field of a stage's configuration that is one number or word and that is the stage's to say,
// with its default: "train.batch=16". Of a name that is no stage, none.
std::vector<std::string> defaults_of(const std::string& stage);

// What a model that is trained further stands for where nothing else is named.
void take_parts(GeneratorOptions& options);

void run_encoder(EncoderOptions options);
void run_prior(PriorOptions options);
void run_generator(GeneratorOptions options);
void run_classifier(ClassifierOptions options);
void run_features(const FeaturesOptions& options);

// A finished run, or a checkpoint, as a model to ship, without its training state.
struct PackOptions {
  std::string run, out;
  int mean_of_last = 0;  // epochs; 0: as GeneratorRun::mean_of_last of the run says
  bool float32 = false;

  template <class V>
  void fields(V&& field) {
    field("run", run, "run folder or checkpoint");
    field("out", out, "folder of the packed model");
    field(
        "mean_of_last", mean_of_last, between(0, 100000),
        "epochs at the run's end whose mean weights are taken; 1: the best epoch alone; 0: as the "
        "run's configuration says");
    field("float32", float32, "keep 32-bit weights");
  }
};
// Errors: the run has fewer epochs.
void pack(const PackOptions& options);

// A new folder, or one that holds nothing but a packed model. Error: else.
std::string model_folder(const std::string& folder);

}  // namespace flowtalk::train
