// formats/safetensors: every tensor of a file that opens can be loaded, and what is written back
// opens again with the same names, shapes and values.
#include <cstring>

#include "flowtalk/formats/safetensors.h"
#include "fuzz/array_checks.h"
#include "fuzz/harness.h"

namespace flowtalk {
namespace {

void check_round_trip(const formats::NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata) {
  static const fuzz::ScratchFile copy("copy.safetensors");
  formats::save_safetensors(copy.path(), tensors, formats::Dtype::kF32, metadata);
  const formats::SafetensorsFile back(copy.path());
  if (back.names().size() != tensors.size()) fuzz::finding("another number of tensors");
  if (back.metadata() != metadata) fuzz::finding("other metadata after writing and reading");
  for (const auto& [name, tensor] : tensors) {
    const tensor::Tensor again = back.load(name);
    if (again.shape() != tensor.shape()) fuzz::finding("another shape after writing and reading");
    if (!tensor.empty() &&
        std::memcmp(again.data(), tensor.data(), tensor.values().size_bytes()) != 0) {
      fuzz::finding("other values after writing and reading");
    }
  }
}

}  // namespace
}  // namespace flowtalk

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const fuzz::MemoryFile input(fuzz::bytes_of(data, size));
  formats::NamedTensors tensors;
  std::map<std::string, std::string> metadata;
  const bool opened = fuzz::accepts([&] {
    const formats::SafetensorsFile file(input.path());
    for (const std::string& name : file.names()) {
      fuzz::check_array(file.array(name));
      if (!formats::is_complex(file.dtype(name))) tensors.emplace_back(name, file.load(name));
    }
    metadata = file.metadata();
  });
  if (opened) check_round_trip(tensors, metadata);
  return 0;
}
