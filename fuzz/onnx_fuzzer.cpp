// formats/onnx: of a file that opens every tensor is whole and can be loaded, and its limits hold.
#include <algorithm>

#include "flowtalk/formats/onnx.h"
#include "fuzz/array_checks.h"
#include "fuzz/harness.h"

namespace flowtalk {
namespace {

void check_node(const formats::OnnxNode& node) {
  if (node.op.empty()) fuzz::finding("a node without an operation");
  const bool few = std::ranges::all_of(
      node.integers, [](const auto& attribute) { return attribute.second.size() <= 64; });
  if (!few) fuzz::finding("a long attribute");
}

}  // namespace
}  // namespace flowtalk

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const std::string_view bytes = fuzz::bytes_of(data, size);
  fuzz::accepts([&] {
    const formats::OnnxFile file("x.onnx", bytes, nullptr);
    for (const formats::OnnxNode& node : file.nodes()) check_node(node);
    for (const auto& entry : file.tensors()) {
      fuzz::check_array(entry.second);
      fuzz::accepts([&] { file.load(entry.first); });
    }
  });
  formats::is_onnx(bytes);
  return 0;
}
