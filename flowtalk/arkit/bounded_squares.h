// Least squares whose unknowns have bounds, by coordinate descent.
#pragma once

#include <span>
#include <vector>

namespace flowtalk::arkit {

// Minimise 1/2 x'Qx - b'x over 0 <= x <= upper.
struct BoundedSquares {
  std::vector<double> q;      // (n, n), row by row; symmetric, above 0 on the diagonal
  std::vector<double> b;      // (n)
  std::vector<double> upper;  // (n), at least 0
};

// Sets each unknown in turn to its best value, given the others; the largest change.
double sweep(const BoundedSquares& problem, std::span<double> x);

// Sweeps from x until none moves by more than `still`; how many it took. Q is positive definite, or
// the sweeps end at `most`.
int minimise(const BoundedSquares& problem, std::span<double> x, double still = 1e-6,
             int most = 2000);

}  // namespace flowtalk::arkit
