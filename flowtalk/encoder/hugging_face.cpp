#include "flowtalk/encoder/hugging_face.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string_view>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/formats/torch_file.h"
#include "flowtalk/params/native_params.h"

namespace flowtalk::encoder {
namespace fs = std::filesystem;
namespace {

// ---- Names

struct Names {
  std::string_view ours, theirs;  // '*' stands for a layer's number
};

// The one table of names. A path of ours is a prefix and the leaf after its last '/'.
constexpr std::array kPrefixes = {
    Names{"conv/*", "feature_extractor.conv_layers.*"},
    Names{"projection_norm", "feature_projection.layer_norm"},
    Names{"projection", "feature_projection.projection"},
    Names{"position", "encoder.pos_conv_embed.conv"},
    Names{"norm", "encoder.layer_norm"},
    Names{"layer/*/attention/query", "encoder.layers.*.attention.q_proj"},
    Names{"layer/*/attention/key", "encoder.layers.*.attention.k_proj"},
    Names{"layer/*/attention/value", "encoder.layers.*.attention.v_proj"},
    Names{"layer/*/attention/output", "encoder.layers.*.attention.out_proj"},
    Names{"layer/*/attention_norm", "encoder.layers.*.layer_norm"},
    Names{"layer/*/inner", "encoder.layers.*.feed_forward.intermediate_dense"},
    Names{"layer/*/outer", "encoder.layers.*.feed_forward.output_dense"},
    Names{"layer/*/output_norm", "encoder.layers.*.final_layer_norm"},
};
constexpr std::array kConvLeaves = {
    Names{"weight", "conv.weight"},
    Names{"bias", "conv.bias"},
    Names{"norm_gain", "layer_norm.weight"},
    Names{"norm_bias", "layer_norm.bias"},
};
constexpr std::array kLeaves = {Names{"weight", "weight"}, Names{"bias", "bias"},
                                Names{"gain", "weight"}};
// Spellings of the weight norm of the positional convolution: length g, direction v.
struct WeightNorm {
  std::string_view length, direction;
};
constexpr std::array kWeightNorms = {
    WeightNorm{"weight_g", "weight_v"},
    WeightNorm{"parametrizations.weight.original0", "parametrizations.weight.original1"},
};
// Of training, or of a task beside ours: knowingly left unread.
constexpr std::array<std::string_view, 2> kIgnored = {"masked_spec_embed", "lm_head."};

std::string with_number(std::string_view pattern, const std::string& number) {
  std::string text(pattern);
  if (const auto star = text.find('*'); star != std::string::npos) text.replace(star, 1, number);
  return text;
}

template <size_t N>
const Names& find_ours(const std::array<Names, N>& table, const std::string& ours) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Names& n) { return n.ours == ours; });
  FT_CHECK(found != table.end(), "no Hugging Face name for '{}'", ours);
  return *found;
}

// "layer/3/inner/weight" -> "encoder.layers.3.feed_forward.intermediate_dense.weight"
std::string their_name(const std::string& path) {
  const auto last = path.rfind('/');
  std::string prefix = path.substr(0, last), number;
  const std::string leaf = path.substr(last + 1);
  const auto digit = prefix.find_first_of("0123456789");
  if (digit != std::string::npos) {
    const auto end = std::min(prefix.find('/', digit), prefix.size());
    number = prefix.substr(digit, end - digit);
    prefix.erase(digit, end - digit).insert(digit, 1, '*');
  }
  const auto& leaf_names =
      prefix == "conv/*" ? find_ours(kConvLeaves, leaf) : find_ours(kLeaves, leaf);
  return with_number(find_ours(kPrefixes, prefix).theirs, number) + "." +
         std::string(leaf_names.theirs);
}

// ---- Configuration

Json load_json(const fs::path& file) {
  Json json = parse_json(load_file(file, size_t{1} << 24), file.string());
  if (!json.is_object()) fail("{}: expected a JSON object", file.string());
  return json;
}

// A key that, if there, must have the one value that we compute with.
void expect(const Json& json, const fs::path& file, const char* key, const Json& expected) {
  const auto found = json.find(key);
  if (found == json.end() || *found == expected) return;
  fail("{}: {} is {}, flowtalk computes with {} only; use another encoder", file.string(), key,
       found->dump(), expected.dump());
}

