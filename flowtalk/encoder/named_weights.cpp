#include "flowtalk/encoder/named_weights.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "flowtalk/base/error.h"
#include "flowtalk/base/files.h"
#include "flowtalk/encoder/shard_index.h"
#include "flowtalk/formats/describe_file.h"
#include "flowtalk/formats/mapped_file.h"
#include "flowtalk/formats/printable.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/formats/torch_file.h"

namespace flowtalk::encoder {
namespace fs = std::filesystem;
namespace {

constexpr size_t kMaxIndexBytes = size_t{1} << 24;

// In the order of transformers (utils/__init__.py names them).
constexpr std::array kWeightFiles = {"model.safetensors", "model.safetensors.index.json",
                                     "pytorch_model.bin", "pytorch_model.bin.index.json"};
constexpr std::array kOtherFrameworks = {"tf_model.h5", "flax_model.msgpack", "model.onnx",
                                         "model.gguf"};

NamedWeights open_safetensors(const fs::path& path) {
  const auto file = std::make_shared<const formats::SafetensorsFile>(path);
  NamedWeights weights;
  for (const auto& name : file->names()) weights.shapes[name] = file->shape(name);
  weights.load = [file](const std::string& name) { return file->load(name); };
  weights.drop_pages = [file] { file->drop_pages(); };
  return weights;
}

NamedWeights open_torch(const fs::path& path) {
  const auto file = std::make_shared<const formats::MappedFile>(path);
  const auto arrays = std::make_shared<const std::map<std::string, formats::Array>>(
      formats::state_dict(formats::read_torch(file->bytes(), path.string(), file)));
  NamedWeights weights;
  for (const auto& [name, array] : *arrays) weights.shapes[name] = array.shape;
  weights.load = [arrays, where = path.string()](const std::string& name) {
    return formats::to_tensor(arrays->at(name), where + ": " + name);
  };
  weights.drop_pages = [file] { file->drop_pages(); };
  return weights;
}

NamedWeights open_file(const fs::path& path) {
  NamedWeights weights =
      formats::format_of(path) == "safetensors" ? open_safetensors(path) : open_torch(path);
  weights.path = path.string();
  return weights;
}

// Every shard of the index must be there.
void check_complete(const fs::path& index, const std::set<std::string>& files) {
  std::vector<std::string> missing;
  for (const std::string& file : files) {
    if (!fs::exists(index.parent_path() / file)) missing.push_back(file);
  }
  if (missing.empty()) return;
  fail("{}: {} of {} shards are not there, the first is {}; fetch the whole folder again",
       index.string(), missing.size(), files.size(), formats::printable(missing.front()));
}

using Shards = std::map<std::string, NamedWeights>;

// The index and its shards must agree on every tensor: what a stale index says would be wrong.
void check_agreement(const fs::path& where, const ShardIndex& index, const Shards& shards) {
  for (const auto& [tensor, file] : index.file_of) {
    if (shards.at(file).shapes.contains(tensor)) continue;
    fail("{}: says that tensor {} stands in {}, which does not hold it; fetch the folder again",
         where.string(), formats::printable(tensor), formats::printable(file));
  }
  for (const auto& [file, shard] : shards) {
    for (const auto& [tensor, shape] : shard.shapes) {
      const auto named = index.file_of.find(tensor);
      if (named != index.file_of.end() && named->second == file) continue;
      fail("{}: {} holds tensor {}, which the index {}; fetch the folder again", where.string(),
           formats::printable(file), formats::printable(tensor),
           named == index.file_of.end() ? "does not name" : "names for another file");
    }
  }
}

NamedWeights open_shards(const fs::path& path) {
  const ShardIndex index = read_shard_index(load_file(path, kMaxIndexBytes), path.string());
  const auto files = index.files();
  check_complete(path, files);
  const auto shards = std::make_shared<Shards>();
  for (const std::string& file : files) (*shards)[file] = open_file(path.parent_path() / file);
  check_agreement(path, index, *shards);
  NamedWeights all;
  all.path = path.string();
  for (const auto& [file, shard] : *shards) {
    all.shapes.insert(shard.shapes.begin(), shard.shapes.end());
  }
  all.load = [shards, index](const std::string& name) {
    return shards->at(index.file_of.at(name)).load(name);
  };
  all.drop_pages = [shards] {
    for (const auto& [file, shard] : *shards) shard.drop_pages();
  };
  return all;
}

}  // namespace

NamedWeights open_weights(const fs::path& path) {
  return path.string().ends_with(".index.json") ? open_shards(path) : open_file(path);
}

NamedWeights under_prefix(const NamedWeights& weights, const std::string& prefix) {
  NamedWeights result = weights;
  result.shapes.clear();
  for (const auto& [name, shape] : weights.shapes) {
    if (name.starts_with(prefix)) result.shapes[name.substr(prefix.size())] = shape;
  }
  result.load = [load = weights.load, prefix](const std::string& name) {
    return load(prefix + name);
  };
  return result;
}

fs::path weight_file_in(const fs::path& folder) {
  std::vector<std::string> others;
  for (const char* name : kWeightFiles) {
    if (fs::exists(folder / name)) return folder / name;
    if (fs::is_symlink(folder / name)) {
      fail("{}: is a link to {}, which is not there; fetch the model again",
           (folder / name).string(), fs::read_symlink(folder / name).string());
    }
  }
  for (const char* name : kOtherFrameworks) {
    if (fs::exists(folder / name)) others.emplace_back(name);
  }
  fail("{}: holds neither model.safetensors nor pytorch_model.bin{}; fetch the whole folder",
       folder.string(),
       others.empty()
           ? ""
           : fmt::format(" (but {}, which flowtalk does not read)", fmt::join(others, " and ")));
}

}  // namespace flowtalk::encoder
