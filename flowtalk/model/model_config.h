// Everything that defines a model: frozen into its checkpoint (config.json).
#pragma once

#include <cstdint>

#include "flowtalk/base/conditions.h"
#include "flowtalk/base/fields.h"
#include "flowtalk/condition/any.h"
#include "flowtalk/encoder/external_encoder.h"
#include "flowtalk/encoder/hubert_config.h"
#include "flowtalk/encoder/timing.h"
#include "flowtalk/generate/any.h"
#include "flowtalk/motion/axes.h"
#include "flowtalk/prior/any.h"

namespace flowtalk::model {

struct ModelConfig {
  motion::Axes axes = motion::Axes::kBuiltin;
  Conditions conditions;  // of the data it was trained on
  encoder::HubertConfig encoder = encoder::small_hubert();
  encoder::ExternalEncoder external_encoder;
  encoder::Timing timing;
  int vertices = 0;
  prior::PriorConfig prior;
  condition::ConditionConfig condition;
  generate::GeneratorConfig generator;

  template <class V>
  void fields(V&& field) {
    field("face", axes, "whose expression axes the motion has: builtin, or flame");
    field("conditions", conditions, "emotions, levels and styles; those of the data set");
    field("encoder", encoder, "HuBERT-family speech encoder");
    field("external_encoder", external_encoder, "which encoder, if its weights are elsewhere");
    field("timing", timing, "how frames of motion lie over the voice");
    field("vertices", vertices, between(0, 300000),
          "of the mesh that it moves; 0: it makes parameters of FLAME");
    field("prior", prior, "motion prior");
    field("condition", condition, "what is heard and what is asked for, as one");
    field("generator", generator, "what makes motion latents of the condition");
  }

  // Channels of the speech features.
  int64_t speech_width() const {
    return encoder::row_of(timing.rule).beside * int64_t{encoder.hidden_size};
  }
  // What a frame of its motion holds.
  int64_t frame_values() const { return vertices > 0 ? 3 * int64_t{vertices} : motion::kLive; }
  const generate::Family& family() const { return generate::family_of(generator.kind); }
  // Do samples of it differ by noise?
  bool draws_chance() const { return generate::draws_chance(family(), text_of(prior.kind)); }

  // Error: parts that do not fit each other. `where` is a file.
  void check(const std::string& where) const;
};

}  // namespace flowtalk::model
