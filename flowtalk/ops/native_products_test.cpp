// Products of NativeOps against naive loops, over many shapes and thread counts.
#include <gtest/gtest.h>

#include <cstring>

#include "flowtalk/base/rng.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/ops/reference.h"

namespace flowtalk::ops {
namespace {

using tensor::Tensor;

Tensor random_tensor(const Shape& shape, uint64_t seed) {
  Rng rng(seed);
  Tensor x(shape);
  for (float& v : x.values()) v = static_cast<float>(rng.normal());
  return x;
}

// The error of a float sum of `depth` random products is a few roundings times sqrt(depth).
void expect_close(const Tensor& got, const Tensor& expected, int64_t depth) {
  ASSERT_EQ(got.shape(), expected.shape());
  const double allowed = 2e-6 * std::sqrt(static_cast<double>(depth)) + 1e-6;
  for (int64_t i = 0; i < got.size(); ++i) {
    const auto size = std::abs(static_cast<double>(expected[i]));
    ASSERT_NEAR(got[i], expected[i], allowed * (1 + size)) << "at " << i;
  }
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), static_cast<size_t>(a.size()) * sizeof(float)) == 0;
}

TEST(NativeLinear, EqualsNaiveLoops) {
  ThreadPool pool(2);
  NativeOps ops(pool);
  uint64_t seed = 0;
  for (const int64_t m : {1, 2, 3, 7, 8, 9, 63, 65, 130}) {
    for (const int64_t k : {1, 5, 16, 53, 192}) {
      for (const int64_t n : {1, 4, 15, 16, 17, 47, 48, 49, 53, 97, 192, 257}) {
        const Tensor x = random_tensor({m, k}, ++seed), w = random_tensor({n, k}, ++seed);
        const Tensor bias = random_tensor({n}, ++seed);
        expect_close(ops.linear(x, w, bias), reference::linear(x, w, bias), k);
        expect_close(ops.linear(x, w), reference::linear(x, w, Tensor()), k);
      }
    }
  }
  const Tensor x = random_tensor({2, 3, 4, 6}, 1), w = random_tensor({5, 6}, 2);
  EXPECT_EQ(ops.linear(x, w).shape(), (Shape{2, 3, 4, 5}));
  EXPECT_EQ(ops.linear(Tensor({0, 6}), w).shape(), (Shape{0, 5}));
}

TEST(NativeMatmul, EqualsNaiveLoops) {
  ThreadPool pool(2);
  NativeOps ops(pool);
  uint64_t seed = 0;
  for (const int64_t p : {1, 3}) {
    for (const int64_t m : {1, 9, 70}) {
      for (const int64_t k : {1, 13, 64}) {
        for (const int64_t n : {1, 31, 50, 150}) {
          const Tensor a = random_tensor({p, m, k}, ++seed), b = random_tensor({p, k, n}, ++seed);
          expect_close(ops.matmul(a, b), reference::matmul(a, b), k);
        }
      }
    }
  }
}

TEST(NativeMatmul, RepeatsASingleMatrixOverTheBatch) {
  ThreadPool pool(2);
  NativeOps ops(pool);
  const Tensor a = random_tensor({2, 3, 5, 7}, 1), b = random_tensor({7, 4}, 2);
  const Tensor wide = ops.matmul(a, b);
  ASSERT_EQ(wide.shape(), (Shape{2, 3, 5, 4}));
  expect_close(wide.reshape({1, 30, 4}),
               reference::matmul(a.reshape({1, 30, 7}), b.reshape({1, 7, 4})), 7);
  const Tensor left = random_tensor({5, 7}, 3), right = random_tensor({3, 7, 4}, 4);
  const Tensor y = ops.matmul(left, right);
  ASSERT_EQ(y.shape(), (Shape{3, 5, 4}));
  for (int64_t p = 0; p < 3; ++p) {
    const Tensor one = ops.slice(right, 0, p, p + 1);
    EXPECT_TRUE(same_bytes(ops.slice(y, 0, p, p + 1), ops.matmul(left.reshape({1, 5, 7}), one)));
  }
}

TEST(NativeConv1d, EqualsNaiveLoops) {
  ThreadPool pool(2);
  NativeOps ops(pool);
  uint64_t seed = 0;
  for (const int64_t groups : {1, 2, 6}) {
    for (const int64_t taps : {1, 2, 3, 10}) {
      for (const int64_t dilation : {1, 3}) {
        for (const int64_t stride : {1, 2, 5}) {
          for (const int64_t left : {0, 4}) {
            const ConvOptions options{.stride = stride,
                                      .dilation = dilation,
                                      .groups = groups,
                                      .left = left,
                                      .right = left / 2};
            const Tensor x = random_tensor({2, 37, 12}, ++seed);
            const Tensor w = random_tensor({18, 12 / groups, taps}, ++seed);
            const Tensor bias = random_tensor({18}, ++seed);
            expect_close(ops.conv1d(x, w, bias, options), reference::conv1d(x, w, bias, options),
                         12 / groups * taps);
            expect_close(ops.conv1d(x, w, options), reference::conv1d(x, w, Tensor(), options),
                         12 / groups * taps);
          }
        }
      }
    }
  }
}

