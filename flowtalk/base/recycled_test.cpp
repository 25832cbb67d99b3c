#include "flowtalk/base/recycled.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace flowtalk {
namespace {

TEST(Recycled, WhatAThreadFreesItTakesAgain) {
  if (!kRecycles) {
    GTEST_SKIP() << "skipped: nothing is recycled under the address sanitizer, which is to see "
                    "every use of memory, nor on Windows";
  }
  for (const size_t bytes :
       {size_t{0}, size_t{1}, size_t{64}, size_t{65}, size_t{5000}, kRecycledBytes}) {
    void* const block = take_recycled(bytes);
    give_recycled(block, bytes);
    void* const again = take_recycled(bytes);
    EXPECT_EQ(again, block) << bytes;
    give_recycled(again, bytes);
  }
}

TEST(Recycled, LiveBlocksNeverOverlap) {
  struct Live {
    std::span<uint8_t> bytes;
    uint8_t mark;
  };
  std::vector<Live> live;
  for (size_t i = 0; i < 3000; ++i) {
    const size_t size = i * 7919 % 20000;  // beyond what is recycled, too
    auto* const block = static_cast<uint8_t*>(take_recycled(size));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 64, 0u);
    live.push_back({{block, size}, static_cast<uint8_t>(i)});
    std::ranges::fill(live.back().bytes, live.back().mark);
    if (i % 3 == 0) continue;
    const size_t gone = i * 104729 % live.size();
    const auto [bytes, mark] = live[gone];
    ASSERT_TRUE(std::ranges::all_of(bytes, [m = mark](uint8_t b) { return b == m; })) << i;
    give_recycled(bytes.data(), bytes.size());
    live[gone] = live.back();
    live.pop_back();
  }
  for (const Live& one : live) give_recycled(one.bytes.data(), one.bytes.size());
}

}  // namespace
}  // namespace flowtalk
