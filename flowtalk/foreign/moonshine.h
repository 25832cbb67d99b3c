// The encoder of Moonshine (Useful Sensors, 2024; the English models are under the MIT licence), as
// the quantised ONNX graph that its package has, as an encoder of ours: what training begins from.
// It is not their encoder any more: a frame comes every 20 ms in the place of 24, the norm over the
// clip has become a constant, and layers may be fewer.
#pragma once

#include <optional>

#include "flowtalk/encoder/hubert_config.h"
#include "flowtalk/formats/onnx.h"
#include "flowtalk/formats/safetensors.h"

namespace flowtalk::foreign {

struct MoonshineEncoder {
  encoder::HubertConfig config;
  formats::NamedTensors tensors;  // of encoder::Hubert under "encoder/"
  int layers = 0;                 // of the file; the config may have fewer
};

// Whether the graph has the nodes of one, whatever their weights are.
bool is_moonshine(const formats::OnnxFile& file);

// Of the first `layers` of the file; else of four, or as many as there are. Errors name the file:
// it is no such encoder, weights that are missing, misshapen or not finite, other strides, more
// layers than it has.
MoonshineEncoder read_moonshine(const formats::OnnxFile& file, std::optional<int> layers);

}  // namespace flowtalk::foreign
