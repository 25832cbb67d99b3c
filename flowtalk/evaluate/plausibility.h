// Clips of a data set whose likelihood is not that of their neighbours: wrong labels, voices of
// another clip, frozen or noisy motion.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace flowtalk::evaluate {

struct ScoredClip {
  size_t condition = 0;     // clips of one condition are compared with one another
  double bits_per_dim = 0;  // under that condition
};

// Where the customary line for outliers by median and deviation lies (Iglewicz and Hoaglin, 1993).
inline constexpr double kImplausible = 3.5;

// Robust z of every clip: (bits - median of its condition) / (1.4826 MAD), the deviation pooled
// over all conditions, since one alone has few clips. A condition with fewer than `least` clips is
// compared with all clips.
std::vector<double> robust_z(std::span<const ScoredClip> clips, size_t least = 4);

// Indices by falling |z|.
std::vector<size_t> most_suspicious(std::span<const double> z);

}  // namespace flowtalk::evaluate
