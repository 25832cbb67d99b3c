#include "flowtalk/train/encoder_start.h"

#include "flowtalk/base/error.h"

namespace flowtalk::train {

tensor::Tensor moved_taps(const tensor::Tensor& weight, const encoder::HubertConfig& from,
                          const encoder::HubertConfig& to) {
  const int64_t rows = weight.dim(0) * weight.dim(1), taps = weight.dim(2);
  const int64_t made = to.num_conv_pos_embeddings;
  tensor::Tensor moved = tensor::Tensor::zeros({weight.dim(0), weight.dim(1), made});
  for (int64_t k = 0; k < made; ++k) {
    const int64_t old = k - to.position_left() + from.position_left();
    if (old < 0 || old >= taps) continue;
    for (int64_t row = 0; row < rows; ++row) moved[row * made + k] = weight[row * taps + old];
  }
  return moved;
}

void preload_encoder(const encoder::StoredEncoder& stored, const encoder::HubertConfig& to,
                     TorchParams& params) {
  if (!stored.own_weights()) {
    fail("{}: is an encoder of {}; training begins from one of flowtalk", stored.folder().string(),
         stored.network());
  }
  constexpr const char* kTaps = "encoder/position/weight";
  params.preload(*stored.own_weights(), "encoder/");
  params.preload(kTaps, moved_taps(stored.own_weights()->load(kTaps), stored.config(), to));
}

}  // namespace flowtalk::train
