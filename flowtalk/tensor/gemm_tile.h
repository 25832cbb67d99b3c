// One tile of a matrix product, written with vector types and compiled once per instruction set.
// Each output is one running sum over taps and depth, in that order, so that it does not depend on
// the tile it falls into; with fused multiply-add every instruction set gives the same bits.
#pragma once

#include <cstdint>

namespace flowtalk::tensor {

// out[i][n] = bias[n] + sum over tap, k of a[i row_stride + tap tap_stride + k] b[tap depth + k][n]
struct TileArgs {
  const float* a;
  int64_t row_stride, taps, tap_stride, depth;
  const float* b;     // (taps depth, vectors lanes) without gaps
  const float* bias;  // (vectors lanes) or null
  float* out;
  int64_t out_stride;
};
using TileFunction = void (*)(const TileArgs&);

inline constexpr int kTileVectors = 3;  // a panel is at most this many vectors wide
inline constexpr int kMaxTileRows = 8;

struct TileTable {
  int lanes = 0, rows = 0;                             // floats per vector; rows of a full tile
  TileFunction tile[kMaxTileRows][kTileVectors] = {};  // [rows - 1][vectors - 1]
};

const TileTable& generic_tiles();
const TileTable& avx2_tiles();
const TileTable& avx512_tiles();

namespace {  // a copy per source file: each is compiled for another instruction set

template <int kLanes, int kRows, int kVectors>
void run_tile(const TileArgs& t) {
  typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));
  typedef float Loose __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
  Vector sum[kRows][kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const Vector start =
        t.bias == nullptr ? Vector{} : *reinterpret_cast<const Loose*>(t.bias + v * kLanes);
    for (int i = 0; i < kRows; ++i) sum[i][v] = start;
  }
  const float* b = t.b;
  for (int64_t tap = 0; tap < t.taps; ++tap) {
    const float* a = t.a + tap * t.tap_stride;
    for (int64_t k = 0; k < t.depth; ++k, b += kVectors * kLanes) {
      Vector column[kVectors];
      for (int v = 0; v < kVectors; ++v) {
        column[v] = *reinterpret_cast<const Loose*>(b + v * kLanes);
      }
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

template <int kLanes, int kRows>
void fill_rows(TileTable& table) {
  table.tile[kRows - 1][0] = run_tile<kLanes, kRows, 1>;
  table.tile[kRows - 1][1] = run_tile<kLanes, kRows, 2>;
  table.tile[kRows - 1][2] = run_tile<kLanes, kRows, 3>;
  if constexpr (kRows > 1) fill_rows<kLanes, kRows - 1>(table);
}

template <int kLanes, int kRows>
TileTable make_tiles() {
  TileTable table;
  table.lanes = kLanes;
  table.rows = kRows;
  fill_rows<kLanes, kRows>(table);
  return table;
}

}  // namespace
}  // namespace flowtalk::tensor
