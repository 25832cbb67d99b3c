// Parameter sources for native inference: mapped from a file, or fresh for tests.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "flowtalk/formats/safetensors.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/params/init.h"
#include "flowtalk/params/scope.h"

namespace flowtalk::params {

// Nothing if `problems` is empty, else one Error that lists them (the first 40) and ends in
// `advice`.
void report_problems(const std::string& path, const std::vector<std::string>& problems,
                     const std::string& advice);

// Strict: the file's tensors and the model's parameters must be the same set with the same shapes.
// Problems are collected while the model is made (it gets zeros meanwhile); finish() reports them.
class NativeParams : public ParamSource<ops::NativeOps> {
 public:
  explicit NativeParams(formats::SafetensorsFile file) : file_(std::move(file)) {}

  // Float32 storage is mapped, not copied; float16 is converted.
  tensor::Tensor tensor(const std::string& name, const tensor::Shape& shape,
                        const Init& init) override;
  tensor::Tensor buffer(const std::string& name, const tensor::Shape& shape,
                        const Init& init) override {
    return tensor(name, shape, init);
  }
  // One Error with every missing, misshapen and unread tensor; call it once the model is made.
  // Tensors outside of `prefix` may stay unread.
  void finish(const std::string& prefix = "") const;

 private:
  formats::SafetensorsFile file_;
  std::set<std::string> asked_;
  std::vector<std::string> problems_;
};

// The same values for either backend.
template <class Ops>
class Converted : public ParamSource<Ops> {
 public:
  Converted(ParamSource<ops::NativeOps>& source, Ops& ops) : source_(&source), ops_(&ops) {}

  ops::TensorOf<Ops> tensor(const std::string& name, const tensor::Shape& shape,
                            const Init& init) override {
    const tensor::Tensor values = source_->tensor(name, shape, init);
    if constexpr (std::is_same_v<Ops, ops::NativeOps>) {
      return values;
    } else {
      return ops_->constant(shape, values.values());
    }
  }
  ops::TensorOf<Ops> buffer(const std::string& name, const tensor::Shape& shape,
                            const Init& init) override {
    return tensor(name, shape, init);
  }

 private:
  ParamSource<ops::NativeOps>* source_;
  Ops* ops_;
};

// New parameters by init_values. Keeps them, so that they can be saved.
class FreshParams : public ParamSource<ops::NativeOps> {
 public:
  explicit FreshParams(uint64_t seed) : seed_(seed) {}

  tensor::Tensor tensor(const std::string& name, const tensor::Shape& shape,
                        const Init& init) override;
  tensor::Tensor buffer(const std::string& name, const tensor::Shape& shape,
                        const Init& init) override {
    return tensor(name, shape, init);
  }
  const formats::NamedTensors& tensors() const { return tensors_; }  // in the order of asking

 private:
  uint64_t seed_;
  std::set<std::string> asked_;
  formats::NamedTensors tensors_;
};

}  // namespace flowtalk::params
