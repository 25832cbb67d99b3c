// A published speech encoder in an ONNX file as a checkpoint of an encoder of ours, for training to
// begin from.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"
#include "flowtalk/encoder/hubert_config.h"

namespace flowtalk::foreign {

struct ImportEncoderOptions {
  std::string encoder, output;
  std::optional<int> layers{};

  template <class V>
  void fields(V&& field) {
    field("encoder", encoder, "the quantised encoder of Moonshine: encoder_model.onnx");
    field("output", output, "folder of the checkpoint that is made");
    field("layers", layers, between(1, 96),
          "of its transformer, from the first on (default 4, or as many as it has)");
  }
};

struct ImportedEncoder {
  std::filesystem::path folder;
  encoder::HubertConfig config;
  int64_t parameters = 0;
  int layers = 0;  // of the file
  std::vector<std::string> warnings;
};

// Written as a whole or not at all, with a card that has the licence where the file is the one that
// is known (scripts/fetch_ear.mjs), and warns of others. Errors: what the file has
// wrong (moonshine.h), a folder whose contents would be lost.
ImportedEncoder import_encoder(const ImportEncoderOptions& options);

// Whether the file looks like one that import_encoder takes, damaged or not; false for a file that
// is no ONNX model.
bool looks_like_encoder(const std::filesystem::path& file);
// Whether import_encoder takes the file, without writing. Errors as above.
void check_encoder_importable(const std::filesystem::path& file);

}  // namespace flowtalk::foreign
