#include "flowtalk/arkit/bounded_squares.h"

#include <algorithm>
#include <cmath>

#include "flowtalk/base/error.h"

namespace flowtalk::arkit {

double sweep(const BoundedSquares& problem, std::span<double> x) {
  const size_t n = x.size();
  double moved = 0;
  for (size_t i = 0; i < n; ++i) {
    const double* row = problem.q.data() + i * n;
    double rest = problem.b[i] + row[i] * x[i];
    for (size_t j = 0; j < n; ++j) rest -= row[j] * x[j];
    const double best = std::clamp(rest / row[i], 0.0, problem.upper[i]);
    moved = std::max(moved, std::abs(best - x[i]));
    x[i] = best;
  }
  return moved;
}

int minimise(const BoundedSquares& problem, std::span<double> x, double still, int most) {
  const size_t n = x.size();
  FT_CHECK(problem.q.size() == n * n && problem.b.size() == n && problem.upper.size() == n,
           "{} unknowns, sizes {}, {}, {}", n, problem.q.size(), problem.b.size(),
           problem.upper.size());
  for (size_t i = 0; i < n; ++i) FT_CHECK(problem.q[i * n + i] > 0, "unknown {} counts nothing", i);
  int sweeps = 0;
  while (sweeps < most) {
    ++sweeps;
    if (sweep(problem, x) <= still) break;
  }
  return sweeps;
}

}  // namespace flowtalk::arkit
