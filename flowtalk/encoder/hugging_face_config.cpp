#include "flowtalk/encoder/hugging_face_config.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"

namespace flowtalk::encoder {
namespace fs = std::filesystem;
namespace {

// The networks of transformers that people take for speech, by model_type and by how the names of
// their classes begin. What wav2vec 2.0 (Baevski et al. 2020) computes of a waveform is what HuBERT
// does: convolutions, projection, positional convolution with weight norm, transformer; they differ
// in the heads of their training alone (transformers: models/wav2vec2, models/hubert).
struct Network {
  std::string_view type, classes, name;
  std::string_view differs = "";  // why it is refused; "" for those that flowtalk computes
};
constexpr std::array kNetworks = {
    Network{"hubert", "Hubert", "HuBERT"},
    Network{"wav2vec2", "Wav2Vec2", "wav2vec 2.0"},
    Network{"wavlm", "WavLM", "WavLM", "its attention has gated relative positions"},
    Network{"data2vec-audio", "Data2VecAudio", "data2vec",
            "its positional convolution is a stack of five"},
    Network{"whisper", "Whisper", "Whisper", "it hears mel spectra of 30 s"},
    Network{"wav2vec2-conformer", "Wav2Vec2Conformer", "a Conformer",
            "its layers convolve and attend by turns"},
    Network{"wav2vec2-bert", "Wav2Vec2Bert", "wav2vec2-BERT",
            "it hears mel spectra, by a Conformer"},
    Network{"unispeech", "UniSpeech", "UniSpeech", "it was not tried"},
    Network{"unispeech-sat", "UniSpeechSat", "UniSpeech-SAT", "it was not tried"},
    Network{"sew", "SEW", "SEW", "it squeezes its frames by two"},
    Network{"sew-d", "SEWD", "SEW-D", "it squeezes its frames by two"},
};
constexpr const char* kComputed = "HuBERT (hubert) and wav2vec 2.0 (wav2vec2)";

constexpr size_t kMostBytes = size_t{1} << 20;  // of a config; the longest known have 0.1 MB

Json load_json(const fs::path& file) {
  Json json = parse_json(load_file(file, kMostBytes), file.string());
  if (!json.is_object()) fail("{}: expected a JSON object", file.string());
  return json;
}

// A key that, if there, must have the one value that we compute with.
void expect(const Json& json, const std::string& file, const char* key, const Json& expected) {
  const auto found = json.find(key);
  if (found == json.end() || *found == expected) return;
  fail("{}: {} is {}, flowtalk computes with {} only; use another encoder", file, key,
       fields_detail::shown(*found), expected.dump());
}

std::string first_class(const Json& json) {
  const auto list = json.find("architectures");
  const bool named = list != json.end() && list->is_array() && !list->empty();
  return named && list->front().is_string() ? list->front().get<std::string>() : "";
}

// The row of config.json's network; nullptr for one that is not in the table.
const Network* find_network(const Json& json) {
  if (const auto type = json.find("model_type"); type != json.end()) {
    const auto found = std::find_if(kNetworks.begin(), kNetworks.end(),
                                    [&](const Network& n) { return *type == std::string(n.type); });
    return found == kNetworks.end() ? nullptr : &*found;
  }
  const std::string name = first_class(json);
  const Network* best = nullptr;  // the longest beginning, as Wav2Vec2 begins others too
  for (const Network& n : kNetworks) {
    const bool longer = best == nullptr || n.classes.size() > best->classes.size();
    if (name.starts_with(n.classes) && longer) best = &n;
  }
  return best;
}

const Network& network_of(const Json& json, const std::string& file) {
  const Network* network = find_network(json);
  if (network != nullptr && network->differs.empty()) return *network;
  const auto type = json.find("model_type");
  const std::string said = type != json.end()
                               ? "model_type is " + fields_detail::shown(*type)
                               : "architectures begins with '" + first_class(json) + "'";
  if (network == nullptr) {
    fail("{}: {}, flowtalk computes {} only; use another encoder", file, said, kComputed);
  }
  fail("{}: {}, flowtalk computes {} only, {} is another network ({}); use another encoder", file,
       said, kComputed, network->name, network->differs);
}

// What the feature extractor does: preprocessor_config.json, or in newer folders a part of
// processor_config.json. What it does if it is not told is to normalise.
bool load_do_normalize(const fs::path& folder) {
  fs::path path = folder / "preprocessor_config.json";
  Json json = Json::object();
  if (fs::exists(path)) {
    json = load_json(path);
  } else if (path = folder / "processor_config.json"; fs::exists(path)) {
    const Json whole = load_json(path);
    if (const auto part = whole.find("feature_extractor");
        part != whole.end() && part->is_object()) {
      json = *part;
    }
  }
  const std::string file = path.string();
  expect(json, file, "sampling_rate", 16000);
  expect(json, file, "feature_size", 1);
  expect(json, file, "feature_extractor_type", "Wav2Vec2FeatureExtractor");
  const auto found = json.find("do_normalize");
  if (found == json.end()) return true;
  if (!found->is_boolean()) {
    fail("{}: do_normalize: expected true or false, got {}", file, fields_detail::shown(*found));
  }
  return found->get<bool>();
}

}  // namespace

bool is_hugging_face(const fs::path& folder) {
  const fs::path file = folder / "config.json";
  if (!fs::exists(file)) return false;
  const Json json = load_json(file);
  return json.contains("model_type") || json.contains("architectures");
}

HuggingFaceConfig load_hugging_face_config(const fs::path& folder) {
  const fs::path file = folder / "config.json";
  HuggingFaceConfig config = hugging_face_config(load_json(file), file.string());
  config.sizes.do_normalize = load_do_normalize(folder);
  return config;
}

HuggingFaceConfig hugging_face_config(const Json& json, const std::string& file) {
  const Network& network = network_of(json, file);
  for (const char* key : {"hidden_act", "feat_extract_activation"}) {
    expect(json, file, key, "gelu");
  }
  expect(json, file, "conv_pos_batch_norm", false);
  expect(json, file, "add_adapter", false);
  expect(json, file, "adapter_attn_dim", nullptr);  // of the MMS models
  expect(json, file, "sampling_rate", 16000);       // not of transformers, but some write it
  for (const char* key : {"hidden_size", "num_hidden_layers", "num_attention_heads"}) {
    if (!json.contains(key)) fail("{}: has no {}; is it of a HuBERT?", file, key);
  }
  HubertConfig config;
  const Json defaults = to_json(config);
  Json known = Json::object();
  for (const auto& field : defaults.items()) {
    if (json.contains(field.key())) known[field.key()] = json[field.key()];
  }
  known["do_normalize"] = true;
  from_json(known, config, file);
  config.check(file);
  expect(json, file, "num_feat_extract_layers", config.conv_dim.size());
  return {std::string(network.name), config};
}

}  // namespace flowtalk::encoder
