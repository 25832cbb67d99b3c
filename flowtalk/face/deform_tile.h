// The inner loop of the Deformer: one group of neighbouring vertices (as many as a vector has
// lanes) in a few frames at once, from basis to skinned positions without leaving the registers'
// neighbourhood. Compiled once per instruction set. A value does not depend on the tile it falls
// into: every sum runs over the same terms in the same order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "flowtalk/base/flame_layout.h"

namespace flowtalk::face {

inline constexpr int kMaxTileFrames = 8;

// What the joints do in one frame.
struct FrameMotion {
  // x -> x + change x + shift, per joint; zero for a joint at rest.
  struct Change {
    std::array<float, 9> matrix{};
    std::array<float, 3> shift{};
  };
  std::array<Change, flame::kJoints> joint{};
  std::array<float, 3> translation{};
  uint32_t moving = 0;  // bit j: joint j is not at rest
};

struct RowPair {
  uint32_t basis, coefficient;  // offsets in floats
};

struct DeformTile {
  const float* rest;    // (3, lanes)
  const float* basis;   // rows of (3, lanes)
  const RowPair* rows;  // those that count
  size_t row_count;
  const float* coefficients;   // rows of one value per frame of a full tile
  const float* weights;        // (joints, lanes)
  const float* weight_sum;     // (lanes)
  uint32_t joints;             // bit j: joint j moves a vertex of the group
  const FrameMotion* motions;  // of the tile's frames
  float* out;                  // x y z x y z ... of the first frame
  int64_t out_stride;          // floats from frame to frame
};
using DeformFunction = void (*)(const DeformTile&);

struct DeformTable {
  int lanes = 0, frames = 0;                 // per vector; of a full tile
  DeformFunction tile[kMaxTileFrames] = {};  // [frames - 1]
};

const DeformTable& deform_generic();
const DeformTable& deform_avx2();
const DeformTable& deform_avx512();

namespace {  // a copy per source file: each is compiled for another instruction set

template <int kLanes>
struct Lanes {
  typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));
  typedef float Loose __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));

  static Vector load(const float* from) { return *reinterpret_cast<const Loose*>(from); }
  static void store(Vector v, float* to) { *reinterpret_cast<Loose*>(to) = v; }

  // Vector `part` of the sequence x0 y0 z0 x1 y1 z1 ...
  template <int part, size_t... I>
  static Vector woven(Vector x, Vector y, Vector z, std::index_sequence<I...>) {
    const Vector xy = __builtin_shufflevector(x, y, from_xy(part * kLanes + int{I})...);
    return __builtin_shufflevector(xy, z, from_z(part * kLanes + int{I}, int{I})...);
  }
  static constexpr int from_xy(int at) { return at % 3 == 1 ? kLanes + at / 3 : at / 3; }
  static constexpr int from_z(int at, int lane) { return at % 3 == 2 ? kLanes + at / 3 : lane; }

  static void store_woven(Vector x, Vector y, Vector z, float* to) {
    constexpr auto all = std::make_index_sequence<kLanes>();
    store(woven<0>(x, y, z, all), to);
    store(woven<1>(x, y, z, all), to + kLanes);
    store(woven<2>(x, y, z, all), to + 2 * kLanes);
  }
};

// One frame of the group: p becomes weight_sum p + sum over joints of weight (change p + shift).
// One copy for all tiles, so that the compiler fuses the same products in each.
template <int kLanes>
[[gnu::noinline]] void skin_group(const DeformTile& t, const FrameMotion& motion,
                                  const typename Lanes<kLanes>::Vector (&p)[3], float* out) {
  using L = Lanes<kLanes>;
  using Vector = typename L::Vector;
  const uint32_t active = t.joints & motion.moving;
  const Vector sum = L::load(t.weight_sum);
  Vector moved[3] = {p[0] * sum, p[1] * sum, p[2] * sum};
  if (active != 0) {
    Vector matrix[9] = {}, shift[3] = {};
    for (size_t j = 0; j < flame::kJoints; ++j) {
      if ((active >> j & 1u) == 0) continue;
      const Vector weight = L::load(t.weights + j * kLanes);
      const FrameMotion::Change& change = motion.joint[j];
      for (size_t k = 0; k < 9; ++k) matrix[k] += change.matrix[k] * weight;
      for (size_t k = 0; k < 3; ++k) shift[k] += change.shift[k] * weight;
    }
    for (size_t k = 0; k < 3; ++k) {
      moved[k] +=
          ((shift[k] + matrix[3 * k] * p[0]) + matrix[3 * k + 1] * p[1]) + matrix[3 * k + 2] * p[2];
    }
  }
  L::store_woven(moved[0] + motion.translation[0], moved[1] + motion.translation[1],
                 moved[2] + motion.translation[2], out);
}

template <int kLanes, int kFrames>
void deform_tile(const DeformTile& t) {
  using L = Lanes<kLanes>;
  using Vector = typename L::Vector;
  Vector p[kFrames][3];
  for (int k = 0; k < 3; ++k) {
    const Vector start = L::load(t.rest + k * kLanes);
    for (int i = 0; i < kFrames; ++i) p[i][k] = start;
  }
  for (size_t r = 0; r < t.row_count; ++r) {
    const float* basis = t.basis + t.rows[r].basis;
    const float* coefficient = t.coefficients + t.rows[r].coefficient;
    const Vector x = L::load(basis), y = L::load(basis + kLanes), z = L::load(basis + 2 * kLanes);
#pragma GCC unroll 8
    for (int i = 0; i < kFrames; ++i) {
      p[i][0] += coefficient[i] * x;
      p[i][1] += coefficient[i] * y;
      p[i][2] += coefficient[i] * z;
    }
  }
  for (int i = 0; i < kFrames; ++i) {
    skin_group<kLanes>(t, t.motions[i], p[i], t.out + i * t.out_stride);
  }
}

template <int kLanes, int kFrames>
void fill_frames(DeformTable& table) {
  table.tile[kFrames - 1] = deform_tile<kLanes, kFrames>;
  if constexpr (kFrames > 1) fill_frames<kLanes, kFrames - 1>(table);
}

template <int kLanes, int kFullFrames>
DeformTable make_deform_table() {
  DeformTable table;
  table.lanes = kLanes;
  table.frames = kFullFrames;
  fill_frames<kLanes, kFullFrames>(table);
  return table;
}

}  // namespace
}  // namespace flowtalk::face
