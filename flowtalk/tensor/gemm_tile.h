// One tile of a matrix product, written with vector types and compiled once per instruction set.
// Each output is one running sum over taps and depth, in that order, so that it does not depend on
// the tile it falls into; with fused multiply-add every instruction set gives the same bits.
#pragma once

#if defined(__F16C__) || defined(__AVX512F__)
#include <immintrin.h>
#endif

#include <bit>
#include <cstdint>

#include "flowtalk/tensor/narrow.h"

namespace flowtalk::tensor {

// out[i][n] = bias[n] + sum over tap, k of a[i row_stride + tap tap_stride + k] b[tap depth + k][n]
struct TileArgs {
  const float* a;
  int64_t row_stride, taps, tap_stride, depth;
  const void* b;      // (taps depth, vectors lanes) without gaps, of float, Half or uint8_t
  const float* bias;  // (vectors lanes) or null
  float* out;
  int64_t out_stride;
  Steps steps = {};  // of bytes
};
using TileFunction = void (*)(const TileArgs&);

inline constexpr int kTileVectors = 3;  // a panel is at most this many vectors wide
inline constexpr int kMaxTileRows = 8;

struct TileTable {
  int lanes = 0, rows = 0;                             // floats per vector; rows of a full tile
  TileFunction tile[kMaxTileRows][kTileVectors] = {};  // [rows - 1][vectors - 1]
  TileFunction half_tile[kMaxTileRows][kTileVectors] = {};  // the same, b of Half
  // The same, b of uint8_t; null where widening bytes would cost more than it saves: without
  // AVX-512 it takes the registers that the sums need.
  TileFunction byte_tile[kMaxTileRows][kTileVectors] = {};
};

const TileTable& generic_tiles();
const TileTable& avx2_tiles();
const TileTable& avx512_tiles();

namespace {  // a copy per source file: each is compiled for another instruction set

template <int kLanes>
struct Lanes {
  typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));
  typedef float Loose __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
};

template <int kLanes>
typename Lanes<kLanes>::Vector loaded(const float* from, const Steps& = {}) {
  return *reinterpret_cast<const typename Lanes<kLanes>::Loose*>(from);
}

// Exact: every half is a float.
template <int kLanes>
typename Lanes<kLanes>::Vector loaded(const Half* from, const Steps&) {
  using Vector = typename Lanes<kLanes>::Vector;
#if defined(__AVX512F__)
  if constexpr (kLanes == 16) {  // masked, for GCC 12 takes the other's unused source for a mistake
    return reinterpret_cast<Vector>(
        _mm512_maskz_cvtph_ps(0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))));
  }
#endif
#if defined(__F16C__)
  if constexpr (kLanes == 8) {
    return reinterpret_cast<Vector>(
        _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))));
  }
#endif
  Vector values;
  for (int i = 0; i < kLanes; ++i) {
    const uint32_t sign = uint32_t{from[i] & 0x8000u} << 16;
    const uint32_t size = uint32_t{from[i] & 0x7fffu} << 13;
    // Scaled from the bias of halves to that of floats, subnormal ones as well; no half that is
    // kept here is infinite.
    values[i] = std::bit_cast<float>(sign | size) * 0x1p112f;
  }
  return values;
}

#if defined(__AVX512F__)
// The float that the file's reader makes of it. Masked as above.
template <int kLanes>
typename Lanes<kLanes>::Vector loaded(const uint8_t* from, const Steps& steps) {
  static_assert(kLanes == 16);
  const __m512i bytes =
      _mm512_maskz_cvtepu8_epi32(0xffff, _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  const auto values =
      reinterpret_cast<typename Lanes<kLanes>::Vector>(_mm512_maskz_cvtepi32_ps(0xffff, bytes));
  return (values - static_cast<float>(steps.zero)) * steps.step;
}
#endif

template <int kLanes, int kRows, int kVectors, class Weight>
void run_tile(const TileArgs& t) {
  using Vector = typename Lanes<kLanes>::Vector;
  using Loose = typename Lanes<kLanes>::Loose;
  Vector sum[kRows][kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const Vector start = t.bias == nullptr ? Vector{} : loaded<kLanes>(t.bias + v * kLanes);
    for (int i = 0; i < kRows; ++i) sum[i][v] = start;
  }
  const auto* b = static_cast<const Weight*>(t.b);
  for (int64_t tap = 0; tap < t.taps; ++tap) {
    const float* a = t.a + tap * t.tap_stride;
    for (int64_t k = 0; k < t.depth; ++k, b += kVectors * kLanes) {
      Vector column[kVectors];
      for (int v = 0; v < kVectors; ++v) column[v] = loaded<kLanes>(b + v * kLanes, t.steps);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) {
        const float factor = a[i * t.row_stride + k];
#pragma GCC unroll 3
        for (int v = 0; v < kVectors; ++v) sum[i][v] += factor * column[v];
      }
    }
  }
  for (int i = 0; i < kRows; ++i) {
    for (int v = 0; v < kVectors; ++v) {
      *reinterpret_cast<Loose*>(t.out + i * t.out_stride + v * kLanes) = sum[i][v];
    }
  }
}

template <int kLanes, int kRows, class Weight>
void fill_rows(TileFunction (*tile)[kTileVectors]) {
  tile[kRows - 1][0] = run_tile<kLanes, kRows, 1, Weight>;
  tile[kRows - 1][1] = run_tile<kLanes, kRows, 2, Weight>;
  tile[kRows - 1][2] = run_tile<kLanes, kRows, 3, Weight>;
  if constexpr (kRows > 1) fill_rows<kLanes, kRows - 1, Weight>(tile);
}

template <int kLanes, int kRows>
TileTable make_tiles() {
  TileTable table;
  table.lanes = kLanes;
  table.rows = kRows;
  fill_rows<kLanes, kRows, float>(table.tile);
  fill_rows<kLanes, kRows, Half>(table.half_tile);
#if defined(__AVX512F__)
  if constexpr (kLanes == 16) fill_rows<kLanes, kRows, uint8_t>(table.byte_tile);
#endif
  return table;
}

}  // namespace
}  // namespace flowtalk::tensor
