// How an encoder's training begins from another encoder, of the same sizes, that may hear
// otherwise: with another reach of attention, level or number of frames ahead.
#pragma once

#include <filesystem>

#include "flowtalk/encoder/hubert.h"
#include "flowtalk/encoder/stored_encoder.h"
#include "flowtalk/train/torch_params.h"

namespace flowtalk::train {

// The weight of a positional convolution (O, I, k) over other frames: taps keep the distance in
// time that they had under `from`, those that `to` does not reach are gone, new ones are 0.
tensor::Tensor moved_taps(const tensor::Tensor& weight, const encoder::HubertConfig& from,
                          const encoder::HubertConfig& to);

// Weights for `encoder/` of a stored encoder. Error: one of Hugging Face, other sizes.
void preload_encoder(const encoder::StoredEncoder& stored, const encoder::HubertConfig& to,
                     TorchParams& params);

}  // namespace flowtalk::train
