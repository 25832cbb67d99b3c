// encoder/shard_index: the index of sharded weights, by itself and beside two shards. No name leads
// out of the folder, and what is opened is what the shards hold.
#include "flowtalk/base/files.h"
#include "flowtalk/encoder/named_weights.h"
#include "flowtalk/encoder/shard_index.h"
#include "flowtalk/formats/safetensors.h"
#include "fuzz/harness.h"

namespace flowtalk {
namespace {

void check_names(const encoder::ShardIndex& index) {
  if (index.file_of.empty() || index.files().size() > 1000) fuzz::finding("too few or many files");
  for (const std::string& file : index.files()) {
    const std::filesystem::path path = file;
    if (path != path.filename() || file.front() == '.' || file.size() > 255 ||
        file.find('\0') != std::string::npos) {
      fuzz::finding("a file outside of the folder");
    }
  }
}

// Two shards, made once: a and b in the first, c in the second.
const std::filesystem::path& index_beside_shards() {
  static const fuzz::ScratchFile index("model.safetensors.index.json");
  static const bool made = [] {
    const auto folder = index.path().parent_path();
    const tensor::Tensor one({1}, std::vector<float>{1}), two({2}, std::vector<float>{2, 3});
    formats::save_safetensors(folder / "m-1.safetensors", {{"a", one}, {"b", two}});
    formats::save_safetensors(folder / "m-2.safetensors", {{"c", two}});
    return true;
  }();
  if (!made) fuzz::finding("no shards");
  return index.path();
}

}  // namespace
}  // namespace flowtalk

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flowtalk;
  const std::string_view text = fuzz::bytes_of(data, size);
  encoder::ShardIndex index;
  if (!fuzz::accepts([&] { index = encoder::read_shard_index(text, "x.index.json"); })) return 0;
  check_names(index);
  const auto& path = index_beside_shards();
  save_file(path, text);
  encoder::NamedWeights weights;
  if (!fuzz::accepts([&] { weights = encoder::open_weights(path); })) return 0;
  if (weights.shapes.size() != index.file_of.size()) fuzz::finding("other tensors than named");
  for (const auto& [name, file] : index.file_of) {
    const float first = name == "a" ? 1.0f : 2.0f;
    if (!weights.shapes.contains(name) || weights.load(name)[0] != first) {
      fuzz::finding("other weights than the shards hold");
    }
  }
  return 0;
}
