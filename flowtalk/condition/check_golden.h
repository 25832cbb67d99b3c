// Test harness: the product condition, and the predictors behind it, against the answers of
// ProbTalk3D on any backend.
#pragma once

#include <filesystem>
#include <string>

#include "flowtalk/condition/product_condition.h"
#include "flowtalk/nn/check_golden.h"
#include "flowtalk/nn/sequence_block.h"

namespace flowtalk::condition {

// Both predictors of the folder: speech and one-hots, stored and of our making, to latents.
template <class Ops>
void check_predictors(Ops& ops, const std::filesystem::path& folder, double bound) {
  const nn::GoldenCases cases(folder);
  for (const std::string kind : {"vae", "vqvae"}) {
    auto names = nn::sequence_names("network", "feature_predictor", "encoder");
    names.push_back({"speech/weight", "feature_predictor.audio_feature_map.weight"});
    names.push_back({"speech/bias", "feature_predictor.audio_feature_map.bias"});
    names.push_back({"asked/weight", "feature_predictor.style_embedding.weight"});
    nn::GoldenParams<Ops> source(ops, folder / (kind + "_pred.ckpt"), names);
    const params::Scope<Ops> p(source);
    const ProductCondition<Ops> condition(p, 48, 32, mead_conditions());
    const nn::SequenceNetwork<Ops> network(p / "network",
                                           {.width = 32, .blocks = 3, .heads = 4, .inner = 48});
    struct Case {
      std::string name, speech, answer;
      int64_t frames;
    };
    for (const auto& [name, speech, answer, frames] :
         {Case{"predictor0", ".audio", "output", 25}, Case{"predictor1", ".audio", "output", 38},
          Case{"full0", "." + kind + ".audio_paired", "prediction", 33},
          Case{"full1", "." + kind + ".audio_paired", "prediction", 51}}) {
      const auto heard = cases.input(ops, name + speech, {1, frames, 48});
      const auto asked = cases.input(ops, name + ".one_hot", {1, 1, 43});
      cases.expect(ops, network(ops, condition(ops, heard, asked).values),
                   name + "." + kind + "." + answer, bound);
    }
    // W026, neutral, low; M025, fear, high
    struct Asked {
      std::string name;
      int64_t style, frames;
      int emotion, level;
    };
    for (const auto& [name, style, frames, emotion, level] :
         {Asked{"full0", 29, 33, 0, 0}, Asked{"full1", 11, 51, 4, 2}}) {
      const auto curve = EmotionCurve::constant(mead_conditions().only(emotion),
                                                mead_conditions().strength_of(level), frames);
      const std::vector<int64_t> styles = {style};
      const auto heard = cases.input(ops, name + "." + kind + ".audio_paired", {1, frames, 48});
      cases.expect(ops, network(ops, condition(ops, heard, curve, styles).values),
                   name + "." + kind + ".prediction", bound);
    }
  }
}

}  // namespace flowtalk::condition
