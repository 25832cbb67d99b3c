// Everything that defines a model: frozen into its checkpoint (config.json).
#pragma once

#include <cstdint>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/condition/condition_config.h"
#include "flowtalk/encoder/external_encoder.h"
#include "flowtalk/encoder/hubert_config.h"
#include "flowtalk/generate/any.h"
#include "flowtalk/motion/axes.h"
#include "flowtalk/prior/any.h"

namespace flowtalk::model {

struct ModelConfig {
  motion::Axes axes = motion::Axes::kBuiltin;
  Conditions conditions;  // of the data it was trained on
  encoder::HubertConfig encoder = encoder::small_hubert();
  encoder::ExternalEncoder external_encoder;
  prior::PriorConfig prior;
  condition::ConditionConfig condition;
  generate::GeneratorConfig generator;

  template <class V>
  void fields(V&& field) {
    field("face", axes, "whose expression axes the motion has: builtin, or flame");
    field("conditions", conditions, "emotions, levels and styles; those of the data set");
    field("encoder", encoder, "HuBERT-family speech encoder");
    field("external_encoder", external_encoder, "which encoder, if its weights are elsewhere");
    field("prior", prior, "motion prior");
    field("condition", condition, "emotion graph and fusion");
    field("generator", generator, "what makes motion latents of the condition");
  }

  // Error: generator and prior do not fit each other, or latents the prior. `where` is a file.
  void check(const std::string& where) const {
    prior.check(where);
    generate::check_prior(generate::family_of(generator.kind), text_of(prior.kind), where);
  }
};

}  // namespace flowtalk::model
