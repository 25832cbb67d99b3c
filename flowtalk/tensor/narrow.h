// Numbers of fewer bits than a float has. Tiles of every set of instructions include this: nothing
// but types.
#pragma once

#include <cstdint>

namespace flowtalk::tensor {

using Half = uint16_t;  // the bits of IEEE half precision

// Bytes that stand for step (byte - zero).
struct Steps {
  float step = 1;
  int zero = 0;
};

}  // namespace flowtalk::tensor
