#include "flowtalk/params/native_params.h"

#include <fmt/ranges.h>

#include "flowtalk/base/error.h"

namespace flowtalk::params {

tensor::Tensor NativeParams::tensor(const std::string& name, const tensor::Shape& shape,
                                    const Init&) {
  FT_CHECK(asked_.insert(name).second, "parameter '{}' twice", name);
  if (!file_.contains(name)) {
    problems_.push_back(fmt::format("'{}' {} is missing", name, tensor::to_string(shape)));
  } else if (file_.shape(name) != shape) {
    problems_.push_back(fmt::format("'{}' has shape {}, expected {}", name,
                                    tensor::to_string(file_.shape(name)),
                                    tensor::to_string(shape)));
  } else {
    return file_.load(name);
  }
  return tensor::Tensor::zeros(shape);
}

void NativeParams::finish() const {
  std::vector<std::string> problems = problems_;
  for (const std::string& name : file_.names()) {
    if (!asked_.contains(name)) {
      problems.push_back(fmt::format("'{}' {} is not part of the model", name,
                                     tensor::to_string(file_.shape(name))));
    }
  }
  if (problems.empty()) return;
  constexpr size_t kListed = 40;
  const size_t more = problems.size() > kListed ? problems.size() - kListed : 0;
  problems.resize(problems.size() - more);
  fail("{}: does not fit its model: {}{}; use the weights and the config of one checkpoint",
       file_.path(), fmt::join(problems, "; "), more > 0 ? fmt::format("; and {} more", more) : "");
}

tensor::Tensor FreshParams::tensor(const std::string& name, const tensor::Shape& shape,
                                   const Init& init) {
  FT_CHECK(asked_.insert(name).second, "parameter '{}' twice", name);
  tensor::Tensor value(shape, init_values(name, shape, init, seed_));
  tensors_.emplace_back(name, value);
  return value;
}

}  // namespace flowtalk::params