TEST(NativeConv1d, EncoderShapes) {
  ThreadPool pool(2);
  NativeOps ops(pool);
  const Tensor wave = random_tensor({1, 1600, 1}, 1), first = random_tensor({64, 1, 10}, 2);
  const ConvOptions by_five{.stride = 5};
  expect_close(ops.conv1d(wave, first, by_five), reference::conv1d(wave, first, Tensor(), by_five),
               10);
  const Tensor x = random_tensor({1, 50, 96}, 3), position = random_tensor({96, 6, 128}, 4);
  const ConvOptions grouped{.groups = 16, .left = 64, .right = 64};
  const Tensor y = ops.conv1d(x, position, grouped);
  EXPECT_EQ(y.dim(1), 51);
  expect_close(y, reference::conv1d(x, position, Tensor(), grouped), 6 * 128);
}

TEST(NativeProducts, SameBytesForAnyThreadCount) {
  const Tensor x = random_tensor({2, 333, 192}, 1), w = random_tensor({257, 192}, 2);
  const Tensor kernel = random_tensor({96, 96, 5}, 3), scores = random_tensor({2, 192, 333}, 4);
  std::vector<Tensor> first;
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    NativeOps ops(pool);
    const std::vector<Tensor> results = {
        ops.linear(x, w),
        ops.conv1d(x, kernel, {.stride = 2, .dilation = 2, .groups = 2, .left = 3}),
        ops.matmul(x, scores),
        ops.gelu(x),
        ops.softmax_last(x),
        ops.transpose(x, 1, 2)};
    if (first.empty()) first = results;
    for (size_t i = 0; i < results.size(); ++i) {
      EXPECT_TRUE(same_bytes(results[i], first[i])) << "op " << i << ", " << threads << " threads";
    }
  }
}

// A stream computes a few rows at a time and must get what the whole clip gets.
TEST(NativeProducts, ARowDoesNotDependOnTheOthers) {
  ThreadPool pool(2);
  NativeOps ops(pool);
  const Tensor x = random_tensor({1, 131, 192}, 1), w = random_tensor({200, 192}, 2);
  const Tensor whole = ops.linear(x, w);
  for (const int64_t chunk : {1, 3, 8, 50}) {
    std::vector<Tensor> parts;
    for (int64_t t = 0; t < 131; t += chunk) {
      parts.push_back(ops.linear(ops.slice(x, 1, t, std::min<int64_t>(131, t + chunk)), w));
    }
    EXPECT_TRUE(same_bytes(ops.concat(parts, 1), whole)) << "chunks of " << chunk;
  }
}

TEST(NativeProducts, AFreedWeightIsNotMistakenForAnother) {
  ThreadPool pool(1);
  const auto packed = std::make_shared<PackedWeights>();
  NativeOps ops(pool, packed);
  const Tensor x = random_tensor({3, 8}, 1);
  for (uint64_t i = 0; i < 500; ++i) {  // the allocator hands out the same address again
    const Tensor w = random_tensor({4, 8}, i);
    expect_close(ops.linear(x, w), reference::linear(x, w, Tensor()), 8);
  }
  EXPECT_LE(packed->size(), 130u);
}

TEST(NativeProducts, WhatWasPackedOfAFreedWeightGoesWithTheNextOne) {
  PackedWeights packed;
  const auto pack = [&](const Tensor& w) {
    return std::weak_ptr(packed.find(w, 1, [] { return PackedGroups(1); }));
  };
  const Tensor kept({4, 8});
  const auto of_kept = pack(kept), of_freed = pack(Tensor({4, 8}));
  const Tensor next({5, 8});
  const auto of_next = pack(next);
  EXPECT_FALSE(of_kept.expired());
  EXPECT_FALSE(of_next.expired());
  EXPECT_TRUE(of_freed.expired());
}

TEST(NativeAttention, SameBytesAsItsComposedForm) {
  ThreadPool pool(2);
  NativeOps ops(pool);
  constexpr int64_t kHeads = 3, kWidth = 20;
  for (const auto& [frames, seen] : {std::pair{1, 1}, {1, 70}, {65, 65}, {150, 33}}) {
    const Tensor q = random_tensor({2, frames, kHeads * kWidth}, 1);
    const Tensor k = random_tensor({2, seen, kHeads * kWidth}, 2);
    const Tensor v = random_tensor({2, seen, kHeads * kWidth}, 3);
    const auto split = [&](const Tensor& x) {
      return ops.transpose(ops.reshape(x, {2, x.dim(1), kHeads, kWidth}), 1, 2);
    };
    const Tensor scores = ops.matmul(split(q), ops.transpose(split(k), 2, 3));
    const Tensor mixed = ops.matmul(ops.softmax_last(scores), split(v));
    const Tensor expected = ops.reshape(ops.transpose(mixed, 1, 2), q.shape());
    EXPECT_TRUE(same_bytes(ops.attention(q, k, v, kHeads), expected)) << frames << ", " << seen;
  }
}

TEST(NativeInverse, TimesTheMatrixIsTheIdentity) {
  ThreadPool pool(1);
  NativeOps ops(pool);
  for (const int64_t n : {1, 2, 32, 64}) {
    const Tensor x = random_tensor({n, n}, 7);
    const Tensor product = ops.matmul(ops.inverse(x), x);
    for (int64_t i = 0; i < n * n; ++i) {
      ASSERT_NEAR(product[i], i % (n + 1) == 0 ? 1 : 0, 2e-4) << n;
    }
  }
}

TEST(NativeProducts, WrongShapesNameBothSides) {
  ThreadPool pool(1);
  NativeOps ops(pool);
  try {
    ops.linear(Tensor({2, 5}), Tensor({3, 4}));
    FAIL();
  } catch (const std::exception& e) {
    EXPECT_NE(std::string(e.what()).find("(2, 5)"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("(3, 4)"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace flowtalk::ops
