#include "flowtalk/encoder/hubert_config.h"

#include <algorithm>

namespace flowtalk::encoder {

std::string text_of(Normalisation normalisation) {
  return normalisation == Normalisation::kClip ? "clip" : "running";
}

void from_text(const std::string& word, Normalisation& normalisation) {
  if (word != "clip" && word != "running") {
    fail("expected clip or running, got '{}'{}", word, did_you_mean(word, {"clip", "running"}));
  }
  normalisation = word == "clip" ? Normalisation::kClip : Normalisation::kRunning;
}

int64_t HubertConfig::hop_samples() const {
  int64_t hop = 1;
  for (const int stride : conv_stride) hop *= stride;
  return hop;
}

int64_t HubertConfig::receptive_samples() const {
  int64_t samples = 1;
  for (size_t i = conv_kernel.size(); i-- > 0;) {
    samples = (samples - 1) * conv_stride[i] + (conv_kernel[i] - 1) * dilation(i) + 1;
  }
  return samples;
}

int64_t HubertConfig::frames(int64_t samples) const {
  const int64_t first = first_samples();
  return samples < first ? 0 : (samples - first) / hop_samples() + 1;
}

int64_t HubertConfig::position_right() const {
  const int64_t kernel = num_conv_pos_embeddings;
  return num_conv_pos_right >= 0 ? num_conv_pos_right : kernel / 2 - (kernel % 2 == 0 ? 1 : 0);
}

bool HubertConfig::bounded() const {
  const bool level = !do_normalize || normalisation == Normalisation::kRunning;
  return level && feat_extract_norm != "group" && (attention_block > 0 || num_hidden_layers == 0);
}

int64_t HubertConfig::frames_heard(int64_t frames) const {
  const int64_t block = std::max(1, attention_block);
  return (frames + block - 1) / block * block + position_right();
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
  in_range(conv_kernel, 128, "conv_kernel");
  in_range(conv_stride, 64, "conv_stride");
  if (!conv_dilation.empty() && conv_dilation.size() != layers) {
    fail("{}: conv_dilation must be empty or as long as conv_dim ({}), got {}", where, layers,
         conv_dilation.size());
  }
  in_range(conv_dilation, 64, "conv_dilation");
  constexpr int64_t kMostHop = 16000;  // samples; also keeps the products below from overflowing
  int64_t hop = 1;
  for (const int stride : conv_stride) {
    hop *= stride;
    if (hop > kMostHop) {
      fail("{}: conv_stride: a frame every {} samples or more, at most {} make sense", where, hop,
           kMostHop);
    }
  }
  if (conv_past >= receptive_samples()) {
    fail("{}: conv_past {}: a frame sees {} samples, at least one must be its own", where,
         conv_past, receptive_samples());
  }
  if (feat_extract_norm != "group" && feat_extract_norm != "layer" && feat_extract_norm != "tanh") {
    fail("{}: feat_extract_norm must be 'group', 'layer' or 'tanh', got '{}'", where,
         feat_extract_norm);
  }
  if (hidden_size % num_attention_heads != 0) {
    fail("{}: hidden_size {} is not a multiple of num_attention_heads {}", where, hidden_size,
         num_attention_heads);
  }
  if (hidden_size % num_conv_pos_embedding_groups != 0) {
    fail("{}: hidden_size {} is not a multiple of num_conv_pos_embedding_groups {}", where,
         hidden_size, num_conv_pos_embedding_groups);
  }
  if (rotary_dims % 2 != 0 || rotary_dims > hidden_size / num_attention_heads) {
    fail("{}: rotary_dims must be even and at most the {} values of a head, got {}", where,
         hidden_size / num_attention_heads, rotary_dims);
  }
  check_ahead(where);
}

void HubertConfig::check_ahead(const std::string& where) const {
  if (num_conv_pos_right >= num_conv_pos_embeddings) {
    fail("{}: num_conv_pos_right must be below num_conv_pos_embeddings {}, got {}", where,
         num_conv_pos_embeddings, num_conv_pos_right);
  }
  if (attention_block == 0 && attention_left > 0) {
    fail("{}: attention_left {} without attention_block; set how many frames a block has", where,
         attention_left);
  }
  if (attention_block > 0 && attention_left % attention_block != 0) {
    fail("{}: attention_left must be a multiple of attention_block {}, got {}", where,
         attention_block, attention_left);
  }
  if (normalisation == Normalisation::kRunning && !do_normalize) {
    fail("{}: normalisation running needs do_normalize true", where);
  }
  if (normalisation == Normalisation::kRunning && hop_samples() != 320) {
    fail("{}: normalisation running needs a hop of 320 samples, conv_stride makes {}", where,
         hop_samples());
  }
}

void HubertConfig::check_motion_rate(const std::string& where) const {
  if (hop_samples() == 320 && first_samples() == 400) return;
  fail(
      "{}: the encoder hears {} samples every {}, motion at 25 frames per second needs 400 every "
      "320; use an encoder with the usual conv_kernel and conv_stride",
      where, first_samples(), hop_samples());
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
