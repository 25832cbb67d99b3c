// Test harness: layers of this room against the answers of published systems, on any backend.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "flowtalk/nn/causal_decoder.h"
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

// The layers of PyTorch's transformer decoder, and `more`.
inline std::vector<GoldenName> causal_names(const std::string& prefix,
                                            std::vector<GoldenName> more) {
  using Cut = GoldenName::Cut;
  const auto whole = [&](const std::string& path, const std::string& name) {
    for (const char* part : {"weight", "bias"}) {
      const bool gain = path.ends_with("norm") && std::string(part) == "weight";
      more.push_back({"decoder/*/" + path + "/" + (gain ? "gain" : part),
                      prefix + "{i}." + name + "." + part});
    }
  };
  const auto attention = [&](const std::string& path, const std::string& name) {
    const std::pair<const char*, Cut> parts[] = {
        {"query", Cut::kQuery}, {"key", Cut::kKey}, {"value", Cut::kValue}};
    for (const auto& [part, cut] : parts) {
      more.push_back({"decoder/*/" + path + part + "/weight",
                      prefix + "{i}." + name + ".in_proj_weight", cut});
      more.push_back(
          {"decoder/*/" + path + part + "/bias", prefix + "{i}." + name + ".in_proj_bias", cut});
    }
    whole(path + "output", name + ".out_proj");
  };
  attention("", "self_attn");
  attention("speech_", "multihead_attn");
  whole("inner", "linear1");
  whole("outer", "linear2");
  whole("norm", "norm1");
  whole("speech_norm", "norm2");
  whole("output_norm", "norm3");
  return more;
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

// FaceFormer behind its speech network: each frame is made of the one before.
template <class Ops>
void check_faceformer(Ops& ops, const std::filesystem::path& folder, double bound) {
  struct Flavour {
    std::string name, file;
    int64_t frames, speech, period;  // speech: frames per frame of the face
    size_t subject, subjects;
  };
  for (const auto& f : {Flavour{"vocaset", "vocaset.pth", 26, 1, 30, 1, 8},
                        Flavour{"BIWI", "biwi.pth", 31, 2, 25, 1, 6}}) {
    GoldenParams<Ops> source(
        ops, folder / f.file,
        causal_names("transformer_decoder.layers.", {{"speech/weight", "audio_feature_map.weight"},
                                                     {"speech/bias", "audio_feature_map.bias"},
                                                     {"face/weight", "vertice_map.weight"},
                                                     {"face/bias", "vertice_map.bias"},
                                                     {"output/weight", "vertice_map_r.weight"},
                                                     {"output/bias", "vertice_map_r.bias"},
                                                     {"style", "obj_vector.weight"}}));
    const params::Scope<Ops> p(source);
    const Linear<Ops> hear(p / "speech", 24, 32), see(p / "face", 60, 32),
        show(p / "output", 32, 60);
    const auto who = p.tensor("style", {32, static_cast<int64_t>(f.subjects)}, params::zeros());
    const CausalDecoder<Ops> decoder(p / "decoder", {32, 1, 4, 64, f.period});
    const GoldenCases cases(folder);
    const auto speech =
        hear(ops, cases.input(ops, f.name + ".audio_hidden", {1, f.frames * f.speech, 24}));
    const auto style = ops.linear(
        ops.constant({1, 1, static_cast<int64_t>(f.subjects)}, one_hot(f.subjects, f.subject)),
        who);
    CausalPast<Ops> past;
    auto next = style;
    std::vector<ops::TensorOf<Ops>> made;
    for (int64_t t = 0; t < f.frames; ++t) {
      const auto heard = ops.slice(speech, 1, t * f.speech, (t + 1) * f.speech);
      made.push_back(show(ops, decoder(ops, past, next, heard)));
      next = ops.add(see(ops, made.back()), style);
    }
    const auto rest = cases.input(ops, f.name + ".template", {1, 1, 60});
    cases.expect(ops, ops.add(ops.concat(made, 1), rest), f.name + ".output", bound);
  }
}

}  // namespace flowtalk::nn
