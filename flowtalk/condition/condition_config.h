// Sizes of the condition: emotion graph, speaking style and fusion with speech.
#pragma once

#include <cstdint>

#include "flowtalk/base/fields.h"

namespace flowtalk::condition {

struct ConditionConfig {
  int width = 128, graph_heads = 4, graph_layers = 2;
  int fusion_layers = 5, kernel = 5, lookahead = 1;
  bool valence_arousal_prior = true, one_hot = false;

  template <class V>
  void fields(V&& field) {
    field("width", width, between(8, 2048), "condition channels K");
    field("graph_heads", graph_heads, between(1, 32), "attention heads of the emotion graph");
    field("graph_layers", graph_layers, between(0, 8), "layers of the emotion graph");
    field("fusion_layers", fusion_layers, between(1, 24), "layers that fuse speech and emotion");
    field("kernel", kernel, between(1, 31), "frames that one fusion layer sees");
    field("lookahead", lookahead, between(0, 15), "of those, frames in the future");
    field("valence_arousal_prior", valence_arousal_prior, "bias edges by valence-arousal distance");
    field("one_hot", one_hot, "fixed one-hot nodes in the place of learnt embeddings");
  }
};

}  // namespace flowtalk::condition
