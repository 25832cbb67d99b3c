#include "flowtalk/tensor/storage.h"

#include <bit>
#include <cstddef>
#include <map>
#include <mutex>
#include <vector>

#include "flowtalk/base/recycled.h"

namespace flowtalk::tensor {
namespace {

constexpr size_t kKept = size_t{1} << 26;

// Rounds up to a multiple of an eighth of the next lower power of two, so that tensors of similar
// size share blocks and at most an eighth is wasted.
size_t block_size(size_t bytes) {
  const size_t step = std::bit_floor(bytes) / 8;
  return (bytes + step - 1) / step * step;
}

class FreeBlocks {
 public:
  // The smallest block of size to 2 size, or null; `size` becomes the block's own.
  void* take(size_t& size) {
    const std::lock_guard lock(mutex_);
    for (auto at = blocks_.lower_bound(size); at != blocks_.end() && at->first <= 2 * size; ++at) {
      if (at->second.empty()) continue;
      size = at->first;
      void* block = at->second.back();
      at->second.pop_back();
      kept_ -= size;
      return block;
    }
    return nullptr;
  }
  void give(void* block, size_t size) {
    {
      const std::lock_guard lock(mutex_);
      if (kept_ + size <= kKept) {
        blocks_[size].push_back(block);
        kept_ += size;
        return;
      }
    }
    give_recycled(block, size);
  }

 private:
  std::mutex mutex_;
  std::map<size_t, std::vector<void*>> blocks_;  // lists stay when they run empty
  size_t kept_ = 0;
};

FreeBlocks& free_blocks() {
  static auto* const blocks = new FreeBlocks;  // never destroyed: tensors may outlive statics
  return *blocks;
}

}  // namespace

std::shared_ptr<void> allocate_storage(size_t bytes) {
  const Recycled<std::byte> beside;  // the count of owners
  if (kAddressChecks || bytes <= kRecycledBytes) {
    return {take_recycled(bytes), [bytes](void* p) { give_recycled(p, bytes); }, beside};
  }
  size_t size = block_size(bytes);
  void* block = free_blocks().take(size);
  if (block == nullptr) block = take_recycled(size);
  return {block, [size](void* p) { free_blocks().give(p, size); }, beside};
}

}  // namespace flowtalk::tensor
