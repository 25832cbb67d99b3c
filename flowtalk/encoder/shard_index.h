// The index beside weights that are cut into several files (model.safetensors.index.json,
// pytorch_model.bin.index.json of Hugging Face): which tensor stands in which file.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace flowtalk::encoder {

struct ShardIndex {
  std::map<std::string, std::string> file_of;  // a tensor's name: the file beside the index

  std::set<std::string> files() const;
};

// Of the text of an index, at most 512 KiB that name 1,000 files. Errors name `where`: no JSON, no
// "weight_map", a tensor that stands twice, a file that is no plain name of weights beside the
// index.
ShardIndex read_shard_index(std::string_view text, const std::string& where);

}  // namespace flowtalk::encoder
