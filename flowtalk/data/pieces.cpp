#include "flowtalk/data/pieces.h"

#include <algorithm>

namespace flowtalk::data {
namespace {

constexpr int64_t kAround = 2;  // frames each way that a pause is heard in

// The middle of the quietest moment of [from, to).
int64_t quietest(std::span<const float> loudness, int64_t from, int64_t to) {
  const auto frames = std::ssize(loudness);
  int64_t best = from;
  double least = 0;
  for (int64_t t = from; t < to; ++t) {
    double sum = 0;
    for (int64_t k = t - kAround; k <= t + kAround; ++k) {
      sum += double{loudness[static_cast<size_t>(std::clamp<int64_t>(k, 0, frames - 1))]};
    }
    if (t == from || sum < least) least = sum, best = t;
  }
  return best;
}

}  // namespace

std::vector<Piece> pieces_of(std::span<const float> loudness, int64_t longest) {
  const auto frames = std::ssize(loudness);
  std::vector<Piece> pieces;
  int64_t begin = 0;
  while (longest > 0 && frames - begin > longest + longest / 4) {
    const int64_t end = quietest(loudness, begin + longest / 2, begin + longest);
    pieces.push_back({begin, end});
    begin = end;
  }
  if (begin < frames) pieces.push_back({begin, frames});
  return pieces;
}

}  // namespace flowtalk::data
