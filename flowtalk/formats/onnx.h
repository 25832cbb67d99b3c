// ONNX files (github.com/onnx/onnx, onnx.proto): a graph of operations and its constant tensors, in
// the wire format of protobuf. What is read is what finds a weight and its place in the graph:
// graphs inside of attributes, types and documentation are passed over, whatever they hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flowtalk/formats/array.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::formats {

// One operation. Names are the file's own; "" stands for an input that is left out.
struct OnnxNode {
  std::string op, name;
  std::vector<std::string> inputs, outputs;
  // Attributes that are whole numbers, or up to 64 of them: "strides", "axis".
  std::map<std::string, std::vector<int64_t>> integers;
};

// A mapped file, read and checked as a whole when it is opened: fields that end where their message
// ends, known element types, values that fit the shapes. Errors name the file: cut off or damaged,
// without a graph, tensors that lie in other files, more than 100,000 nodes or tensors.
class OnnxFile {
 public:
  explicit OnnxFile(const std::filesystem::path& path);
  // The bytes of such a file, which `owner` keeps; `name` stands for the path in messages.
  OnnxFile(std::string name, std::string_view bytes, std::shared_ptr<const void> owner);

  const std::string& path() const { return path_; }
  const std::string& producer() const { return producer_; }  // "" if it is not said
  const std::vector<OnnxNode>& nodes() const { return nodes_; }
  // The constant tensors of the graph, its initialisers.
  const std::map<std::string, Array>& tensors() const { return tensors_; }
  bool contains(const std::string& name) const { return tensors_.contains(name); }
  // Error: there is none.
  const Array& array(const std::string& name) const;
  // As float32, see to_tensor.
  tensor::Tensor load(const std::string& name) const;

 private:
  void read_model(std::string_view bytes);
  void read_graph(std::string_view bytes);
  void read_tensor(std::string_view bytes);

  std::string path_, producer_;
  std::shared_ptr<const void> owner_;
  std::vector<OnnxNode> nodes_;
  std::map<std::string, Array> tensors_;
};

// Whether the bytes begin as those of an ONNX file: a version first, and a graph among the fields.
bool is_onnx(std::string_view bytes);

}  // namespace flowtalk::formats
