// A tiny model that hears live, with random weights, for tests.
#pragma once

#include <memory>
#include <vector>

#include "flowtalk/base/files.h"
#include "flowtalk/base/flame_layout.h"
#include "flowtalk/base/rng.h"
#include "flowtalk/formats/safetensors.h"
#include "flowtalk/model/native.h"
#include "flowtalk/params/checkpoint.h"
#include "flowtalk/params/native_params.h"
#include "flowtalk/predict/model.h"
#include "tests/scratch_folder.h"
#include "tests/speech_like.h"

namespace flowtalk::tests {

inline model::ModelConfig live_config() {
  model::ModelConfig config;
  auto& e = config.encoder;
  e.conv_dim = {8, 8, 12, 12, 12, 12, 12};
  e.hidden_size = 16;
  e.num_attention_heads = 2;
  e.num_hidden_layers = 2;
  e.intermediate_size = 32;
  e.num_conv_pos_embeddings = 8;
  e.num_conv_pos_embedding_groups = 4;
  e.normalisation = encoder::Normalisation::kRunning;
  e.num_conv_pos_right = 2;
  e.attention_block = 4;
  e.attention_left = 12;
  config.prior.latent = 6;
  config.prior.vae = {16, 2, 5};
  config.condition.width = 16;
  config.condition.fusion_layers = 3;
  config.condition.lookahead = {{1, 1, 0}};
  config.generator.flow.steps = 3;
  config.generator.flow.hidden = 12;
  config.generator.flow.layers = 2;
  config.generator.flow.condition = 16;
  config.generator.flow.shift = true;
  return config;
}

// Fresh weights, moved away from the zeros with which some layers begin.
inline formats::NamedTensors moved_weights(const model::ModelConfig& config, uint64_t seed) {
  params::FreshParams fresh(seed);
  const model::NativeFlowTalk made(params::Scope<ops::NativeOps>(fresh), config);
  Rng rng(seed);
  formats::NamedTensors moved;
  for (const auto& [name, value] : fresh.tensors()) {
    tensor::Tensor copy = value.clone();
    for (float& v : copy.values()) v += static_cast<float>(0.1 * rng.normal());
    moved.emplace_back(name, copy);
  }
  return moved;
}

// A checkpoint of it.
inline void save_model(const std::filesystem::path& folder, const model::ModelConfig& config,
                       uint64_t seed = 3) {
  params::save_checkpoint(folder, {{"kind", "model"}, {"model", to_json(config)}},
                          moved_weights(config, seed));
}

// dtype: of its weights, as save_safetensors takes it.
inline std::shared_ptr<const predict::Model> model_of(const model::ModelConfig& config,
                                                      uint64_t seed = 3,
                                                      formats::Dtype dtype = formats::Dtype::kF32) {
  const ScratchFolder folder;
  formats::save_safetensors(folder / "weights.safetensors", moved_weights(config, seed), dtype);
  const Json json{
      {"format", params::kCheckpointFormat}, {"kind", "model"}, {"model", to_json(config)}};
  return predict::Model::from_bytes("tiny", json.dump(), load_file(folder / "weights.safetensors"));
}

}  // namespace flowtalk::tests
