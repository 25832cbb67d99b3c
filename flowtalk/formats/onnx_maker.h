// ONNX files put together by hand, well-formed or not; for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flowtalk::formats::made {

inline std::string varint(uint64_t value) {
  std::string out;
  for (; value > 0x7f; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  out += static_cast<char>(value);
  return out;
}
// Fields of a message: a number, or bytes behind their length.
inline std::string number_field(uint64_t field, uint64_t value) {
  return varint(field << 3).append(varint(value));
}
inline std::string bytes_field(uint64_t field, std::string_view content) {
  return varint(field << 3 | 2).append(varint(content.size())).append(content);
}

// The numbers of element types.
inline constexpr uint64_t kOnnxFloat = 1, kOnnxUint8 = 2, kOnnxInt8 = 3, kOnnxInt64 = 7;

// A tensor up to its values, which are fields: bytes_field(9, raw) and others.
inline std::string onnx_tensor(std::string_view name, const std::vector<int64_t>& shape,
                               uint64_t type, const std::string& values) {
  std::string out;
  for (const int64_t size : shape) out += number_field(1, static_cast<uint64_t>(size));
  return out.append(number_field(2, type)).append(bytes_field(8, name)).append(values);
}
// The values of a tensor as they lie in memory.
template <class T>
std::string onnx_raw(const std::vector<T>& values) {
  return bytes_field(9, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}

// An attribute of whole numbers.
inline std::string onnx_integers(std::string_view name, const std::vector<int64_t>& values) {
  std::string out = bytes_field(1, name);
  for (const int64_t value : values) out += number_field(8, static_cast<uint64_t>(value));
  return out;
}

struct MadeNode {
  std::string op, name;
  std::vector<std::string> inputs, outputs;
  std::vector<std::string> attributes = {};
};
inline std::string onnx_node(const MadeNode& node) {
  std::string out;
  for (const std::string& input : node.inputs) out += bytes_field(1, input);
  for (const std::string& output : node.outputs) out += bytes_field(2, output);
  out.append(bytes_field(3, node.name)).append(bytes_field(4, node.op));
  for (const std::string& attribute : node.attributes) out += bytes_field(5, attribute);
  return out;
}

inline std::string onnx_model(const std::vector<std::string>& nodes,
                              const std::vector<std::string>& tensors) {
  std::string graph;
  for (const std::string& node : nodes) graph += bytes_field(1, node);
  graph += bytes_field(2, "graph");
  for (const std::string& tensor : tensors) graph += bytes_field(5, tensor);
  return number_field(1, 10)
      .append(bytes_field(2, "a test"))
      .append(bytes_field(7, graph))
      .append(bytes_field(8, number_field(2, 14)));
}

}  // namespace flowtalk::formats::made
