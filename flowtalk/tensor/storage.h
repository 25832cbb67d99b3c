// Memory of tensors. A first touch of fresh memory costs more than most ops, so freed blocks are
// kept for the next tensor of about that size.
#pragma once

#include <cstddef>
#include <memory>

namespace flowtalk::tensor {

// Uninitialised memory, 64-byte aligned. Small blocks are those of base/recycled.h; of larger ones
// at most 64 MiB are kept unused, in the whole program. Throws std::bad_alloc.
std::shared_ptr<void> allocate_storage(size_t bytes);

}  // namespace flowtalk::tensor
