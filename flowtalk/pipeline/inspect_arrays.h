// The arrays of a report by name: what verdicts on a file's contents ask.
#pragma once

#include <map>
#include <string>

#include "flowtalk/base/fields.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::pipeline {

using tensor::Shape;

// By name, without a leading "state_dict." or "model.".
class Arrays {
 public:
  explicit Arrays(const Json& report);
  bool has(const std::string& name) const { return shapes_.contains(name); }
  bool any(const std::string& prefix) const;  // does any name start with it?
  size_t size() const { return shapes_.size(); }
  const std::map<std::string, Shape>& all() const { return shapes_; }

 private:
  std::map<std::string, Shape> shapes_;
};

// Which system's weights these are, by the names that it gives them: "face_diffuser",
// "hubert_weights", ...; "" for none that we know.
std::string system_of(const Arrays& arrays);

}  // namespace flowtalk::pipeline
