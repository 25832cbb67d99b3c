// Where the chance of a sample comes from.
#pragma once

#include <cstdint>

namespace flowtalk {

// noise_normal(seed, take, frame, channel) of base/rng.h, scaled by the temperature.
struct NoiseAddress {
  uint64_t seed = 0;
  uint32_t take = 0;
  float temperature = 0;  // 0: none
};

}  // namespace flowtalk
