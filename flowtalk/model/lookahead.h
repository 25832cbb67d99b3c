// How far a model looks ahead: which samples a frame of its motion depends on. Models that hear
// whole clips look to the end; those whose every part is bounded can hear live.
//
// Motion frame t shows the moment t / 25 s, sample 640 t at 16 kHz.
#pragma once

#include <cstdint>
#include <string>

#include "flowtalk/model/model_config.h"

namespace flowtalk::model {

// Does every frame depend on a bounded stretch of sound after it, by layers that can go on where
// they stopped?
bool hears_live(const ModelConfig& config);
// Error in one line, with the first part that is in the way, of a model that does not. `name` is
// the model's.
void require_live(const ModelConfig& config, const std::string& name);

// Of a model that hears live: frame t depends on samples up to the one before this, on that one
// too, and on none from here on.
int64_t heard_until(const ModelConfig& config, int64_t frame);
// Samples of sound that must have come after the moment of a frame before it can be shown: the most
// of all frames, and the algorithmic latency.
int64_t lookahead_samples(const ModelConfig& config);

}  // namespace flowtalk::model
