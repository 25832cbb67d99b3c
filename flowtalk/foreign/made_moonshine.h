// Test harness: an ONNX file of the form of Moonshine's quantised encoder, tiny, with random
// weights.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "flowtalk/base/error.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/formats/onnx_maker.h"

namespace flowtalk::foreign {

struct MadeMoonshine {
  struct MadeTensor {
    std::vector<int64_t> shape;
    uint64_t type = 0;
    std::string values;  // the field
  };

  static constexpr int64_t kFirst = 6, kSecond = 10, kWidth = 16, kInner = 24, kHeads = 2,
                           kHead = 8, kTurning = 4;
  static constexpr int kLayers = 2;

  std::map<std::string, MadeTensor> tensors;
  std::vector<formats::made::MadeNode> nodes;

  MadeMoonshine() {
    add_convolution(1, {kFirst, 1, 127}, 64);
    node("InstanceNormalization", "/groupnorm/InstanceNormalization", {"h", "one", "zero"});
    floats("onnx::Mul_1", {kFirst, 1});
    floats("onnx::Add_2", {kFirst, 1});
    node("Mul", "/groupnorm/Mul", {"n", "onnx::Mul_1"});
    node("Add", "/groupnorm/Add", {"g", "onnx::Add_2"});
    add_convolution(2, {kSecond, kFirst, 7}, 3);
    add_convolution(3, {kWidth, kSecond, 3}, 2);
    put<float>("rates", {1, kTurning / 2, 1}, formats::made::kOnnxFloat, {1.0f, 0.01f});
    node("MatMul", "/rotary_emb/MatMul", {"rates", "times"});
    for (int64_t number : {kHeads, kHead}) {
      put<int64_t>(fmt::format("number_{}", number), {1}, formats::made::kOnnxInt64, {number});
    }
    node("Concat", "/layers.0/self_attn/Concat",
         {"b", "t", fmt::format("number_{}", kHeads), fmt::format("number_{}", kHead)});
    for (int layer = 0; layer < kLayers; ++layer) add_layer(fmt::format("layers.{}", layer));
    floats("layer_norm.weight", {kWidth});
    node("Mul", "/layer_norm/Mul", {"d", "layer_norm.weight"});
  }

  std::string bytes() const {
    std::vector<std::string> made_nodes, made_tensors;
    for (const auto& n : nodes) made_nodes.push_back(formats::made::onnx_node(n));
    for (const auto& [name, t] : tensors) {
      made_tensors.push_back(formats::made::onnx_tensor(name, t.shape, t.type, t.values));
    }
    return formats::made::onnx_model(made_nodes, made_tensors);
  }
  // What the weights of a product are called, whose node is NAME/MatMul_quant.
  const std::string& weight_of(const std::string& name) const { return weights_.at(name); }

 private:
  template <class T>
  void put(const std::string& name, const std::vector<int64_t>& shape, uint64_t type,
           const std::vector<T>& values) {
    tensors[name] = {shape, type, formats::made::onnx_raw(values)};
  }
  void floats(const std::string& name, const std::vector<int64_t>& shape) {
    int64_t count = 1;
    for (const int64_t size : shape) count *= size;
    std::vector<float> values(static_cast<size_t>(count));
    for (float& x : values) x = static_cast<float>(rng_.normal());
    put(name, shape, formats::made::kOnnxFloat, values);
  }
  template <class T>
  void bytes_of(const std::string& name, const std::vector<int64_t>& shape, uint64_t type) {
    int64_t count = 1;
    for (const int64_t size : shape) count *= size;
    std::vector<T> values(static_cast<size_t>(count));
    for (T& x : values) x = static_cast<T>(rng_.integer(0, 255));
    put(name, shape, type, values);
  }
  void node(const std::string& op, const std::string& name, std::vector<std::string> inputs,
            std::string output = "", std::vector<std::string> attributes = {}) {
    nodes.push_back({op,
                     name,
                     std::move(inputs),
                     {output.empty() ? name + "_out" : output},
                     std::move(attributes)});
  }
  void add_convolution(int number, const std::vector<int64_t>& shape, int64_t stride) {
    const std::string conv = fmt::format("conv{}", number), weight = conv + ".weight_";
    bytes_of<int8_t>(weight + "quantized", shape, formats::made::kOnnxInt8);
    floats(weight + "scale", {1});
    floats(weight + "zero_point", {1});
    node("Cast", weight + "cast_node", {weight + "quantized"}, weight + "cast");
    node("Mul", weight + "mul_node", {weight + "cast", weight + "scale"}, weight + "mul");
    node("Add", weight + "add_node", {weight + "mul", weight + "zero_point"}, weight + "add");
    std::vector<std::string> inputs = {"x", weight + "add"};
    if (number > 1) {
      floats(conv + ".bias", {shape[0]});
      inputs.push_back(conv + ".bias");
    }
    node("Conv", fmt::format("/{}/Conv", conv), inputs, "",
         {formats::made::onnx_integers("strides", {stride})});
  }
  void add_product(const std::string& name, int64_t in, int64_t out) {
    const std::string weight = fmt::format("onnx::MatMul_{}_", weights_.size() + 10);
    weights_[name] = weight;
    bytes_of<uint8_t>(weight + "quantized", {in, out}, formats::made::kOnnxUint8);
    bytes_of<uint8_t>(weight + "zero_point", {}, formats::made::kOnnxUint8);
    floats(weight + "scale", {});
    node("Mul", name + "/MatMul_quant_scales_mul", {"s", weight + "scale"});
    node("MatMulInteger", name + "/MatMul_quant",
         {"q", weight + "quantized", "z", weight + "zero_point"});
  }
  void add_layer(const std::string& named) {
    const std::string path = fmt::format("/{}/", named);
    for (const char* norm : {"input_layernorm", "post_attention_layernorm"}) {
      const std::string weight = fmt::format("{}.{}.weight", named, norm);
      floats(weight, {kWidth});
      node("Mul", fmt::format("{}{}/Mul", path, norm), {"d", weight});
    }
    for (const char* part : {"q_proj", "k_proj", "v_proj", "dense"}) {
      add_product(path + "self_attn/" + part, kWidth, kWidth);
    }
    for (const auto& [part, in, out] :
         {std::tuple("fc1", kWidth, kInner), std::tuple("fc2", kInner, kWidth)}) {
      add_product(path + "mlp/" + part, in, out);
      const std::string bias = fmt::format("{}.mlp.{}.bias", named, part);
      floats(bias, {out});
      node("Add", fmt::format("{}mlp/{}/Add", path, part), {bias, "m"});
    }
  }

  Rng rng_{7};
  std::map<std::string, std::string> weights_;
};

}  // namespace flowtalk::foreign
