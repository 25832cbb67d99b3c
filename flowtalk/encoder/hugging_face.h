// A HuBERT as Hugging Face stores it: a folder with config.json, preprocessor_config.json and
// model.safetensors or pytorch_model.bin. docs/encoders.md has the rules and the names.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "flowtalk/encoder/external_encoder.h"
#include "flowtalk/encoder/hubert_config.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/params/scope.h"

namespace flowtalk::encoder {

// Does the folder's config.json have a "model_type"? False if there is no such file.
bool is_hugging_face(const std::filesystem::path& folder);

// The config of the folder; keys that change nothing in prediction are skipped. Error for a value
// that asks for another computation than ours, with its key.
HubertConfig load_hugging_face_config(const std::filesystem::path& folder);

// The tensors of a weight file under the names of their writer.
struct NamedWeights {
  std::string path;
  std::map<std::string, tensor::Shape> shapes;
  std::function<tensor::Tensor(const std::string& name)> load;
  std::function<void()> drop_pages;  // see formats::MappedFile
};
NamedWeights open_weights(const std::filesystem::path& file);  // .safetensors, or torch.save's
// Those whose names begin with the prefix, without it.
NamedWeights under_prefix(const NamedWeights& weights, const std::string& prefix);

// The weights of a HuBERT under the scope paths of `Hubert`; weight norm is folded. Tensors are
// borrowed from the mapped file where their type allows it.
class HuggingFaceWeights {
 public:
  explicit HuggingFaceWeights(NamedWeights weights);

  // The tensor of a scope path ("layer/3/inner/weight"). A missing or misshapen one is remembered
  // and comes as zeros until finish().
  tensor::Tensor load(const std::string& path, const tensor::Shape& shape);
  // One Error with every missing, misshapen and unread tensor; call it once the model is made.
  void finish() const;
  void drop_pages() const { weights_.drop_pages(); }
  // Which encoder this is, once the model is made.
  ExternalEncoder identity(const HubertConfig& config, const std::string& folder) const;

 private:
  tensor::Tensor take(const std::string& name, const std::string& path, const tensor::Shape& shape);
  tensor::Tensor folded_position(const std::string& name, const std::string& path,
                                 const tensor::Shape& shape);

  NamedWeights weights_;
  std::set<std::string> read_;
  std::vector<std::string> problems_;
  Fingerprint fingerprint_;
};

// A Hugging Face folder, opened.
struct HuggingFaceFolder {
  explicit HuggingFaceFolder(const std::filesystem::path& folder);
  HubertConfig config;
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
