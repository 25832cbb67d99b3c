#include "flowtalk/tensor/tensor.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>

#include "flowtalk/tensor/storage.h"

namespace flowtalk::tensor {
namespace {

TEST(Tensor, CopiesShareStorageAndClonesDoNot) {
  Tensor x({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
  Tensor copy = x, flat = x.reshape({-1}), clone = x.clone();
  copy[0] = 10;
  EXPECT_EQ(x[0], 10);
  EXPECT_EQ(flat[0], 10);
  EXPECT_EQ(clone[0], 1);
  EXPECT_EQ(flat.owner(), x.owner());
  EXPECT_NE(clone.owner(), x.owner());
  EXPECT_EQ(x.dim(-1), 3);
  EXPECT_THROW(x.dim(2), std::exception);
  EXPECT_THROW(x.reshape({4}), std::exception);
  EXPECT_EQ(Tensor(Shape{}).size(), 1);
  EXPECT_EQ(Tensor(Shape{0, 3}).reshape({0, 5}).size(), 0);
}

TEST(Storage, LiveBlocksNeverOverlap) {
  const auto work = [](int seed) {
    std::vector<std::pair<Tensor, float>> live;
    for (int i = 0; i < 400; ++i) {
      const int64_t size = 1 + (i * 7919 + seed * 104729) % 60'000;
      const auto mark = static_cast<float>(seed * 1000 + i);
      live.emplace_back(Tensor::full({size}, mark), mark);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(live.back().first.data()) % 64, 0u);
      if (live.size() > 20) live.erase(live.begin() + i % 20);
      for (const auto& [tensor, value] : live) {
        EXPECT_EQ(tensor[0], value);
        EXPECT_EQ(tensor[tensor.size() - 1], value);
      }
    }
  };
  std::thread other(work, 1);
  work(2);
  other.join();
}

TEST(Storage, MemoryMayBeFreedByAnotherThread) {
  auto block = allocate_storage(size_t{1} << 20);
  std::thread([moved = std::move(block)]() mutable { moved.reset(); }).join();
  const auto next = allocate_storage(size_t{1} << 20);
  EXPECT_NE(next.get(), nullptr);
}

}  // namespace
}  // namespace flowtalk::tensor
