// formats/index_list: indices stay below the number of vertices and survive being written.
#include <fmt/ranges.h>

#include <algorithm>

#include "flowtalk/formats/index_list.h"
#include "fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  constexpr uint64_t kVertices = 5023;
  const std::string_view text = fuzz::bytes_of(data, size);
  fuzz::accepts([&] { formats::read_index_list(text, "x.txt", uint64_t{1} << 32); });
  std::vector<uint32_t> indices;
  if (!fuzz::accepts([&] { indices = formats::read_index_list(text, "x.txt", kVertices); })) {
    return 0;
  }
  if (indices.empty()) fuzz::finding("an empty list");
  if (std::any_of(indices.begin(), indices.end(), [](uint32_t i) { return i >= kVertices; })) {
    fuzz::finding("an index beyond the mesh");
  }
  const std::string written = fmt::format("{}\n", fmt::join(indices, ","));
  if (formats::read_index_list(written, "x.txt", kVertices) != indices) {
    fuzz::finding("other indices after writing and reading");
  }
  return 0;
}
