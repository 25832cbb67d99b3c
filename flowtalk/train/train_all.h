// From nothing to a packed model, every step resumable, so that the same call goes on wherever it
// was interrupted.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/base/fields.h"

namespace flowtalk::train {

struct TrainAllOptions {
  std::string ear;
  std::vector<std::string> recordings;
  std::string data = "datasets", runs = "runs/default", configs, out, benchmark = "synth2-m";
  double hours = 2.75;  // of synthetic English for the encoder
  bool real_prompts = true;
  std::string device;
  int threads = 0, ranks = 1;
  bool quiet = false;  // no progress
  // How a field is written on the command lines of our programs; whoever calls says.
  std::function<std::string(std::string_view field)> flag{};

  template <class V>
  void fields(V&& field) {
    field("out", out, "folder of the packed model");
    field("data", data, "folder of the corpora (default datasets)");
    field("benchmark", benchmark, "synth2-m, the default, or synth2-s for a quick try");
    field("hours", hours, between(0.001, 1000.0),
          "of synthetic English for the encoder; default 2.75");
    field("real_prompts", real_prompts, "train the encoder without recorded voices");
    field("ear", ear,
          "the quantised encoder of Moonshine (encoder_model.onnx), from which the encoder begins; "
          "the default model's did");
    field("recordings", recordings,
          "folders of recorded people to learn from, as `flowtalk data import-recordings` takes "
          "them");
    field("runs", runs, "folder of the run folders (default runs/default)");
    field("configs", configs,
          "folder with encoder.json, prior.json, generator.json, in the place of the default's "
          "configurations");
    field("device", device, "cpu, cuda or cuda:N (default cuda:0 if there is one, else cpu)");
    field("ranks", ranks, between(1, 64),
          "processes that share every batch of a stage, each with its share of the threads");
    field("threads", threads, between(0, 256), "threads; 0 takes all");
  }
};
void train_all(const TrainAllOptions& options);

}  // namespace flowtalk::train