bool load_do_normalize(const fs::path& file) {
  if (!fs::exists(file)) return true;  // what the feature extractor does if it is not told
  const Json json = load_json(file);
  expect(json, file, "sampling_rate", 16000);
  expect(json, file, "feature_size", 1);
  expect(json, file, "feature_extractor_type", "Wav2Vec2FeatureExtractor");
  const auto found = json.find("do_normalize");
  if (found == json.end()) return true;
  if (!found->is_boolean()) {
    fail("{}: do_normalize: expected true or false, got {}", file.string(), found->dump());
  }
  return found->get<bool>();
}

}  // namespace

bool is_hugging_face(const fs::path& folder) {
  const fs::path file = folder / "config.json";
  return fs::exists(file) && load_json(file).contains("model_type");
}

HubertConfig load_hugging_face_config(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    fail("{}: no such folder; expected one with config.json and model.safetensors",
         folder.string());
  }
  const fs::path file = folder / "config.json";
  const Json json = load_json(file);
  expect(json, file, "model_type", "hubert");
  for (const char* key : {"hidden_act", "feat_extract_activation"}) {
    expect(json, file, key, "gelu");
  }
  expect(json, file, "conv_pos_batch_norm", false);
  expect(json, file, "add_adapter", false);
  for (const char* key : {"hidden_size", "num_hidden_layers", "num_attention_heads"}) {
    if (!json.contains(key)) fail("{}: has no {}; is it of a HuBERT?", file.string(), key);
  }
  HubertConfig config;
  const Json defaults = to_json(config);
  Json known = Json::object();
  for (const auto& field : defaults.items()) {
    if (json.contains(field.key())) known[field.key()] = json[field.key()];
  }
  known["do_normalize"] = load_do_normalize(folder / "preprocessor_config.json");
  from_json(known, config, file.string());
  config.check(file.string());
  expect(json, file, "num_feat_extract_layers", config.conv_dim.size());
  return config;
}

// ---- Weights

namespace {

NamedWeights open_safetensors(const fs::path& path) {
  const auto file = std::make_shared<const formats::SafetensorsFile>(path);
  NamedWeights weights;
  for (const auto& name : file->names()) weights.shapes[name] = file->shape(name);
  weights.load = [file](const std::string& name) { return file->load(name); };
  weights.drop_pages = [file] { file->drop_pages(); };
  return weights;
}

NamedWeights open_torch(const fs::path& path) {
  const auto file = std::make_shared<const formats::MappedFile>(path);
  const auto arrays = std::make_shared<const std::map<std::string, formats::Array>>(
      formats::state_dict(formats::read_torch(file->bytes(), path.string(), file)));
  NamedWeights weights;
  for (const auto& [name, array] : *arrays) weights.shapes[name] = array.shape;
  weights.load = [arrays, where = path.string()](const std::string& name) {
    return formats::to_tensor(arrays->at(name), where + ": " + name);
  };
  weights.drop_pages = [file] { file->drop_pages(); };
  return weights;
}

}  // namespace

NamedWeights open_weights(const fs::path& path) {
  NamedWeights weights =
      formats::format_of(path) == "safetensors" ? open_safetensors(path) : open_torch(path);
  weights.path = path.string();
  return weights;
}

NamedWeights under_prefix(const NamedWeights& weights, const std::string& prefix) {
  NamedWeights result = weights;
  result.shapes.clear();
  for (const auto& [name, shape] : weights.shapes) {
    if (name.starts_with(prefix)) result.shapes[name.substr(prefix.size())] = shape;
  }
  result.load = [load = weights.load, prefix](const std::string& name) {
    return load(prefix + name);
  };
  return result;
}

