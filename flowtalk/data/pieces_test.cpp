#include "flowtalk/data/pieces.h"

#include <gtest/gtest.h>

namespace flowtalk::data {
namespace {

TEST(Pieces, CutsLieInPausesAndAllFramesAreThere) {
  std::vector<float> loudness(1000, -20.0f);
  for (const size_t pause : {180, 400, 640, 660, 880}) {
    for (size_t t = pause - 4; t < pause + 5; ++t) loudness[t] = -50;
  }
  const auto pieces = pieces_of(loudness, 250);
  ASSERT_GE(pieces.size(), 4u);
  int64_t at = 0;
  for (const Piece& piece : pieces) {
    EXPECT_EQ(piece.begin, at);
    at = piece.end;
    if (&piece == &pieces.back()) break;
    EXPECT_GE(piece.end - piece.begin, 125);
    EXPECT_LE(piece.end - piece.begin, 250);
    EXPECT_EQ(loudness[static_cast<size_t>(piece.end)], -50) << piece.end;
  }
  EXPECT_EQ(at, 1000);
}

TEST(Pieces, WhatIsShortStaysWhole) {
  const std::vector<float> loudness(300, -20.0f);
  EXPECT_EQ(pieces_of(loudness, 250).size(), 1u);  // less than a quarter more
  EXPECT_EQ(pieces_of(loudness, 0).size(), 1u);
  EXPECT_EQ(pieces_of(loudness, 200).size(), 2u);
  EXPECT_TRUE(pieces_of({}, 200).empty());
}

}  // namespace
}  // namespace flowtalk::data
