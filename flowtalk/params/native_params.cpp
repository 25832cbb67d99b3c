#include "flowtalk/params/native_params.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "flowtalk/base/error.h"

namespace flowtalk::params {

void report_problems(const std::string& path, const std::vector<std::string>& problems,
                     const std::string& advice) {
  if (problems.empty()) return;
  constexpr size_t kListed = 40;
  const size_t listed = std::min(problems.size(), kListed), more = problems.size() - listed;
  fail("{}: does not fit its model: {}{}; {}", path,
       fmt::join(problems.begin(), problems.begin() + static_cast<std::ptrdiff_t>(listed), "; "),
       more > 0 ? fmt::format("; and {} more", more) : "", advice);
}

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

void NativeParams::finish(const std::string& prefix) const {
  std::vector<std::string> problems = problems_;
  for (const std::string& name : file_.names()) {
    if (name.starts_with(prefix) && !asked_.contains(name)) {
      problems.push_back(fmt::format("'{}' {} is not part of the model", name,
                                     tensor::to_string(file_.shape(name))));
    }
  }
  report_problems(file_.path(), problems, "use the weights and the config of one checkpoint");
}

tensor::Tensor FreshParams::tensor(const std::string& name, const tensor::Shape& shape,
                                   const Init& init) {
  FT_CHECK(asked_.insert(name).second, "parameter '{}' twice", name);
  tensor::Tensor value(shape, init_values(name, shape, init, seed_));
  tensors_.emplace_back(name, value);
  return value;
}

}  // namespace flowtalk::params
