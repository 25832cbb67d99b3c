// A voice in, hidden states of the speech encoder out, exactly as the encoder gives them for the
// clip: no padding, frames = (samples - 400) / 320 + 1, rounded down.
#pragma once

#include <optional>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/base/reporter.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::pipeline {

struct EncodeOptions {
  std::string voice, encoder, output;
  std::optional<int> layer;
  int threads = 0;
  bool all = false;

  template <class V>
  void fields(V&& field) {
    field("voice", voice, "a sound file, or an .npy of float samples at 16 kHz, (N)");
    field(
        "encoder", encoder,
        "folder of a HuBERT or wav2vec 2.0 of Hugging Face, or a checkpoint of flowtalk (default: "
        "the model that ships)");
    field("output", output, "the .npy to write");
    field("layer", layer, between(0, 1000),
          "this hidden state instead of the last; 0 enters the first layer");
    field("all", all, "all hidden states, (layers + 1, T, H)");
    field("threads", threads, between(0, 256), "threads to compute with; 0 takes all");
  }
};

// Writes the file; its shape, (T, H) or (states, T, H).
tensor::Shape encode(const EncodeOptions& options, const Reporter& reporter);

}  // namespace flowtalk::pipeline
