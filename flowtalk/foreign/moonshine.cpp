#include "flowtalk/foreign/moonshine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/encoder/native.h"
#include "flowtalk/foreign/onnx_weights.h"
#include "flowtalk/params/scope.h"

namespace flowtalk::foreign {
namespace {

using tensor::Shape;
using tensor::Tensor;

constexpr int kUsualLayers = 4;
constexpr std::array<int64_t, 3> kKernels = {127, 7, 3}, kTheirStrides = {64, 3, 2};
// Ours, for a frame every 320 samples in the place of 384; taps that were 3 frames of the second
// convolution apart still are.
constexpr std::array kStrides = {64, 1, 5}, kDilations = {1, 1, 3};
constexpr int64_t kFirstFrame = 400;  // samples that the first frame of ours has of a clip
constexpr int kPositions = 8, kPositionGroups = 8, kPositionsAhead = 4;
constexpr int kBlock = 4, kLeft = 200;  // frames, of attention

// Their waves have this level where somebody speaks; ours have power 1.
constexpr float kLevel = 0.08f;
// Of tanh(first convolution) over channels and time of a clip at that level, which their group norm
// makes 0 and 1. Measured on 60 and on 400 recorded clips (17 minutes): medians of the variance
// 0.0113 and 0.0114, half of the clips between 0.0100 and 0.0129; of the mean 1e-5.
constexpr double kMean = 0, kVariance = 0.011, kEpsilon = 1e-5;

constexpr const char* kNorm = "/layer_norm/Mul";

std::string layer_name(int layer) { return fmt::format("/layers.{}/", layer); }
std::string conv_name(size_t i) { return fmt::format("/conv{0}/Conv", i + 1); }
bool has_layer(const OnnxWeights& file, int layer) {
  return file.has(layer_name(layer) + "self_attn/q_proj/MatMul_quant");
}

// How large the parts are, by the shapes and numbers of the file.
struct Sizes {
  std::vector<int64_t> conv;  // channels
  int64_t width = 0, inner = 0, heads = 0, head = 0, rotary = 0;
  int layers = 0;
};

void check_convolutions(const OnnxWeights& file, const std::string& path) {
  for (size_t i = 0; i < kKernels.size(); ++i) {
    const auto& integers = file.node(conv_name(i)).integers;
    const auto strides = integers.find("strides");
    const Shape shape = file.shape(conv_name(i), 1);
    const int64_t stride =
        strides == integers.end() || strides->second.size() != 1 ? 1 : strides->second[0];
    if (shape.size() == 3 && shape[2] == kKernels[i] && stride == kTheirStrides[i]) continue;
    fail("{}: convolution {} has weights {} and stride {}, expected a kernel of {} and stride {}",
         path, i + 1, tensor::to_string(shape), stride, kKernels[i], kTheirStrides[i]);
  }
}

int64_t one_integer(const OnnxWeights& file, const std::string& node, size_t at,
                    const std::string& path) {
  const auto values = file.integers(node, at);
  if (file.shape(node, at) != Shape{1} || values[0] < 1) {
    fail("{}: input {} of '{}' is no whole number of 1 or more", path, at, node);
  }
  return values[0];
}

Sizes sizes_of(const OnnxWeights& file, const std::string& path) {
  check_convolutions(file, path);
  Sizes sizes;
  for (size_t i = 0; i < kKernels.size(); ++i) {
    sizes.conv.push_back(file.shape(conv_name(i), 1)[0]);
  }
  sizes.width = sizes.conv.back();
  const std::string heads = layer_name(0) + "self_attn/Concat";
  sizes.heads = one_integer(file, heads, 2, path);
  sizes.head = one_integer(file, heads, 3, path);
  if (sizes.heads > sizes.width || sizes.head > sizes.width ||
      sizes.heads * sizes.head != sizes.width) {
    fail("{}: {} heads of {} values do not make a width of {}", path, sizes.heads, sizes.head,
         sizes.width);
  }
  const Shape inner = file.shape(layer_name(0) + "mlp/fc1/MatMul_quant", 1);
  const Shape turns = file.shape("/rotary_emb/MatMul", 0);
  if (inner.size() != 2 || turns.size() != 3 || turns[1] > sizes.head / 2) {
    fail("{}: its feed-forward {} or rates of rotation {} do not fit heads of {} values", path,
         tensor::to_string(inner), tensor::to_string(turns), sizes.head);
  }
  sizes.inner = inner[1];
  sizes.rotary = 2 * turns[1];
  while (has_layer(file, sizes.layers)) ++sizes.layers;
  return sizes;
}

encoder::HubertConfig config_of(const Sizes& sizes, int layers, const std::string& path) {
  encoder::HubertConfig c;
  c.conv_dim.assign(sizes.conv.begin(), sizes.conv.end());
  c.conv_kernel.assign(kKernels.begin(), kKernels.end());
  c.conv_stride.assign(kStrides.begin(), kStrides.end());
  c.conv_dilation.assign(kDilations.begin(), kDilations.end());
  c.conv_past = static_cast<int>(c.receptive_samples() - kFirstFrame);
  c.conv_bias = true;
  c.feat_extract_norm = "tanh";
  c.feat_proj_layer_norm = false;
  c.hidden_size = static_cast<int>(sizes.width);
  c.num_hidden_layers = layers;
  c.num_attention_heads = static_cast<int>(sizes.heads);
  c.intermediate_size = static_cast<int>(sizes.inner);
  c.num_conv_pos_embeddings = kPositions;
  c.num_conv_pos_embedding_groups = kPositionGroups;
  c.num_conv_pos_right = kPositionsAhead;
  c.do_stable_layer_norm = true;
  c.normalisation = encoder::Normalisation::kRunning;
  c.attention_block = kBlock;
  c.attention_left = kLeft;
  c.rotary_dims = static_cast<int>(sizes.rotary);
  c.rotary_rate = static_cast<float>(c.hop_samples()) /
                  static_cast<float>(kTheirStrides[0] * kTheirStrides[1] * kTheirStrides[2]);
  encoder::HubertConfig in_range;
  from_json(to_json(c), in_range, path);
  c.check(path);
  return c;
}

// Ours turns values i and i + n / 2 of the n that turn together, theirs 2i and 2i + 1.
Tensor in_halves(const Tensor& weight, const Sizes& sizes) {
  Tensor made(weight.shape());
  const int64_t row = weight.dim(1), half = sizes.rotary / 2;
  for (int64_t at = 0; at < weight.dim(0); ++at) {
    const int64_t i = at % sizes.head;
    const int64_t theirs = i < half ? 2 * i : i < sizes.rotary ? 2 * (i - half) + 1 : i;
    std::copy_n(weight.data() + (at - i + theirs) * row, row, made.data() + at * row);
  }
  return made;
}

using Tensors = std::map<std::string, Tensor>;  // by our paths

void add_convolutions(const OnnxWeights& file, const Sizes& sizes, Tensors& made) {
  for (size_t i = 0; i < kKernels.size(); ++i) {
    const std::string path = fmt::format("encoder/conv/{}/", i);
    const int64_t in = i == 0 ? 1 : sizes.conv[i - 1], out = sizes.conv[i];
    made[path + "weight"] = file.input(conv_name(i), 1, {out, in, kKernels[i]});
    made[path + "bias"] = i == 0 ? Tensor::zeros({out}) : file.input(conv_name(i), 2, {out});
  }
  Tensor weight = made["encoder/conv/0/weight"].clone();
  for (float& x : weight.values()) x *= kLevel;
  made["encoder/conv/0/weight"] = weight;
  const int64_t first = sizes.conv[0];
  Tensor gain = file.constant("/groupnorm/Mul", {first, 1}).reshape({first}).clone();
  Tensor bias = file.constant("/groupnorm/Add", {first, 1}).reshape({first}).clone();
  for (int64_t i = 0; i < first; ++i) {
    gain[i] = static_cast<float>(static_cast<double>(gain[i]) / std::sqrt(kVariance + kEpsilon));
    bias[i] -= static_cast<float>(kMean) * gain[i];
  }
  made["encoder/conv/0/norm_gain"] = gain;
  made["encoder/conv/0/norm_bias"] = bias;
}

void add_layer(const OnnxWeights& file, const Sizes& sizes, int layer, Tensors& made) {
  const std::string theirs = layer_name(layer), ours = fmt::format("encoder/layer/{}/", layer);
  const int64_t width = sizes.width, inner = sizes.inner;
  for (const auto& [from, to] : {std::pair("q_proj", "query"), std::pair("k_proj", "key"),
                                 std::pair("v_proj", "value"), std::pair("dense", "output")}) {
    const std::string path = fmt::format("{}attention/{}/", ours, to);
    const Tensor weight =
        file.product(fmt::format("{}self_attn/{}/MatMul", theirs, from), width, width);
    const bool turns = *from == 'q' || *from == 'k';
    made[path + "weight"] = turns ? in_halves(weight, sizes) : weight;
    made[path + "bias"] = Tensor::zeros({width});
  }
  for (const auto& [from, to] : {std::pair("input_layernorm", "attention_norm"),
                                 std::pair("post_attention_layernorm", "output_norm")}) {
    made[fmt::format("{}{}/gain", ours, to)] =
        file.constant(fmt::format("{}{}/Mul", theirs, from), {width});
    made[fmt::format("{}{}/bias", ours, to)] = Tensor::zeros({width});
  }
  made[ours + "inner/weight"] = file.product(theirs + "mlp/fc1/MatMul", inner, width);
  made[ours + "inner/bias"] = file.constant(theirs + "mlp/fc1/Add", {inner});
  made[ours + "outer/weight"] = file.product(theirs + "mlp/fc2/MatMul", width, inner);
  made[ours + "outer/bias"] = file.constant(theirs + "mlp/fc2/Add", {width});
}

// What theirs lacks, so that it does nothing until training makes something of it.
void add_new(const Sizes& sizes, Tensors& made) {
  const int64_t width = sizes.width;
  Tensor identity = Tensor::zeros({width, width});
  for (int64_t i = 0; i < width; ++i) identity[i * width + i] = 1;
  made["encoder/projection/weight"] = identity;
  made["encoder/projection/bias"] = Tensor::zeros({width});
  made["encoder/position/weight"] = Tensor::zeros({width, width / kPositionGroups, kPositions});
  made["encoder/position/bias"] = Tensor::zeros({width});
}

void check_turns(const OnnxWeights& file, const Sizes& sizes, const std::string& path) {
  constexpr double kBound = 1e-5;
  const int64_t half = sizes.rotary / 2;
  const Tensor rates = file.input("/rotary_emb/MatMul", 0, {1, half, 1});
  for (int64_t i = 0; i < half; ++i) {
    const double ours = std::pow(1e4, -static_cast<double>(i) / static_cast<double>(half));
    if (std::abs(static_cast<double>(rates[i]) - ours) < kBound) continue;
    fail("{}: pair {} of a head turns by {} a frame, expected {:.6g}", path, i, rates[i], ours);
  }
}

// Hands out what was made, as the encoder asks for it.
class MadeParams : public params::ParamSource<ops::NativeOps> {
 public:
  explicit MadeParams(const Tensors& made) : made_(made) {}
  Tensor tensor(const std::string& path, const Shape& shape, const params::Init&) override {
    const auto found = made_.find(path);
    FT_CHECK(found != made_.end() && found->second.shape() == shape, "{} {}", path,
             tensor::to_string(shape));
    tensors.emplace_back(path, found->second);
    return found->second;
  }
  Tensor buffer(const std::string& path, const Shape& shape, const params::Init& init) override {
    return tensor(path, shape, init);
  }
  formats::NamedTensors tensors;

