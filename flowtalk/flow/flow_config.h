// Sizes of the conditional normalizing flow.
#pragma once

#include "flowtalk/base/fields.h"

namespace flowtalk::flow {

struct FlowConfig {
  int steps = 8, hidden = 96, layers = 4, kernel = 5, condition = 128;
  float scale_bound = 2.0f;
  bool white_base = false, shift = false;

  template <class V>
  void fields(V&& field) {
    field("steps", steps, between(0, 64),
          "steps of act norm, invertible mix and coupling; 0: none");
    field("hidden", hidden, between(8, 1024), "width of each coupling network");
    field("layers", layers, between(1, 16), "gated layers of each coupling network");
    field("kernel", kernel, between(1, 15), "frames that one gated layer sees, all in the past");
    field("condition", condition, between(8, 1024), "width of the condition inside the flow");
    field("scale_bound", scale_bound, between(0.1f, 5.0f), "bound of a coupling's log scale");
    field("shift", shift, "the predicted mean is added to the latents, not to the base variable");
    field("white_base", white_base, "base without memory: AR(1) with coefficient zero");
  }
};

}  // namespace flowtalk::flow
