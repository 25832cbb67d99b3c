// The config of a speech encoder as Hugging Face stores it: config.json and what its feature
// extractor does with the waveform.
#pragma once

#include <filesystem>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/encoder/hubert_config.h"

namespace flowtalk::encoder {

// Does the folder's config.json describe a network of transformers ("model_type" or
// "architectures")? False if there is no such file.
bool is_hugging_face(const std::filesystem::path& folder);

struct HuggingFaceConfig {
  std::string network;  // "HuBERT" or "wav2vec 2.0", which compute the same
  HubertConfig sizes;
};

// Of the text of a config.json, `where` is its file; the feature extractor normalises.
HuggingFaceConfig hugging_face_config(const Json& json, const std::string& where);
// Of a folder; keys that change nothing in prediction are skipped. Error for a network or a value
// that asks for another computation than ours, with its key.
HuggingFaceConfig load_hugging_face_config(const std::filesystem::path& folder);

}  // namespace flowtalk::encoder
