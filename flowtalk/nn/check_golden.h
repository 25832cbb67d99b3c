// Test harness: layers of this room against the answers of published systems, on any backend.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flowtalk/nn/golden_params.h"
#include "flowtalk/nn/gru.h"
#include "flowtalk/nn/linear.h"
#include "flowtalk/nn/published_names.h"
#include "flowtalk/nn/sequence_block.h"

namespace flowtalk::nn {

inline std::vector<float> one_hot(size_t width, size_t at) {
  std::vector<float> values(width, 0.0f);
  values[at] = 1;
  return values;
}

inline constexpr SequenceSizes kGoldenPrior{.width = 32, .blocks = 2, .heads = 4, .inner = 48};

// The decoders of ProbTalk3D's priors: a SequenceNetwork and a linear map; and their positions.
template <class Ops>
void check_sequence_network(Ops& ops, const std::filesystem::path& folder, double bound) {
  const GoldenCases cases(folder);
  for (const std::string kind : {"vae", "vqvae"}) {
    const auto file = folder / (kind + "_prior.ckpt");
    auto names = sequence_names("decoder", "motion_decoder", "decoder");
    names.push_back({"out/weight", "motion_decoder.feature_mapping_reverse.weight"});
    names.push_back({"positions", "motion_decoder.decoder_pos_embedding.pe"});
    GoldenParams<Ops> source(ops, file, names);
    const params::Scope<Ops> p(source);
    const auto stored = ops.to_host(p.tensor("positions", {600, 32}, params::zeros()));
    const auto ours = sinusoids(600, 32);
    for (size_t i = 0; i < stored.size(); ++i) ASSERT_NEAR(ours[i], stored[i], 1e-5) << i;
    const SequenceNetwork<Ops> network(p / "decoder", kGoldenPrior);
    const auto out = p.tensor("out/weight", {53, 32}, params::zeros());
    for (const auto& [name, frames] : {std::pair{"motion0", 25}, {"motion1", 38}}) {
      const std::string latent = fmt::format("{}.decoder_latent", name);
      const auto y = network(ops, cases.input(ops, latent, {1, frames, 32}));
      cases.expect(ops, ops.linear(y, out), fmt::format("{}.{}_decoder", latent, kind), bound);
    }
  }
}

// FaceXHuBERT behind its speech features: two layers of a GRU over pairs of frames, times what is
// said of subject and expression, a linear map, and the face at rest.
template <class Ops>
void check_face_xhubert(Ops& ops, const std::filesystem::path& folder, double bound) {
  GoldenParams<Ops> source(
      ops, folder / "FaceXHuBERT.pth",
      together({gru_names("gru", "gru"),
                linear_names("output", "fc"),
                {{"subject", "obj_vector.weight"}, {"expression", "emo_vector.weight"}}}));
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