namespace {

// A HuBERT with a head has its tensors under "hubert.", beside those of the head.
NamedWeights without_head(const NamedWeights& weights) {
  const auto first = weights.shapes.lower_bound("hubert.");
  if (first == weights.shapes.end() || !first->first.starts_with("hubert.")) return weights;
  NamedWeights body = under_prefix(weights, "hubert.");
  for (const auto& [name, shape] : weights.shapes) {
    if (!name.starts_with("hubert.")) body.shapes[name] = shape;
  }
  return body;
}

bool ignored(const std::string& name) {
  return std::any_of(kIgnored.begin(), kIgnored.end(),
                     [&](std::string_view start) { return name.starts_with(start); });
}

// v (O, I, K), g (1, 1, K) -> w[:, :, k] = g[k] v[:, :, k] / |v[:, :, k]|
tensor::Tensor fold(const tensor::Tensor& g, const tensor::Tensor& v) {
  const int64_t taps = v.dim(2);
  std::vector<double> squares(static_cast<size_t>(taps), 0.0);
  for (int64_t i = 0; i < v.size(); i += taps) {
    for (int64_t k = 0; k < taps; ++k) {
      squares[static_cast<size_t>(k)] += static_cast<double>(v[i + k]) * v[i + k];
    }
  }
  for (int64_t k = 0; k < taps; ++k) {
    double& factor = squares[static_cast<size_t>(k)];
    factor = g[k] / std::sqrt(factor);
  }
  tensor::Tensor w(v.shape());
  for (int64_t i = 0; i < v.size(); i += taps) {
    for (int64_t k = 0; k < taps; ++k) {
      w[i + k] = static_cast<float>(v[i + k] * squares[static_cast<size_t>(k)]);
    }
  }
  return w;
}

}  // namespace

HuggingFaceWeights::HuggingFaceWeights(NamedWeights weights)
    : weights_(without_head(std::move(weights))) {}

tensor::Tensor HuggingFaceWeights::take(const std::string& name, const std::string& path,
                                        const tensor::Shape& shape) {
  read_.insert(name);
  const auto found = weights_.shapes.find(name);
  if (found == weights_.shapes.end()) {
    problems_.push_back(fmt::format("'{}' {} is missing", name, tensor::to_string(shape)));
  } else if (found->second != shape) {
    problems_.push_back(fmt::format("'{}' has shape {}, expected {}", name,
                                    tensor::to_string(found->second), tensor::to_string(shape)));
  } else {
    tensor::Tensor tensor = weights_.load(name);
    fingerprint_.add(path, tensor);
    return tensor;
  }
  return tensor::Tensor::zeros(shape);
}

tensor::Tensor HuggingFaceWeights::folded_position(const std::string& name, const std::string& path,
                                                   const tensor::Shape& shape) {
  const std::string stem = name.substr(0, name.rfind('.') + 1);
  for (const auto& [length, direction] : kWeightNorms) {
    const std::string g = stem + std::string(length), v = stem + std::string(direction);
    if (!weights_.shapes.contains(g) && !weights_.shapes.contains(v)) continue;
    return fold(take(g, path + "_g", {1, 1, shape[2]}), take(v, path + "_v", shape));
  }
  return take(name, path, shape);  // folded already
}

tensor::Tensor HuggingFaceWeights::load(const std::string& path, const tensor::Shape& shape) {
  const std::string name = their_name(path);
  return path == "position/weight" ? folded_position(name, path, shape) : take(name, path, shape);
}

void HuggingFaceWeights::finish() const {
  std::vector<std::string> problems = problems_;
  for (const auto& [name, shape] : weights_.shapes) {
    if (read_.contains(name) || ignored(name)) continue;
    problems.push_back(
        fmt::format("'{}' {} is not part of the model", name, tensor::to_string(shape)));
  }
  params::report_problems(weights_.path, problems, "use the weights and the config of one encoder");
}

ExternalEncoder HuggingFaceWeights::identity(const HubertConfig& config,
                                             const std::string& folder) const {
  return {fingerprint_.of(config), fingerprint_.values(), folder};
}

namespace {

fs::path weight_file(const fs::path& folder) {
  for (const char* name : {"model.safetensors", "pytorch_model.bin"}) {
    if (fs::exists(folder / name)) return folder / name;
  }
  fail("{}: holds neither model.safetensors nor pytorch_model.bin; give a HuBERT of Hugging Face",
       folder.string());
}

}  // namespace

HuggingFaceFolder::HuggingFaceFolder(const fs::path& folder)
    : config(load_hugging_face_config(folder)), weights(open_weights(weight_file(folder))) {}

}  // namespace flowtalk::encoder
