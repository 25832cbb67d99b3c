// A model as streams run it: the weights of a predict::Model that hears live, and what of its
// layers is the same for every frame, worked out once. Immutable, shared by any number of streams.
#pragma once

#include <memory>

#include "flowtalk/model/lookahead.h"
#include "flowtalk/predict/workspace.h"

namespace flowtalk::stream {

class LiveModel {
 public:
  using Conditioner = condition::Conditioner<ops::NativeOps>;
  using Flow = generate::FlowGenerator<ops::NativeOps>;

  // Error in one line: the model does not hear live, or makes vertices.
  static std::shared_ptr<const LiveModel> of(std::shared_ptr<const predict::Model> model);

  const predict::Model& model() const { return *model_; }
  const model::ModelConfig& config() const { return model_->config(); }
  const model::NativeFlowTalk& network() const { return *model_->network().layers; }
  const Conditioner& conditioner() const { return *network().conditioner.graph(); }
  const Flow& flow() const { return std::get<Flow>(network().generator); }

  const condition::EmotionControl<ops::NativeOps>::Tables& emotions() const { return emotions_; }
  const tensor::Tensor& styles() const { return styles_; }  // (K, S)
  const std::shared_ptr<const Flow::Folded>& folded() const { return folded_; }

 private:
  explicit LiveModel(std::shared_ptr<const predict::Model> model);

  std::shared_ptr<const predict::Model> model_;
  condition::EmotionControl<ops::NativeOps>::Tables emotions_;
  tensor::Tensor styles_;
  std::shared_ptr<const Flow::Folded> folded_;
};

}  // namespace flowtalk::stream