 private:
  const Tensors& made_;
};

int wanted_layers(std::optional<int> asked, int there, const std::string& path) {
  if (asked && *asked > there) {
    fail_usage("{} {}: {} has {}; give fewer", Field("layers"), *asked, path, there);
  }
  return asked.value_or(std::min(kUsualLayers, there));
}

}  // namespace

bool is_moonshine(const formats::OnnxFile& file) {
  const OnnxWeights weights(file);
  return weights.has(conv_name(0)) && weights.has("/groupnorm/InstanceNormalization") &&
         weights.has("/rotary_emb/MatMul") && has_layer(weights, 0) && weights.has(kNorm);
}

MoonshineEncoder read_moonshine(const formats::OnnxFile& file, std::optional<int> layers) {
  const std::string& path = file.path();
  if (!is_moonshine(file)) {
    fail(
        "{}: is an ONNX model that flowtalk does not know; expected the quantised encoder of "
        "Moonshine, encoder_model.onnx",
        path);
  }
  const OnnxWeights weights(file);
  const Sizes sizes = sizes_of(weights, path);
  MoonshineEncoder result;
  result.layers = sizes.layers;
  result.config = config_of(sizes, wanted_layers(layers, sizes.layers, path), path);
  Tensors made;
  add_convolutions(weights, sizes, made);
  for (int i = 0; i < result.config.num_hidden_layers; ++i) add_layer(weights, sizes, i, made);
  made["encoder/norm/gain"] = weights.constant(kNorm, {sizes.width});
  made["encoder/norm/bias"] = Tensor::zeros({sizes.width});
  add_new(sizes, made);
  check_turns(weights, sizes, path);
  MadeParams source(made);
  const encoder::NativeHubert hubert(params::Scope<ops::NativeOps>(source) / "encoder",
                                     result.config);
  FT_CHECK(source.tensors.size() == made.size(), "{} of {}", source.tensors.size(), made.size());
  result.tensors = std::move(source.tensors);
  return result;
}

}  // namespace flowtalk::foreign
