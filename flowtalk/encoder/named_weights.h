// The tensors of foreign weights under the names of their writer, from one file or from shards.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "flowtalk/tensor/tensor.h"

namespace flowtalk::encoder {

struct NamedWeights {
  std::string path;  // the file, or the index of shards
  std::map<std::string, tensor::Shape> shapes;
  std::function<tensor::Tensor(const std::string& name)> load;
  std::function<void()> drop_pages;  // see formats::MappedFile
};

// Of a .safetensors file, one of torch.save, or the index of either's shards (.index.json). Errors
// name the file: missing, damaged; shards that are not there, lack a tensor of the index or hold
// one that it does not name for them.
NamedWeights open_weights(const std::filesystem::path& file);

// Those whose names begin with the prefix, without it.
NamedWeights under_prefix(const NamedWeights& weights, const std::string& prefix);

// The file of weights, or the index, of a Hugging Face folder: the first of those that
// transformers looks for. Error if there is none, which says what is there instead: links to blobs
// that are gone, or weights of other frameworks.
std::filesystem::path weight_file_in(const std::filesystem::path& folder);

}  // namespace flowtalk::encoder
