#include "flowtalk/encoder/hugging_face.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/printable.h"
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

std::string their_name(const std::string& path);

// What the weight of the positional convolution, or its direction, may be called.
std::vector<std::string> position_names() {
  const std::string whole = their_name("position/weight");
  std::vector<std::string> names = {whole};
  const std::string stem = whole.substr(0, whole.rfind('.') + 1);
  for (const auto& norm : kWeightNorms) names.push_back(stem + std::string(norm.direction));
  return names;
}

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

// ---- The encoder among the tensors of a file

// A tensor that every encoder has, wherever it stands, and its name in fairseq's checkpoints.
constexpr std::string_view kLandmark = "feature_extractor.conv_layers.0.conv.weight";
constexpr std::string_view kFairseq = "feature_extractor.conv_layers.0.0.weight";
// What an encoder is made of; its tensors beside these are those of heads.
constexpr std::array<std::string_view, 3> kParts = {"feature_extractor.", "feature_projection.",
                                                    "encoder."};
constexpr std::string_view kOfTraining = "masked_spec_embed";  // knowingly left unread

bool is_or_ends_in(std::string_view name, std::string_view part) {
  if (!name.ends_with(part)) return false;
  return name.size() == part.size() || name[name.size() - part.size() - 1] == '.';
}

bool of_encoder(const std::string& name) {
  return name == kOfTraining ||
         std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return name.starts_with(part); });
}

// What stands before the encoder's names: "", "module.", "model.hubert.".
std::string prefix_of(const NamedWeights& weights) {
  std::vector<std::string> prefixes;
  bool fairseq = false;
  for (const auto& [name, shape] : weights.shapes) {
    fairseq = fairseq || is_or_ends_in(name, kFairseq);
    if (is_or_ends_in(name, kLandmark)) {
      prefixes.push_back(name.substr(0, name.size() - kLandmark.size()));
    }
  }
  if (prefixes.size() == 1) return prefixes.front();
  if (prefixes.size() > 1) {
    fail("{}: holds {} encoders, under {} and {}; save the one that is wanted by itself",
         weights.path, prefixes.size(), formats::printable(prefixes[0]),
         formats::printable(prefixes[1]));
  }
  if (fairseq) {
    fail("{}: has the names of fairseq; convert it to those of transformers first", weights.path);
  }
  fail("{}: holds no HuBERT or wav2vec 2.0 (no tensor's name ends in {}; the first is {})",
       weights.path, kLandmark,
       weights.shapes.empty() ? "none" : formats::printable(weights.shapes.begin()->first));
}

// "classifier.dense.weight" -> "classifier"; below the first part of the encoder's own prefix, one
// part more: "model.classifier".
std::string part_of(const std::string& name, const std::string& prefix) {
  const std::string shared = prefix.substr(0, prefix.find('.') + 1);
  const size_t from = !shared.empty() && name.starts_with(shared) ? shared.size() : 0;
  return name.substr(0, name.find('.', from));
}

}  // namespace

HuggingFaceWeights::HuggingFaceWeights(NamedWeights weights) : prefix_(prefix_of(weights)) {
  weights_ = under_prefix(weights, prefix_);
  std::erase_if(weights_.shapes, [](const auto& entry) { return !of_encoder(entry.first); });
  for (const auto& [name, shape] : weights.shapes) {
    const bool inside = name.starts_with(prefix_) && of_encoder(name.substr(prefix_.size()));
    if (!inside) unread_.insert(part_of(name, prefix_));
  }
}

std::vector<std::string> HuggingFaceWeights::left_unread() const {
  return {unread_.begin(), unread_.end()};
}

namespace {

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

tensor::Tensor HuggingFaceWeights::take(const std::string& name, const std::string& path,
                                        const tensor::Shape& shape) {
  read_.insert(name);
  const auto found = weights_.shapes.find(name);
  if (found == weights_.shapes.end()) {
    problems_.push_back(
        fmt::format("'{}' {} is missing", prefix_ + name, tensor::to_string(shape)));
  } else if (found->second != shape) {
    problems_.push_back(fmt::format("'{}' has shape {}, expected {}", prefix_ + name,
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

std::vector<std::string> HuggingFaceWeights::problems() const {
  std::vector<std::string> problems = problems_;
  for (const auto& [name, shape] : weights_.shapes) {
    if (read_.contains(name) || name == kOfTraining) continue;
    problems.push_back(
        fmt::format("'{}' {} is not part of the model", prefix_ + name, tensor::to_string(shape)));
  }
  return problems;
}

bool HuggingFaceWeights::holds(const std::string& name) const {
  return name.starts_with(prefix_) && weights_.shapes.contains(name.substr(prefix_.size()));
}

void HuggingFaceWeights::finish() const {
  params::report_problems(weights_.path, problems(),
                          "use the weights and the config of one encoder");
}

ExternalEncoder HuggingFaceWeights::identity(const HubertConfig& config,
                                             const std::string& folder) const {
  return {fingerprint_.of(config), fingerprint_.values(), folder};
}

HubertConfig sizes_in(const NamedWeights& weights) {
  const NamedWeights own = under_prefix(weights, prefix_of(weights));
  const auto find = [&](const std::string& name) -> const tensor::Shape* {
    const auto found = own.shapes.find(name);
    return found == own.shapes.end() ? nullptr : &found->second;
  };
  const auto axis = [&](const std::string& name, size_t at, int fallback) {
    const tensor::Shape* shape = find(name);
    return shape != nullptr && at < shape->size() ? static_cast<int>((*shape)[at]) : fallback;
  };
  HubertConfig c;
  std::vector<int> dims, kernels;
  for (size_t i = 0; i < c.conv_dim.size(); ++i) {
    const std::string conv = their_name(fmt::format("conv/{}/weight", i));
    dims.push_back(axis(conv, 0, c.conv_dim[i]));
    kernels.push_back(axis(conv, 2, c.conv_kernel[i]));
  }
  c.conv_dim = dims;
  c.conv_kernel = kernels;
  c.conv_bias = find(their_name("conv/0/bias")) != nullptr;
  c.feat_extract_norm = find(their_name("conv/1/norm_gain")) != nullptr ? "layer" : "group";
  c.do_stable_layer_norm = c.feat_extract_norm == "layer";
  c.feat_proj_layer_norm = find(their_name("projection_norm/gain")) != nullptr;
  c.hidden_size = axis(their_name("projection/weight"), 0, c.hidden_size);
  c.num_hidden_layers = 0;
  while (find(their_name(fmt::format("layer/{}/inner/weight", c.num_hidden_layers))) != nullptr) {
    ++c.num_hidden_layers;
  }
  c.intermediate_size = axis(their_name("layer/0/inner/weight"), 0, c.intermediate_size);
  for (const std::string& spelling : position_names()) {
    c.num_conv_pos_embeddings = axis(spelling, 2, c.num_conv_pos_embeddings);
    const int of_group = axis(spelling, 1, 0);
    if (of_group > 0) c.num_conv_pos_embedding_groups = c.hidden_size / of_group;
  }
  return c;
}

HuggingFaceFolder::HuggingFaceFolder(const fs::path& folder, const fs::path& file)
    : config(load_hugging_face_config(folder)),
      weights(open_weights(file.empty() ? weight_file_in(folder) : file)) {}

}  // namespace flowtalk::encoder
