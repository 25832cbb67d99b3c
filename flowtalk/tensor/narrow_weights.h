// Weights in fewer bits than a float has, where they are exactly that: halves, as models ship, and
// whole steps, as quantised ones are. What a product of few rows costs is the memory it reads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "flowtalk/base/thread_pool.h"
#include "flowtalk/tensor/narrow.h"

namespace flowtalk::tensor {

// A look at the first ones: may all be halves, may all be whole steps?
bool may_be_halves(const float* values, int64_t count, int64_t stride);
bool may_be_steps(const float* values, int64_t count, int64_t stride);

// All of the values; nothing where one of them is no half. The pool shares the work, if given.
std::optional<std::vector<Half>> to_halves(std::span<const float> values, ThreadPool* pool);

struct ByteWeights {
  std::vector<uint8_t> values;
  Steps steps;
};
// Equal floats: steps.step (byte - steps.zero); nothing where there is no such step, or they are
// more than 255 steps wide. For values as a reader made them; formats/whole_steps.h finds the steps
// of a file, which values keep to 1e-6.
std::optional<ByteWeights> to_steps(std::span<const float> values);

}  // namespace flowtalk::tensor
