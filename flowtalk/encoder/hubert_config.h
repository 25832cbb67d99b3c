// The configuration of a HuBERT-family encoder, with the names of Hugging Face's config.json.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flowtalk/base/fields.h"

namespace flowtalk::encoder {

// How loud the network hears a voice: every clip at one level, or each moment at a level that the
// past says (running_level.h), which needs no end of the clip.
enum class Normalisation { kClip, kRunning };
// Text value of a field table. Error: nothing has this name.
std::string text_of(Normalisation normalisation);
void from_text(const std::string& word, Normalisation& normalisation);

struct HubertConfig {
  std::vector<int> conv_dim = {512, 512, 512, 512, 512, 512, 512};
  std::vector<int> conv_kernel = {10, 3, 3, 3, 3, 2, 2};
  std::vector<int> conv_stride = {5, 2, 2, 2, 2, 2, 2};
  std::vector<int> conv_dilation;  // or none: 1 everywhere
  int conv_past = 0;
  bool conv_bias = false;
  std::string feat_extract_norm = "group";
  bool feat_proj_layer_norm = true;
  int hidden_size = 768, num_hidden_layers = 12, num_attention_heads = 12, intermediate_size = 3072;
  int num_conv_pos_embeddings = 128, num_conv_pos_embedding_groups = 16;
  bool do_stable_layer_norm = false;
  float layer_norm_eps = 1e-5f;
  bool do_normalize = true;
  // Of models that hear while somebody speaks; the defaults are those of whole clips.
  Normalisation normalisation = Normalisation::kClip;
  int num_conv_pos_right = -1, attention_block = 0, attention_left = 0;
  // Of attention that turns queries and keys by their place in time (nn::Rotary); 0: none.
  int rotary_dims = 0;
  float rotary_rate = 1;

  template <class V>
  void fields(V&& field) {
    field("conv_dim", conv_dim, "channels of each convolution");
    field("conv_kernel", conv_kernel, "kernel of each convolution, samples or frames");
    field("conv_stride", conv_stride, "stride of each convolution");
    field("conv_dilation", conv_dilation, "frames between the taps of each convolution; []: 1");
    field("conv_past", conv_past, between(0, 16000),
          "samples before its own that a frame hears; zeros before the clip");
    field("conv_bias", conv_bias, "convolutions have a bias");
    field("feat_extract_norm", feat_extract_norm,
          "group: over time, first layer; layer: all; tanh: none, the first layer ends in one");
    field("feat_proj_layer_norm", feat_proj_layer_norm, "layer norm before the projection");
    field("hidden_size", hidden_size, between(8, 4096), "transformer width");
    field("num_hidden_layers", num_hidden_layers, between(0, 96), "transformer layers");
    field("num_attention_heads", num_attention_heads, between(1, 64), "attention heads");
    field("intermediate_size", intermediate_size, between(8, 16384), "feed-forward width");
    field("num_conv_pos_embeddings", num_conv_pos_embeddings, between(1, 512),
          "kernel of the positional convolution");
    field("num_conv_pos_embedding_groups", num_conv_pos_embedding_groups, between(1, 64),
          "its groups");
    field("do_stable_layer_norm", do_stable_layer_norm, "pre-norm transformer (large)");
    field("layer_norm_eps", layer_norm_eps, between(1e-12f, 1e-2f), "epsilon of the norms");
    field("do_normalize", do_normalize, "zero mean and unit variance waveform in");
    field("normalisation", normalisation, "over the clip, or running: of the past alone");
    field("num_conv_pos_right", num_conv_pos_right, between(-1, 511),
          "frames ahead in the positional convolution; -1: as many as behind");
    field("attention_block", attention_block, between(0, 3000),
          "frames that attend to one another and to the past; 0: every frame to the whole clip");
    field("attention_left", attention_left, between(0, 100000),
          "frames before its block that a frame attends to, whole blocks");
    field("rotary_dims", rotary_dims, between(0, 512),
          "values of each head that turn with time; 0: none");
    field("rotary_rate", rotary_rate, between(0.01f, 100.0f),
          "radians that the quickest of them turn per frame");
  }

  // Samples between frames; samples that one frame sees; how many of them the first frame has from
  // the clip, the others lie before it.
  int64_t hop_samples() const;
  int64_t receptive_samples() const;
  int64_t first_samples() const { return receptive_samples() - conv_past; }
  int64_t dilation(size_t layer) const { return conv_dilation.empty() ? 1 : conv_dilation[layer]; }
  // Frames that come out of `samples`; 0 if there are too few.
  int64_t frames(int64_t samples) const;
  // Of the positional convolution, frames ahead and behind.
  int64_t position_right() const;
  int64_t position_left() const { return num_conv_pos_embeddings - 1 - position_right(); }
  // Is the past all that a frame depends on, and a bounded stretch of the future?
  bool bounded() const;
  // How many frames of the convolutions the first `frames` of the last layer depend on; only where
  // bounded().
  int64_t frames_heard(int64_t frames) const;
  // Error naming the field if sizes contradict each other.
  void check(const std::string& where) const;
  // Error unless two frames make one motion frame at 25 fps: 320 samples hop, 400 receptive.
  void check_motion_rate(const std::string& where) const;

 private:
  void check_ahead(const std::string& where) const;
};

// The default encoder: 2.3 M parameters, per-frame norms everywhere.
HubertConfig small_hubert();

}  // namespace flowtalk::encoder
