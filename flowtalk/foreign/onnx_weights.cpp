#include "flowtalk/foreign/onnx_weights.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/formats/printable.h"

namespace flowtalk::foreign {

using formats::Array;
using formats::OnnxNode;
using formats::printable;
using tensor::Tensor;

OnnxWeights::OnnxWeights(const formats::OnnxFile& file) : file_(file) {
  for (const OnnxNode& node : file.nodes()) {
    nodes_.emplace(node.name, &node);
    for (const std::string& output : node.outputs) makers_.emplace(output, &node);
  }
}

void OnnxWeights::refuse(const std::string& node, const std::string& what) const {
  fail("{}: node '{}' {}; give the file as its package has it", file_.path(), node, what);
}

const OnnxNode& OnnxWeights::node(const std::string& name) const {
  const auto found = nodes_.find(name);
  if (found == nodes_.end()) refuse(name, "is not there");
  return *found->second;
}

const std::string& OnnxWeights::input_name(const std::string& name, size_t at) const {
  const auto& inputs = node(name).inputs;
  if (at >= inputs.size()) {
    refuse(name, fmt::format("has {} inputs, expected {} or more", inputs.size(), at + 1));
  }
  return inputs[at];
}

const OnnxNode* OnnxWeights::before(const OnnxNode* node, const char* op, size_t inputs) const {
  if (node == nullptr || node->inputs.empty()) return nullptr;
  const auto maker = makers_.find(node->inputs[0]);
  if (maker == makers_.end()) return nullptr;
  const OnnxNode* found = maker->second;
  return found->op == op && found->inputs.size() == inputs ? found : nullptr;
}

const Array& OnnxWeights::held(const std::string& name, const std::string& node) const {
  if (!file_.contains(name))
    refuse(node, fmt::format("needs {}, which is missing", printable(name)));
  return file_.array(name);
}

tensor::Shape OnnxWeights::shape(const std::string& name, size_t at) const {
  const std::string* from = &input_name(name, at);
  // Through the nodes that undo the quantisation, each of which has its tensor as its first input.
  constexpr int kMostSteps = 3;
  for (int step = 0; step < kMostSteps; ++step) {
    const auto maker = makers_.find(*from);
    if (maker == makers_.end() || maker->second->inputs.empty()) break;
    from = &maker->second->inputs.front();
  }
  return held(*from, name).shape;
}

std::vector<int64_t> OnnxWeights::integers(const std::string& name, size_t at) const {
  return formats::to_int64(held(input_name(name, at), name),
                           fmt::format("{}: node '{}'", file_.path(), name));
}

Tensor OnnxWeights::value(const std::string& name, const tensor::Shape& shape,
                          const std::string& node) const {
  const Array& array = held(name, node);
  if (array.shape != shape) {
    refuse(node, fmt::format("has {} of shape {}, expected {}", printable(name),
                             tensor::to_string(array.shape), tensor::to_string(shape)));
  }
  return checked(
      formats::to_tensor(array, fmt::format("{}: tensor {}", file_.path(), printable(name))), node);
}

Tensor OnnxWeights::checked(Tensor values, const std::string& node) const {
  if (!std::ranges::all_of(values.values(), [](float x) { return std::isfinite(x); })) {
    refuse(node, "has weights that are not finite");
  }
  return values;
}

// Of shape () or (1).
float OnnxWeights::scalar(const std::string& name, const std::string& node) const {
  const bool one = held(name, node).shape == tensor::Shape{1};
  return value(name, one ? tensor::Shape{1} : tensor::Shape{}, node)[0];
}

Tensor OnnxWeights::constant(const std::string& name, const tensor::Shape& shape) const {
  const auto& inputs = node(name).inputs;
  const auto found =
      std::ranges::find_if(inputs, [&](const std::string& input) { return file_.contains(input); });
  if (found == inputs.end()) refuse(name, "has no weight among its inputs");
  return value(*found, shape, name);
}

Tensor OnnxWeights::input(const std::string& name, size_t at, const tensor::Shape& shape) const {
  const std::string& from = input_name(name, at);
  const auto maker = makers_.find(from);
  if (maker == makers_.end()) return value(from, shape, name);
  const OnnxNode* add = maker->second;
  const OnnxNode *mul = before(add, "Mul", 2), *cast = before(mul, "Cast", 1);
  if (add->op != "Add" || add->inputs.size() != 2 || cast == nullptr) {
    refuse(name, "has weights that are made in a way that is not known");
  }
  const float scale = scalar(mul->inputs[1], name), offset = scalar(add->inputs[1], name);
  Tensor made = value(cast->inputs[0], shape, name).clone();
  for (float& x : made.values()) x = x * scale + offset;
  return checked(std::move(made), name);
}

Tensor OnnxWeights::product(const std::string& name, int64_t out, int64_t in) const {
  const std::string quantised = name + "_quant";
  const Tensor given = value(input_name(quantised, 1), {in, out}, quantised);
  const float zero = scalar(input_name(quantised, 3), quantised);
  const float scale = constant(quantised + "_scales_mul", {})[0];
  Tensor made({out, in});
  for (int64_t o = 0; o < out; ++o) {
    for (int64_t i = 0; i < in; ++i) made[o * in + i] = (given[i * out + o] - zero) * scale;
  }
  return checked(std::move(made), quantised);
}

}  // namespace flowtalk::foreign
