#include "flowtalk/encoder/hubert_config.h"

#include <algorithm>

namespace flowtalk::encoder {

int64_t HubertConfig::hop_samples() const {
  int64_t hop = 1;
  for (const int stride : conv_stride) hop *= stride;
  return hop;
}

int64_t HubertConfig::receptive_samples() const {
  int64_t samples = 1;
  for (size_t i = conv_kernel.size(); i-- > 0;) {
    samples = (samples - 1) * conv_stride[i] + conv_kernel[i];
  }
  return samples;
}

int64_t HubertConfig::frames(int64_t samples) const {
  const int64_t receptive = receptive_samples();
  return samples < receptive ? 0 : (samples - receptive) / hop_samples() + 1;
}

void HubertConfig::check(const std::string& where) const {
  const size_t layers = conv_dim.size();
  if (layers == 0 || layers > 16 || conv_kernel.size() != layers || conv_stride.size() != layers) {
    fail("{}: conv_dim, conv_kernel and conv_stride must be equally long (1-16), got {}, {}, {}",
         where, layers, conv_kernel.size(), conv_stride.size());
  }
  const auto in_range = [&](const std::vector<int>& values, int hi, const char* name) {
    if (std::any_of(values.begin(), values.end(), [&](int v) { return v < 1 || v > hi; })) {
      fail("{}: {} must be between 1 and {}", where, name, hi);
    }
  };
  in_range(conv_dim, 4096, "conv_dim");
  in_range(conv_kernel, 64, "conv_kernel");
  in_range(conv_stride, 16, "conv_stride");
  constexpr int64_t kMostHop = 16000;  // samples; also keeps the products below from overflowing
  int64_t hop = 1;
  for (const int stride : conv_stride) {
    hop *= stride;
    if (hop > kMostHop) {
      fail("{}: conv_stride: a frame every {} samples or more, at most {} make sense", where, hop,
           kMostHop);
    }
  }
  if (feat_extract_norm != "group" && feat_extract_norm != "layer") {
    fail("{}: feat_extract_norm must be 'group' or 'layer', got '{}'", where, feat_extract_norm);
  }
  if (hidden_size % num_attention_heads != 0) {
    fail("{}: hidden_size {} is not a multiple of num_attention_heads {}", where, hidden_size,
         num_attention_heads);
  }
  if (hidden_size % num_conv_pos_embedding_groups != 0) {
    fail("{}: hidden_size {} is not a multiple of num_conv_pos_embedding_groups {}", where,
         hidden_size, num_conv_pos_embedding_groups);
  }
}

void HubertConfig::check_motion_rate(const std::string& where) const {
  if (hop_samples() == 320 && receptive_samples() == 400) return;
  fail(
      "{}: the encoder hears {} samples every {}, motion at 25 frames per second needs 400 every "
      "320; use an encoder with the usual conv_kernel and conv_stride",
      where, receptive_samples(), hop_samples());
}

HubertConfig small_hubert() {
  HubertConfig config;
  config.conv_dim = {48, 96, 128, 128, 160, 160, 160};
  config.conv_bias = true;
  config.feat_extract_norm = "layer";
  config.hidden_size = 192;
  config.num_hidden_layers = 4;
  config.num_attention_heads = 4;
  config.intermediate_size = 768;
  config.num_conv_pos_embeddings = 32;
  config.num_conv_pos_embedding_groups = 8;
  config.do_stable_layer_norm = true;
  return config;
}

}  // namespace flowtalk::encoder
