// Which encoder a model was trained with, when that encoder is not in the model's checkpoint.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "flowtalk/encoder/hubert_config.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::encoder {

struct ExternalEncoder {
  std::string fingerprint;  // "": the checkpoint holds its encoder
  int64_t values = 0;       // numbers in the encoder's weights
  std::string folder;       // where training read it; a hint for people

  bool used() const { return !fingerprint.empty(); }

  template <class V>
  void fields(V&& field) {
    field("fingerprint", fingerprint, "of the encoder's config and weights; empty: its own");
    field("values", values, "numbers in the encoder's weights");
    field("folder", folder, "where training found it, a hint only");
  }
};

// Hashes a config and, per tensor, name, shape and 3 runs of 256 values (first, middle, last), so
// that only a few pages of a large mapped file are read. The container and the spelling of names do
// not matter; a change that keeps all sampled values is not seen.
class Fingerprint {
 public:
  // `name` may come again with the same tensor.
  void add(const std::string& name, const tensor::Tensor& tensor);
  // 16 hex digits; the same for any order of add().
  std::string of(const HubertConfig& config) const;
  int64_t values() const;

 private:
  struct Entry {
    uint64_t hash;
    int64_t values;
  };
  std::map<std::string, Entry> entries_;
};

}  // namespace flowtalk::encoder
