// Parameters by name. A layer's constructor asks its Scope for each parameter (name, shape,
// initialiser); that line is the only place where the parameter is listed. The ParamSource behind
// the scope makes a new one, loads it, or maps it.
#pragma once

#include <string>
#include <utility>

#include "flowtalk/ops/ops.h"

namespace flowtalk::params {

struct Init {
  enum class Kind { kConstant, kUniform, kNormal, kIdentity, kRotation } kind = Kind::kConstant;
  float amount = 0;  // the constant, the half width, or the standard deviation
};
inline Init constant(float value) { return {Init::Kind::kConstant, value}; }
inline Init zeros() { return constant(0); }
inline Init ones() { return constant(1); }
inline Init uniform(float half_width) { return {Init::Kind::kUniform, half_width}; }
inline Init normal(float sd) { return {Init::Kind::kNormal, sd}; }
inline Init identity() { return {Init::Kind::kIdentity, 0}; }  // matrices
inline Init rotation() { return {Init::Kind::kRotation, 0}; }  // random orthogonal matrix

template <class Ops>
class ParamSource {
 public:
  virtual ~ParamSource() = default;
  // name is the whole scope path, "flow/3/hidden/weight".
  virtual ops::TensorOf<Ops> tensor(const std::string& name, const tensor::Shape& shape,
                                    const Init& init) = 0;
  // A tensor that is stored but not trained (statistics, permutations).
  virtual ops::TensorOf<Ops> buffer(const std::string& name, const tensor::Shape& shape,
                                    const Init& init) = 0;
};

template <class Ops>
class Scope {
 public:
  explicit Scope(ParamSource<Ops>& source, std::string path = "")
      : source_(&source), path_(std::move(path)) {}
  Scope operator/(const std::string& name) const { return Scope(*source_, join(name)); }
  Scope operator/(int64_t index) const { return *this / std::to_string(index); }
  ops::TensorOf<Ops> tensor(const std::string& name, const tensor::Shape& shape,
                            const Init& init) const {
    return source_->tensor(join(name), shape, init);
  }
  ops::TensorOf<Ops> buffer(const std::string& name, const tensor::Shape& shape,
                            const Init& init) const {
    return source_->buffer(join(name), shape, init);
  }

 private:
  std::string join(const std::string& name) const {
    return path_.empty() ? name : path_ + "/" + name;
  }
  ParamSource<Ops>* source_;
  std::string path_;
};

}  // namespace flowtalk::params
