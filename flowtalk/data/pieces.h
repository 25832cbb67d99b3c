// A long recording in pieces that training can tell apart, cut where the voice is quietest.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace flowtalk::data {

struct Piece {
  int64_t begin = 0, end = 0;  // frames
};

// loudness: per frame, decibels. All frames in order, in pieces of at least half of `longest` and
// at most that; the last one may be a quarter longer, or shorter. longest 0: one piece.
std::vector<Piece> pieces_of(std::span<const float> loudness, int64_t longest);

}  // namespace flowtalk::data
