// A checkpoint as a published system stores it: tensors under the names of its writer, and the
// settings that Lightning puts beside them. Tensors borrow the mapped file; nothing in it is run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flowtalk/encoder/named_weights.h"
#include "flowtalk/formats/value.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::foreign {

class Published {
 public:
  // The state dict of a torch file, or that under "state_dict"; names without "module.". Error: no
  // such file, damaged, no dict of tensors.
  explicit Published(const std::filesystem::path& file);

  const std::string& path() const { return weights_.path; }
  const encoder::NamedWeights& weights() const { return weights_; }
  bool has(const std::string& name) const { return weights_.shapes.contains(name); }
  // Size of an axis. Error: no such tensor or axis.
  int64_t axis(const std::string& name, size_t axis) const;
  // How many indices from 0 on make a name of the file, put in the place of "*".
  int64_t count(const std::string& pattern) const;
  tensor::Tensor load(const std::string& name) const { return weights_.load(name); }
  // Also the tensors and settings of another file, with `prefix` before their names.
  void add(const Published& other, const std::string& prefix);
  // A whole number of the settings, "feature_predictor.num_heads": of plain dicts, or of
  // omegaconf's records. None: it is not there.
  std::optional<int64_t> setting(std::string_view dotted) const;

 private:
  encoder::NamedWeights weights_;
  std::vector<std::pair<std::string, formats::Value>> settings_;  // by prefix
};

}  // namespace flowtalk::foreign
