// Random inputs for both backends, and how far their answers lie apart.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "flowtalk/base/rng.h"

namespace flowtalk {

inline std::vector<float> random_values(int64_t count, uint64_t seed, double sd = 1) {
  std::vector<float> values(static_cast<size_t>(count));
  Rng rng(seed);
  for (float& v : values) v = static_cast<float>(sd * rng.normal());
  return values;
}

inline double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    EXPECT_TRUE(std::isfinite(a[i]) && std::isfinite(b[i]));
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }
  return largest;
}

}  // namespace flowtalk
