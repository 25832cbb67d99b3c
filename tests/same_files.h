// Two files byte by byte. What differs is told in a line: gtest's own comparison of two texts takes
// gigabytes for weights.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "flowtalk/base/files.h"

namespace flowtalk::tests {

inline ::testing::AssertionResult same_files(const std::filesystem::path& a,
                                             const std::filesystem::path& b) {
  const std::string left = load_file(a), right = load_file(b);
  if (left == right) return ::testing::AssertionSuccess();
  const auto at = std::mismatch(left.begin(), left.end(), right.begin(), right.end()).first;
  return ::testing::AssertionFailure()
         << fmt::format("{} ({} bytes) and {} ({}) differ from byte {} on", a.string(), left.size(),
                        b.string(), right.size(), at - left.begin());
}

}  // namespace flowtalk::tests
