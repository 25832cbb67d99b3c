// The weights of a quantised ONNX graph by the nodes that use them: exporters give weights numbers
// for names, the nodes are called as the layers are.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "flowtalk/formats/onnx.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::foreign {

// Borrows the file. Errors of all but has() name the file and the node: there is no such node, it
// lacks the input, its weight is not in the file, has another shape or is not finite.
class OnnxWeights {
 public:
  explicit OnnxWeights(const formats::OnnxFile& file);

  bool has(const std::string& node) const { return nodes_.contains(node); }
  const formats::OnnxNode& node(const std::string& name) const;
  // The shape of input `at` of a node: of a weight, or of what it is quantised to.
  tensor::Shape shape(const std::string& node, size_t at) const;
  // Whole numbers of a tensor that is input `at`.
  std::vector<int64_t> integers(const std::string& node, size_t at) const;

  // The one input of the node that the file holds, as float32.
  tensor::Tensor constant(const std::string& node, const tensor::Shape& shape) const;
  // Input `at` of a node: a tensor, or Add(Mul(Cast(tensor), scale), offset) of one.
  tensor::Tensor input(const std::string& node, size_t at, const tensor::Shape& shape) const;
  // What MatMulInteger NODE_quant multiplies by, (q - zero point) scale of (in, out), as (out, in).
  tensor::Tensor product(const std::string& node, int64_t out, int64_t in) const;

 private:
  [[noreturn]] void refuse(const std::string& node, const std::string& what) const;
  const std::string& input_name(const std::string& node, size_t at) const;
  // What makes input 0 of the node, if that is such an operation of `inputs` inputs; else null.
  const formats::OnnxNode* before(const formats::OnnxNode* node, const char* op,
                                  size_t inputs) const;
  const formats::Array& held(const std::string& name, const std::string& node) const;
  float scalar(const std::string& name, const std::string& node) const;
  tensor::Tensor value(const std::string& name, const tensor::Shape& shape,
                       const std::string& node) const;
  tensor::Tensor checked(tensor::Tensor values, const std::string& node) const;

  const formats::OnnxFile& file_;
  std::map<std::string, const formats::OnnxNode*> nodes_, makers_;  // by name, by output
};

}  // namespace flowtalk::foreign
