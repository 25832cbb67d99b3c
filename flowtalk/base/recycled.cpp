#include "flowtalk/base/recycled.h"

#include <algorithm>
#include <array>
#include <bit>
#include <new>

namespace flowtalk {
namespace {

constexpr size_t kAlign = 64;
constexpr size_t kMostBytes = size_t{1} << 19;  // kept of one size
constexpr size_t kSizes = std::bit_width(kRecycledBytes / kAlign);

void* fresh(size_t size) { return ::operator new (size, std::align_val_t{kAlign}); }
void drop(void* block) { ::operator delete (block, std::align_val_t{kAlign}); }

// Powers of two from 64 bytes on.
size_t rank_of(size_t bytes) {
  return bytes <= kAlign ? 0 : static_cast<size_t>(std::bit_width((bytes - 1) / kAlign));
}
size_t size_of(size_t rank) { return kAlign << rank; }

// The blocks that a thread keeps, of every size a list through their first bytes.
struct Kept {
  struct Block {
    Block* next;
  };
  std::array<Block*, kSizes> first{};
  std::array<size_t, kSizes> count{};
  ~Kept();
};

thread_local bool gone = false;  // the thread ends; what lives longer than its lists goes past them
thread_local Kept kept;

Kept::~Kept() {
  gone = true;
  for (Block* block : first) {
    while (block != nullptr) {
      Block* const next = block->next;
      drop(block);
      block = next;
    }
  }
}

}  // namespace

void* take_recycled(size_t bytes) {
  if (!kRecycles || bytes > kRecycledBytes) return fresh(bytes);
  const size_t rank = rank_of(bytes);
  if (gone || kept.first[rank] == nullptr) return fresh(size_of(rank));
  Kept::Block* const block = kept.first[rank];
  kept.first[rank] = block->next;
  --kept.count[rank];
  return block;
}

void give_recycled(void* block, size_t bytes) noexcept {
  if (!kRecycles || bytes > kRecycledBytes || gone) return drop(block);
  const size_t rank = rank_of(bytes);
  if (kept.count[rank] >= kMostBytes / size_of(rank)) return drop(block);
  kept.first[rank] = ::new (block) Kept::Block{kept.first[rank]};
  ++kept.count[rank];
}

}  // namespace flowtalk
