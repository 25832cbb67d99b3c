// What a condition is made of, and its sizes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "flowtalk/base/fields.h"

namespace flowtalk::condition {

// Graph: emotion graph, speaking style and fusion with speech, of models that are trained here.
// Product and output are those of published systems.
enum class Form { kGraph, kProduct, kOutput };

// The one list of forms.
struct FormRow {
  Form form{};
  std::string_view name, summary;
  bool exaggerates = true;  // knows strengths above 1 and guidance
};
inline constexpr std::array kForms = {
    FormRow{Form::kGraph, "graph", "emotion graph and style, fused with speech"},
    FormRow{Form::kProduct, "product", "speech times what is asked, each through one linear map",
            false},
    FormRow{Form::kOutput, "output", "speech as it is; what is asked multiplies what is made of it",
            false},
};
const FormRow& row_of(Form form);

// Text value of a field table. Error: no form has this name.
std::string text_of(Form form);
void from_text(const std::string& word, Form& form);

struct ConditionConfig {
  Form form = Form::kGraph;
  int width = 128, graph_heads = 4, graph_layers = 2;
  int fusion_layers = 5, kernel = 5;
  EachOrAll lookahead = {{1}};
  bool valence_arousal_prior = true, one_hot = false;

  template <class V>
  void fields(V&& field) {
    field("form", form, "graph; of published systems product or output");
    field("width", width, between(4, 2048), "condition channels K");
    field("graph_heads", graph_heads, between(1, 32), "attention heads of the emotion graph");
    field("graph_layers", graph_layers, between(0, 8), "layers of the emotion graph");
    field("fusion_layers", fusion_layers, between(1, 24), "layers that fuse speech and emotion");
    field("kernel", kernel, between(1, 31), "frames that one fusion layer sees");
    field("lookahead", lookahead,
          "of those, frames in the future: a number, or a list with one per layer");
    field("valence_arousal_prior", valence_arousal_prior, "bias edges by valence-arousal distance");
    field("one_hot", one_hot, "fixed one-hot nodes in the place of learnt embeddings");
  }
  // Error: looks ahead that the kernel or the number of layers does not have.
  void validate(const std::string& where) const;
  // Frames in the future that a frame depends on.
  int64_t frames_ahead() const;
};

}  // namespace flowtalk::condition
