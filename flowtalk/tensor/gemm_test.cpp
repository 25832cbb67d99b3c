// The tiles of every instruction set this processor has, against naive sums.
#include "flowtalk/tensor/gemm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "flowtalk/base/rng.h"
#include "flowtalk/tensor/gemm_tile.h"

namespace flowtalk::tensor {
namespace {

std::map<std::string, const TileTable*> tables() {
  std::map<std::string, const TileTable*> result = {{"generic", &generic_tiles()}};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    result["avx2"] = &avx2_tiles();
  }
  if (__builtin_cpu_supports("avx512f")) result["avx512"] = &avx512_tiles();
#endif
  return result;
}

std::vector<float> random_values(size_t n, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(n);
  for (float& v : values) v = static_cast<float>(rng.normal());
  return values;
}

TEST(Tiles, EveryInstructionSetEqualsNaiveSums) {
  constexpr int64_t kTaps = 3, kDepth = 21, kRowStride = 40, kTapStride = 24;
  const auto a = random_values(1000, 1), b = random_values(kTaps * kDepth * 48, 2);
  const auto bias = random_values(48, 3);
  for (const auto& [name, table] : tables()) {
    for (int rows = 1; rows <= table->rows; ++rows) {
      for (int vectors = 1; vectors <= kTileVectors; ++vectors) {
        const int64_t width = vectors * table->lanes;
        std::vector<float> out(static_cast<size_t>(rows * 50), -1.0f);
        table->tile[rows - 1][vectors - 1]({.a = a.data(),
                                            .row_stride = kRowStride,
                                            .taps = kTaps,
                                            .tap_stride = kTapStride,
                                            .depth = kDepth,
                                            .b = b.data(),
                                            .bias = bias.data(),
                                            .out = out.data(),
                                            .out_stride = 50});
        for (int64_t i = 0; i < rows; ++i) {
          for (int64_t n = 0; n < 50; ++n) {
            double want = n < width ? static_cast<double>(bias[static_cast<size_t>(n)]) : -1;
            for (int64_t k = 0; n < width && k < kTaps * kDepth; ++k) {
              const int64_t at = i * kRowStride + k / kDepth * kTapStride + k % kDepth;
              want += static_cast<double>(a[static_cast<size_t>(at)]) *
                      static_cast<double>(b[static_cast<size_t>(k * width + n)]);
            }
            ASSERT_NEAR(out[static_cast<size_t>(i * 50 + n)], want, 2e-5)
                << name << ", " << rows << " rows, " << vectors << " vectors";
          }
        }
      }
    }
  }
}

// One running sum per output: the same bits whatever the width of a vector.
TEST(Tiles, FusedInstructionSetsAgreeToTheBit) {
  const auto all = tables();
  if (!all.contains("avx2") || !all.contains("avx512"))
    GTEST_SKIP() << "skipped: this processor has no two instruction sets to compare";
  constexpr int64_t kDepth = 333;
  const auto a = random_values(kDepth, 1), b = random_values(kDepth * 16, 2);
  float wide[16], narrow[16];
  TileArgs args{.a = a.data(),
                .row_stride = kDepth,
                .taps = 1,
                .tap_stride = 0,
                .depth = kDepth,
                .b = b.data(),
                .bias = nullptr,
                .out = wide,
                .out_stride = 16};
  all.at("avx512")->tile[0][0](args);
  args.out = narrow;
  all.at("avx2")->tile[0][1](args);
  for (int n = 0; n < 16; ++n) EXPECT_EQ(wide[n], narrow[n]);
}

const float* floats_of(const PackedMatrix& b, int64_t panel) {
  EXPECT_TRUE(!b.has_halves() && b.bytes() == nullptr);
  return static_cast<const float*>(b.panel(panel));
}

TEST(PackedMatrix, KeepsEveryElementAndPadsWithZeros) {
  for (const int64_t columns : {1, 15, 48, 49, 130}) {
    constexpr int64_t kDepth = 19;
    const auto source = random_values(static_cast<size_t>(kDepth * columns), 1);
    const PackedMatrix by_rows(source.data(), kDepth, columns, columns, 1);
    const PackedMatrix by_columns(source.data(), kDepth, columns, 1, kDepth);
    int64_t column = 0;
    for (int64_t p = 0; p < by_rows.panels(); ++p) {
      const int64_t width = by_rows.panel_width(p);
      for (int64_t n = 0; n < width; ++n, ++column) {
        for (int64_t k = 0; k < kDepth; ++k) {
          const bool inside = column < columns;
          const auto at = [&](int64_t i) { return inside ? source[static_cast<size_t>(i)] : 0.0f; };
          ASSERT_EQ(floats_of(by_rows, p)[k * width + n], at(k * columns + column));
          ASSERT_EQ(floats_of(by_columns, p)[k * width + n], at(column * kDepth + k));
        }
      }
    }
    EXPECT_GE(column, columns);
  }
}

struct Shape2 {
  int64_t depth, columns;
};
constexpr Shape2 kShapes[] = {{1, 1},     {10, 64},    {53, 106},   {96, 192},  {192, 53},
                              {480, 384}, {768, 3072}, {1536, 520}, {512, 512}, {4992, 53}};

// x b + bias by the packed matrix, rows of `taps` windows of x, all at once over `threads` threads.
std::vector<float> product_of(const PackedMatrix& b, const std::vector<float>& x, int64_t rows,
                              int64_t row_stride, const std::vector<float>& bias, int threads) {
  ThreadPool pool(threads);
  std::vector<float> out(static_cast<size_t>(rows * b.columns()));
  const Product product{.a = x.data(),
                        .rows = rows,
                        .row_stride = row_stride,
                        .depth = b.depth(),
                        .b = &b,
                        .bias = bias.data(),
                        .out = out.data(),
                        .out_stride = b.columns()};
  multiply({&product, 1}, pool);
  return out;
}

// Eleven bits of a number, as half precision has them; the first ones are the odd ones.
std::vector<float> random_halves(size_t n, uint64_t seed) {
  auto values = random_values(n, seed);
  for (float& v : values) v = std::ldexp(std::round(std::ldexp(v, 8)), -8);
  constexpr std::array kOdd{0.0f, -0.0f, 65504.0f, -65504.0f, 0x1p-14f, 0x1p-24f, -0x1.ff8p-15f};
  std::copy_n(kOdd.begin(), std::min(n, kOdd.size()), values.begin());
  return values;
}

// Whole steps around one that is 0, the widest and the least among the first.
std::vector<float> random_steps(size_t n, uint64_t seed) {
  constexpr float kStep = 0.0158195f;
  Rng rng(seed);
  std::vector<float> values;
  for (size_t i = 0; i < n; ++i)
    values.push_back(kStep * static_cast<float>(rng.integer(-137, 118)));
  constexpr std::array kOdd{-137, 118, 1, -1, 0};
  for (size_t i = 0; i < std::min(n, kOdd.size()); ++i)
    values[i] = kStep * static_cast<float>(kOdd[i]);
  return values;
}

bool has_byte_tiles() { return instruction_set() == std::string_view("avx512"); }

using Weighing = std::vector<float> (*)(size_t, uint64_t);

// A left side of `rows` rows, weights and a bias.
struct Sides {
  Sides(const Shape2& shape, int64_t rows, Weighing kind)
      : x(random_values(static_cast<size_t>(rows * shape.depth), 1)),
        weights(kind(static_cast<size_t>(shape.depth * shape.columns), 2)),
        bias(random_values(static_cast<size_t>(shape.columns), 3)) {}

