// The recurrence of NativeOps against naive loops, and against the form composed of other ops.
#include <gtest/gtest.h>

#include <cstring>

#include "flowtalk/base/rng.h"
#include "flowtalk/ops/native.h"
#include "flowtalk/ops/reference.h"

namespace flowtalk::ops {
namespace {

using tensor::Tensor;

Tensor random_tensor(const Shape& shape, uint64_t seed, double spread = 1) {
  Rng rng(seed);
  Tensor x(shape);
  for (float& v : x.values()) v = static_cast<float>(rng.normal(0, spread));
  return x;
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), static_cast<size_t>(a.size()) * sizeof(float)) == 0;
}

// Frame after frame by the ops of the vocabulary.
Tensor composed(NativeOps& ops, const Tensor& gates, const Tensor& weight, const Tensor& bias) {
  const int64_t units = weight.dim(1);
  Tensor h = ops.zeros({gates.dim(0), 1, units});
  std::vector<Tensor> states;
  for (int64_t t = 0; t < gates.dim(1); ++t) {
    const Tensor said = ops.slice(gates, 1, t, t + 1), own = ops.linear(h, weight, bias);
    const auto part = [&](const Tensor& x, int64_t i) {
      return ops.slice(x, 2, i * units, (i + 1) * units);
    };
    const Tensor reset = ops.sigmoid(ops.add(part(said, 0), part(own, 0)));
    const Tensor update = ops.sigmoid(ops.add(part(said, 1), part(own, 1)));
    const Tensor candidate = ops.tanh(ops.add(part(said, 2), ops.mul(reset, part(own, 2))));
    h = ops.add(candidate, ops.mul(update, ops.sub(h, candidate)));
    states.push_back(h);
  }
  return ops.concat(states, 1);
}

struct Case {
  int64_t clips, frames, units;
};
constexpr Case kCases[] = {{1, 1, 1}, {1, 7, 5}, {3, 20, 16}, {5, 9, 33}, {2, 30, 256}, {70, 3, 8}};

struct Inputs {
  Tensor gates, weight, bias;
};
Inputs inputs_of(const Case& c) {
  return {random_tensor({c.clips, c.frames, 3 * c.units}, 1),
          random_tensor({3 * c.units, c.units}, 2, 1 / std::sqrt(static_cast<double>(c.units))),
          random_tensor({3 * c.units}, 3)};
}

TEST(NativeGru, EqualsNaiveLoops) {
  ThreadPool pool(2);
  NativeOps ops(pool);
  for (const Case& c : kCases) {
    const auto [gates, weight, bias] = inputs_of(c);
    const Tensor got = ops.gru(gates, weight, bias);
    const Tensor expected = reference::gru(gates, weight, bias);
    ASSERT_EQ(got.shape(), expected.shape());
    for (int64_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], 3e-6) << c.units;
  }
}

TEST(NativeGru, SameBytesAsItsComposedForm) {
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    NativeOps ops(pool);
    for (const Case& c : kCases) {
      const auto [gates, weight, bias] = inputs_of(c);
      EXPECT_TRUE(same_bytes(ops.gru(gates, weight, bias), composed(ops, gates, weight, bias)))
          << c.clips << " clips, " << c.units << " units, " << threads << " threads";
    }
  }
}

// The samples of one clip are a batch: each must be what it is alone.
TEST(NativeGru, AClipDoesNotDependOnTheOthers) {
  ThreadPool pool(2);
  NativeOps ops(pool);
  const auto [gates, weight, bias] = inputs_of({5, 12, 40});
  const Tensor all = ops.gru(gates, weight, bias);
  for (int64_t b = 0; b < 5; ++b) {
    const Tensor one = ops.gru(ops.slice(gates, 0, b, b + 1), weight, bias);
    EXPECT_TRUE(same_bytes(one, ops.slice(all, 0, b, b + 1))) << b;
  }
  EXPECT_EQ(ops.gru(Tensor({0, 4, 120}), weight, bias).shape(), (Shape{0, 4, 40}));
  EXPECT_EQ(ops.gru(Tensor({2, 0, 120}), weight, bias).shape(), (Shape{2, 0, 40}));
  EXPECT_THROW(ops.gru(Tensor({2, 4, 119}), weight, bias), std::exception);
}

}  // namespace
}  // namespace flowtalk::ops
