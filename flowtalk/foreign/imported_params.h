// The parameters of a model from a published checkpoint, by a table of names; and what was asked
// for, to be stored as a checkpoint of ours.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "flowtalk/encoder/hugging_face.h"
#include "flowtalk/foreign/plan.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/params/scope.h"

namespace flowtalk::foreign {

// What is missing or misshapen comes as zeros until finish(). Tensors borrow the mapped file.
class ImportedParams : public params::ParamSource<ops::NativeOps> {
 public:
  // Both must outlive it.
  ImportedParams(const Published& file, const Plan& plan);

  tensor::Tensor tensor(const std::string& path, const tensor::Shape& shape,
                        const params::Init& init) override;
  tensor::Tensor buffer(const std::string& path, const tensor::Shape& shape,
                        const params::Init& init) override {
    return tensor(path, shape, init);
  }
  // One Error with every tensor that is missing, misshapen or left over; call it once the model is
  // made.
  void finish();
  const formats::NamedTensors& tensors() const { return tensors_; }  // in the order of asking

 private:
  tensor::Tensor find(const std::string& path, const tensor::Shape& shape);
  void check_positions(const std::string& name);

  const Published& file_;
  const Plan& plan_;
  std::optional<encoder::HuggingFaceWeights> encoder_;
  std::set<std::string> read_;
  std::vector<std::string> problems_;
  formats::NamedTensors tensors_;
};

}  // namespace flowtalk::foreign