  std::vector<float> x, weights, bias;
};

TEST(Weights, OnednnAndOurTilesAgree) {
  for (const auto& [depth, columns] : kShapes) {
    constexpr int64_t kRows = 131;
    const auto [x, source, bias] = Sides({depth, columns}, kRows, random_values);
    const PackedMatrix ours(source.data(), depth, columns, columns, 1);
    const auto library = PackedMatrix::of_weights(source.data(), depth, columns, columns, 1);
    ASSERT_EQ(library.onednn() != nullptr,
              depth * columns >= kWorthLibrary && OnednnWeights::usable(depth, columns));
    // A window of one value less: rows overlap, as those of a convolution.
    for (const int64_t stride : {depth, std::max<int64_t>(1, depth - 1)}) {
      const auto want = product_of(ours, x, kRows, stride, bias, 1);
      const auto got = product_of(library, x, kRows, stride, bias, 1);
      for (size_t i = 0; i < want.size(); ++i) {
        ASSERT_NEAR(got[i], want[i], 1e-6 * static_cast<double>(depth) + 1e-5)
            << depth << " x " << columns << " at " << i;
      }
    }
  }
}

// The same bits from memory of half the size, of every set of instructions.
TEST(Weights, HalvesMultiplyAsTheFloatsThatTheyAre) {
  for (const auto& [depth, columns] : kShapes) {
    constexpr int64_t kRows = 13;
    const auto [x, source, bias] = Sides({depth, columns}, kRows, random_halves);
    ThreadPool pool(2);
    const PackedMatrix floats(source.data(), depth, columns, 1, depth);
    const auto halves = PackedMatrix::of_weights(source.data(), depth, columns, 1, depth, &pool);
    ASSERT_TRUE(halves.has_halves());
    EXPECT_EQ(product_of(halves, x, kRows, depth, bias, 1),
              product_of(floats, x, kRows, depth, bias, 1));
  }
}

// The same bits from a quarter of it.
TEST(Weights, WholeStepsMultiplyAsTheFloatsThatTheyAre) {
  for (const auto& [depth, columns] : kShapes) {
    if (depth * columns < 5) continue;
    constexpr int64_t kRows = 13;
    const auto [x, source, bias] = Sides({depth, columns}, kRows, random_steps);
    const PackedMatrix floats(source.data(), depth, columns, 1, depth);
    const auto bytes = PackedMatrix::of_weights(source.data(), depth, columns, 1, depth);
    ASSERT_EQ(bytes.bytes() != nullptr, has_byte_tiles()) << depth << " x " << columns;
    EXPECT_EQ(product_of(bytes, x, kRows, depth, bias, 1),
              product_of(floats, x, kRows, depth, bias, 1));
  }
}

TEST(Weights, WhatIsNoWholeStepStaysAFloat) {
  const auto source = random_steps(size_t{64} * 200, 2);
  for (const float other :
       {0.0158195f * 119, -0.0158195f * 138, 0.01582f, 0.0158195f / 2, 1e-30f, 1e30f,
        std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    for (const size_t at : {size_t{0}, source.size() - 1}) {
      auto changed = source;
      changed[at == 0 ? 5 : at] = other;
      const auto packed = PackedMatrix::of_weights(changed.data(), 64, 200, 200, 1);
      EXPECT_EQ(packed.bytes(), nullptr) << other << " at " << at;
    }
  }
}

// What the bits of a half mean, by the standard.
float value_of(Half bits) {
  const int exponent = bits >> 10 & 31, digits = bits & 1023;
  const double size =
      exponent == 0 ? std::ldexp(digits, -24) : std::ldexp(1024 + digits, exponent - 25);
  return static_cast<float>(bits >> 15 ? -size : size);
}

constexpr int64_t kTileDepth = 40;

// A tile of full width: rows of a against (kTileDepth, width) weights of the kind that it takes.
std::vector<float> tile_of(const TileTable& table, const TileFunction (*tile)[kTileVectors],
                           int rows, const std::vector<float>& a, const void* weights,
                           Steps steps = {}) {
  const int64_t width = kTileVectors * table.lanes;
  std::vector<float> out(static_cast<size_t>(rows * width));
  tile[rows - 1][kTileVectors - 1]({.a = a.data(),
                                    .row_stride = kTileDepth,
                                    .taps = 1,
                                    .tap_stride = 0,
                                    .depth = kTileDepth,
                                    .b = weights,
                                    .bias = nullptr,
                                    .out = out.data(),
                                    .out_stride = width,
                                    .steps = steps});
  return out;
}

TEST(Tiles, HalvesAreTheirFloats) {
  const auto a = random_values(8 * kTileDepth, 1);
  Rng rng(4);
  std::vector<Half> halves(kTileDepth * 48);
  std::vector<float> floats;
  for (Half& half : halves) {
    half = static_cast<Half>(rng.integer(0, 0x7bff) | rng.integer(0, 1) << 15);
    floats.push_back(value_of(half));
  }
  for (const auto& [name, table] : tables()) {
    for (int rows = 1; rows <= table->rows; ++rows) {
      EXPECT_EQ(tile_of(*table, table->half_tile, rows, a, halves.data()),
                tile_of(*table, table->tile, rows, a, floats.data()))
          << name << ", " << rows << " rows";
    }
  }
}

TEST(Tiles, BytesAreTheirFloats) {
  constexpr Steps kSteps{0.0196767f, 194};
  const auto a = random_values(8 * kTileDepth, 1);
  Rng rng(4);
  std::vector<uint8_t> bytes(kTileDepth * 48);
  std::vector<float> floats;
  for (uint8_t& byte : bytes) {
    byte = static_cast<uint8_t>(rng.integer(0, 255));
    floats.push_back(kSteps.step * static_cast<float>(byte - kSteps.zero));
  }
  if (!has_byte_tiles()) GTEST_SKIP() << "skipped: this processor has no tiles of bytes";
  for (const auto& [name, table] : tables()) {
    if (table->byte_tile[0][0] == nullptr) continue;
    for (int rows = 1; rows <= table->rows; ++rows) {
      EXPECT_EQ(tile_of(*table, table->byte_tile, rows, a, bytes.data(), kSteps),
                tile_of(*table, table->tile, rows, a, floats.data()))
          << name << ", " << rows << " rows";
    }
  }
}

TEST(Weights, WhatIsNoHalfStaysWhole) {
  for (const float other :
       {0.1f, 65536.0f, 1e-9f, 65504.0f + 16, std::numeric_limits<float>::infinity(),
        std::numeric_limits<float>::quiet_NaN()}) {
    auto source = random_halves(size_t{64} * 200, 2);
    for (const size_t at : {size_t{0}, source.size() - 1}) {
      auto changed = source;
      changed[at] = other;
      EXPECT_FALSE(PackedMatrix::of_weights(changed.data(), 64, 200, 200, 1).has_halves())
          << other << " at " << at;
    }
  }
}

TEST(Weights, SameBitsForAnyThreadsAndAnyNeighbours) {
  constexpr std::array<Weighing, 3> kKinds{random_values, random_halves, random_steps};
  for (size_t i = 0; i < kKinds.size() * std::size(kShapes); ++i) {
    constexpr int64_t kRows = 150;
    const auto [depth, columns] = kShapes[i / kKinds.size()];
    const auto [x, source, bias] = Sides({depth, columns}, kRows, kKinds[i % kKinds.size()]);
    const auto b = PackedMatrix::of_weights(source.data(), depth, columns, 1, depth);
    const auto whole = product_of(b, x, kRows, depth, bias, 1);
    EXPECT_EQ(whole, product_of(b, x, kRows, depth, bias, 2));
    EXPECT_EQ(whole, product_of(b, x, kRows, depth, bias, 5));
    for (int64_t at = 0, step = 1; at < kRows; at += step, step = step % 23 + 1) {
      const int64_t rows = std::min(step, kRows - at);
      const std::vector<float> part(x.begin() + at * depth, x.begin() + (at + rows) * depth);
      const auto alone = product_of(b, part, rows, depth, bias, 1);
      const std::vector<float> want(whole.begin() + at * columns,
                                    whole.begin() + (at + rows) * columns);
      ASSERT_EQ(alone, want) << rows << " rows of " << depth << " x " << columns;
    }
  }
}

}  // namespace
}  // namespace flowtalk::tensor
