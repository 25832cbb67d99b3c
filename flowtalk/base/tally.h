// How values are spread, of any number of them in memory that does not grow.
#pragma once

#include <array>
#include <cstdint>

namespace flowtalk {

class Tally {
 public:
  void add(double value, int64_t times = 1);
  int64_t count() const { return count_; }
  // That which `share` (0 .. 1) of the values are below, to 0.5 %; 0 of no values. What is below
  // 0.001 counts as 0, what is beyond 100,000 as that.
  double quantile(double share) const;

 private:
  static constexpr int kSteps = 1852;  // each 1 % wider than the one before
  std::array<int64_t, kSteps + 1> counts_{};
  int64_t count_ = 0;
};

}  // namespace flowtalk
