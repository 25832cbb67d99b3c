#include "flowtalk/tensor/storage.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <vector>

namespace flowtalk::tensor {
namespace {

constexpr size_t kAlign = 64, kKept = size_t{1} << 26;
#if defined(__SANITIZE_ADDRESS__)  // g++
#define FLOWTALK_ADDRESS_CHECKS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)  // clang
#define FLOWTALK_ADDRESS_CHECKS
#endif
#endif
#if defined(FLOWTALK_ADDRESS_CHECKS)
constexpr size_t kSmall = SIZE_MAX;  // nothing is recycled, so that stale uses are found
#else
constexpr size_t kSmall = size_t{1} << 14;
#endif

// Rounds up to a multiple of an eighth of the next lower power of two, so that tensors of similar
// size share blocks and at most an eighth is wasted.
size_t block_size(size_t bytes) {
  if (bytes < kSmall) return (std::max(bytes, kAlign) + kAlign - 1) / kAlign * kAlign;
  const size_t step = std::bit_floor(bytes) / 8;
  return (bytes + step - 1) / step * step;
}

void* fresh_block(size_t size) { return ::operator new (size, std::align_val_t{kAlign}); }
void free_block(void* block) { ::operator delete (block, std::align_val_t{kAlign}); }

class FreeBlocks {
 public:
  // The smallest block of size to 2 size, or null; `size` becomes the block's own.
  void* take(size_t& size) {
    const std::lock_guard lock(mutex_);
    const auto found = blocks_.lower_bound(size);
    if (found == blocks_.end() || found->first > 2 * size) return nullptr;
    size = found->first;
    void* block = found->second.back();
    found->second.pop_back();
    if (found->second.empty()) blocks_.erase(found);
    kept_ -= size;
    return block;
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
    free_block(block);
  }

 private:
  std::mutex mutex_;
  std::map<size_t, std::vector<void*>> blocks_;
  size_t kept_ = 0;
};

FreeBlocks& free_blocks() {
  static auto* const blocks = new FreeBlocks;  // never destroyed: tensors may outlive statics
  return *blocks;
}

}  // namespace

std::shared_ptr<void> allocate_storage(size_t bytes) {
  size_t size = block_size(bytes);
  if (size < kSmall) return {fresh_block(size), free_block};
  void* block = free_blocks().take(size);
  if (block == nullptr) block = fresh_block(size);
  return {block, [size](void* p) { free_blocks().give(p, size); }};
}

}  // namespace flowtalk::tensor
