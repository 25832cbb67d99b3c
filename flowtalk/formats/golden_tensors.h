// For tests: the folders of golden data, and how far tensors lie from what they hold. The data lies
// beside the source tree, or where the environment's FLOWTALK_GOLDEN says; where it is absent
// nothing can be checked.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>

namespace flowtalk::formats {

inline std::filesystem::path golden_folder(const std::string& name) {
  const char* chosen = std::getenv("FLOWTALK_GOLDEN");
  return std::filesystem::path(chosen != nullptr ? chosen : FLOWTALK_GOLDEN_DEFAULT) / name;
}

inline double largest_difference(std::span<const float> a, std::span<const float> b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!(difference <= largest)) largest = difference;  // also takes what is not a number
  }
  return largest;
}

}  // namespace flowtalk::formats
