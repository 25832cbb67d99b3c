// A HuBERT or wav2vec 2.0 as Hugging Face stores it: a folder with config.json,
// preprocessor_config.json and model.safetensors or pytorch_model.bin, whole or in shards.
// docs/encoders.md has the rules and the names.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "flowtalk/encoder/external_encoder.h"
#include "flowtalk/encoder/hugging_face_config.h"
#include "flowtalk/encoder/named_weights.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/params/scope.h"

namespace flowtalk::encoder {

// The weights of a HuBERT under the scope paths of `Hubert`; weight norm is folded. Tensors are
// borrowed from the mapped file where their type allows it. The encoder may stand under any prefix
// ("module.", "hubert.", "wav2vec2."); what else the file holds (heads of any task, quantizers) is
// left unread.
class HuggingFaceWeights {
 public:
  // Error: no encoder under the names of transformers, or several.
  explicit HuggingFaceWeights(NamedWeights weights);

  // The tensor of a scope path ("layer/3/inner/weight"). A missing or misshapen one is remembered
  // and comes as zeros until finish().
  tensor::Tensor load(const std::string& path, const tensor::Shape& shape);
  // One Error with every missing, misshapen and unread tensor of the encoder; call it once the
  // model is made.
  void finish() const;
  // What finish() would list.
  std::vector<std::string> problems() const;
  // Is this name of the file one of the encoder's?
  bool holds(const std::string& name) const;
  // The parts of the file beside the encoder, such as "classifier": sorted, once each.
  std::vector<std::string> left_unread() const;
  void drop_pages() const { weights_.drop_pages(); }
  // Which encoder this is, once the model is made.
  ExternalEncoder identity(const HubertConfig& config, const std::string& folder) const;

 private:
  tensor::Tensor take(const std::string& name, const std::string& path, const tensor::Shape& shape);
  tensor::Tensor folded_position(const std::string& name, const std::string& path,
                                 const tensor::Shape& shape);

  NamedWeights weights_;          // of the encoder, without the prefix
  std::string prefix_;            // of the encoder's names in the file
  std::set<std::string> unread_;  // parts beside it
  std::set<std::string> read_;
  std::vector<std::string> problems_;
  Fingerprint fingerprint_;
};

// The sizes of the encoder among these weights, by its shapes. What no shape tells (strides, heads,
// epsilons) is that of HuBERT base; where every convolution has a norm, transformers are pre-norm,
// as in the large flavour. Errors as HuggingFaceWeights.
HubertConfig sizes_in(const NamedWeights& weights);

// A Hugging Face folder, opened.
struct HuggingFaceFolder {
  // `file`: weights to take instead of the folder's own choice.
  explicit HuggingFaceFolder(const std::filesystem::path& folder,
                             const std::filesystem::path& file = {});
  HuggingFaceConfig config;
  HuggingFaceWeights weights;
};

// The same weights for either backend.
template <class Ops>
class HuggingFaceParams : public params::ParamSource<Ops> {
 public:
  HuggingFaceParams(HuggingFaceWeights& weights, Ops& ops) : weights_(&weights), ops_(&ops) {}

  ops::TensorOf<Ops> tensor(const std::string& name, const tensor::Shape& shape,
                            const params::Init&) override {
    const tensor::Tensor values = weights_->load(name, shape);
    if constexpr (std::is_same_v<Ops, ops::NativeOps>) {
      return values;
    } else {
      return ops_->constant(shape, values.values());
    }
  }
  ops::TensorOf<Ops> buffer(const std::string& name, const tensor::Shape& shape,
                            const params::Init& init) override {
    return tensor(name, shape, init);
  }

 private:
  HuggingFaceWeights* weights_;
  Ops* ops_;
};

}  // namespace flowtalk::encoder
