// Four numbers at once, in the compiler's own vector types, which it lowers to whatever the
// processor has.
#pragma once

#include <cstdint>
#include <cstring>

namespace flowtalk::render {

using Floats4 [[gnu::vector_size(16)]] = float;
using Words4 [[gnu::vector_size(16)]] = int32_t;

template <class Vector>
[[gnu::always_inline]] inline Vector load(const void* from) {
  Vector v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

// Rows become columns.
[[gnu::always_inline]] inline void transpose(Floats4 (&v)[4]) {
  const Floats4 low01 = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5);
  const Floats4 high01 = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7);
  const Floats4 low23 = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5);
  const Floats4 high23 = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);
  v[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
  v[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
  v[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
  v[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
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
