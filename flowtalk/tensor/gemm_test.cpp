// The tiles of every instruction set this processor has, against naive sums.
#include "flowtalk/tensor/gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

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
          ASSERT_EQ(by_rows.panel(p)[k * width + n], at(k * columns + column));
          ASSERT_EQ(by_columns.panel(p)[k * width + n], at(column * kDepth + k));
        }
      }
    }
    EXPECT_GE(column, columns);
  }
}

struct Shape2 {
  int64_t depth, columns;
};
constexpr Shape2 kShapes[] = {{1, 1},    {10, 64},   {53, 106},   {96, 192},
                              {192, 53}, {480, 384}, {768, 3072}, {1536, 520}};

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

TEST(Weights, OnednnAndOurTilesAgree) {
  for (const auto& [depth, columns] : kShapes) {
    constexpr int64_t kRows = 131;
    const auto x = random_values(static_cast<size_t>(kRows * depth), 1);
    const auto source = random_values(static_cast<size_t>(depth * columns), 2);
    const auto bias = random_values(static_cast<size_t>(columns), 3);
    const PackedMatrix ours(source.data(), depth, columns, columns, 1);
    const auto library = PackedMatrix::of_weights(source.data(), depth, columns, columns, 1);
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

TEST(Weights, SameBitsForAnyThreadsAndAnyNeighbours) {
  for (const auto& [depth, columns] : kShapes) {
    constexpr int64_t kRows = 150;
    const auto x = random_values(static_cast<size_t>(kRows * depth), 1);
    const auto source = random_values(static_cast<size_t>(depth * columns), 2);
    const auto bias = random_values(static_cast<size_t>(columns), 3);
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
