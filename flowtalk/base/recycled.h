// Memory of small things that come and go all the time, such as the shapes and values of small
// tensors: every thread keeps what it frees and takes it again, so that a loop which has run once
// allocates nothing more of them.
#pragma once

#include <cstddef>
#include <vector>

namespace flowtalk {

inline constexpr size_t kRecycledBytes = size_t{1} << 14;  // larger blocks are not kept

#if defined(__SANITIZE_ADDRESS__)  // g++
inline constexpr bool kAddressChecks = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)  // clang
inline constexpr bool kAddressChecks = true;
#else
inline constexpr bool kAddressChecks = false;
#endif
#else
inline constexpr bool kAddressChecks = false;
#endif
#if defined(__MINGW32__)  // where memory of a thread may be gone before its destructors run
inline constexpr bool kRecycles = false;
#else
inline constexpr bool kRecycles = !kAddressChecks;  // so that stale uses are found
#endif

// 64-byte aligned. Throws std::bad_alloc. A thread keeps at most 512 KiB of each of nine sizes.
void* take_recycled(size_t bytes);
// `bytes`: as it was taken; on any thread.
void give_recycled(void* block, size_t bytes) noexcept;

// The same for containers of the standard library.
template <class T>
struct Recycled {
  static_assert(alignof(T) <= 64);
  using value_type = T;
  Recycled() = default;
  template <class U>
  Recycled(const Recycled<U>&) noexcept {}  // NOLINT: allocators convert
  T* allocate(size_t count) { return static_cast<T*>(take_recycled(count * sizeof(T))); }
  void deallocate(T* block, size_t count) noexcept { give_recycled(block, count * sizeof(T)); }
  bool operator==(const Recycled&) const = default;
};

template <class T>
using RecycledVector = std::vector<T, Recycled<T>>;

}  // namespace flowtalk
