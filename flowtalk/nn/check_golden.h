// Test harness: layers of this room against the answers of published systems, on any backend.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/nn/golden_params.h"
#include "flowtalk/nn/gru.h"
#include "flowtalk/nn/linear.h"

namespace flowtalk::nn {

inline std::vector<float> one_hot(size_t width, size_t at) {
  std::vector<float> values(width, 0.0f);
  values[at] = 1;
  return values;
}

// FaceXHuBERT behind its speech features: two layers of a GRU over pairs of frames, times what is
// said of subject and expression, a linear map, and the face at rest.
template <class Ops>
void check_face_xhubert(Ops& ops, const std::filesystem::path& folder, double bound) {
  GoldenParams<Ops> source(ops, folder / "FaceXHuBERT.pth",
                           {{"gru/*/input/weight", "gru.weight_ih_l{i}"},
                            {"gru/*/input/bias", "gru.bias_ih_l{i}"},
                            {"gru/*/recurrent/weight", "gru.weight_hh_l{i}"},
                            {"gru/*/recurrent/bias", "gru.bias_hh_l{i}"},
                            {"output/weight", "fc.weight"},
                            {"output/bias", "fc.bias"},
                            {"subject", "obj_vector.weight"},
                            {"expression", "emo_vector.weight"}});
  const params::Scope<Ops> p(source);
  const Gru<Ops> gru(p / "gru", {.in = 48, .hidden = 32, .layers = 2});
  const Linear<Ops> output(p / "output", 32, 60);
  const auto subject = p.tensor("subject", {32, 14}, params::zeros());
  const auto expression = p.tensor("expression", {32, 2}, params::zeros());
  const GoldenCases cases(folder);
  struct Voice {
    std::string name;
    int64_t frames;  // of the face
    size_t subject, expression;
  };
  for (const auto& [name, frames, who, how] :
       {Voice{"voice0", 22, 10, 1}, Voice{"voice1", 31, 1, 0}}) {
    const std::vector<float> hidden = cases.values(name + ".hidden");  // two frames a pair
    const auto pairs =
        ops.constant({1, frames, 48}, std::span(hidden).first(static_cast<size_t>(frames * 48)));
    const auto times = ops.mul(ops.linear(ops.constant({1, 1, 14}, one_hot(14, who)), subject),
                               ops.linear(ops.constant({1, 1, 2}, one_hot(2, how)), expression));
    const auto motion = output(ops, ops.mul(gru(ops, pairs), times));
    const auto template_face = cases.input(ops, "template", {1, 1, 60});
    cases.expect(ops, ops.add(motion, template_face), name + ".output", bound);
  }
}

}  // namespace flowtalk::nn
