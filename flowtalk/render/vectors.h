// Several numbers at once, in the compiler's own vector types, which it lowers to whatever the
// processor has.
#pragma once

#include <cstdint>
#include <cstring>

namespace flowtalk::render {

using Floats4 [[gnu::vector_size(16)]] = float;
using Floats8 [[gnu::vector_size(32)]] = float;
using Floats16 [[gnu::vector_size(64)]] = float;
using Words4 [[gnu::vector_size(16)]] = int32_t;

template <class Vector>
[[gnu::always_inline]] inline Vector load(const void* from) {
  Vector v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

[[gnu::always_inline]] inline void store(Floats4 v, float* to) { std::memcpy(to, &v, sizeof v); }

// Rows become columns, in each four lanes of their own.
template <class Floats>
[[gnu::always_inline]] inline void transpose(Floats (&v)[4]) {
  const auto pair = [](const Floats& a, const Floats& b, Floats& low, Floats& high)
      __attribute__((always_inline)) {
    constexpr int n = sizeof(Floats) / sizeof(float);
    if constexpr (n == 4) {
      low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
      high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    } else if constexpr (n == 8) {
      low = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
      high = __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
    } else {
      low = __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
      high =
          __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
    }
  };
  // Interleaving rows 0 and 2, and 1 and 3, and then those, makes columns.
  Floats low02, high02, low13, high13;
  pair(v[0], v[2], low02, high02);
  pair(v[1], v[3], low13, high13);
  pair(low02, low13, v[0], v[1]);
  pair(high02, high13, v[2], v[3]);
}

// One bit for each lane that is set, as comparisons set them.
[[gnu::always_inline]] inline uint32_t bits_of(Words4 lanes) {
#ifdef __SSE__
  return static_cast<uint32_t>(__builtin_ia32_movmskps(reinterpret_cast<Floats4>(lanes)));
#else
  Words4 v = lanes & Words4{1, 2, 4, 8};
  v |= __builtin_shufflevector(v, v, 2, 3, 0, 1);
  v |= __builtin_shufflevector(v, v, 1, 0, 3, 2);
  return static_cast<uint32_t>(v[0]);
#endif
}

}  // namespace flowtalk::render
