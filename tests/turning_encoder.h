// The sizes of an encoder of the newer form, small, for tests.
#pragma once

#include "flowtalk/encoder/hubert_config.h"

namespace flowtalk::tests {

// An encoder whose first layer is a tanh, with taps that lie apart and attention that turns.
inline void give_turning_encoder(encoder::HubertConfig& c) {
  c.conv_dim = {12, 16, 20};
  c.conv_kernel = {127, 7, 3};
  c.conv_stride = {64, 1, 5};
  c.conv_dilation = {1, 1, 3};
  c.conv_past = 495;
  c.feat_extract_norm = "tanh";
  c.rotary_dims = 4;
  c.rotary_rate = 0.8f;
}

}  // namespace flowtalk::tests
