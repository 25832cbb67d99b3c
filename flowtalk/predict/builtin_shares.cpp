// The region shares of the built-in head, a table that make_builtin_shares.cpp writes.
#include "flowtalk/predict/regions.h"

namespace flowtalk::predict {
namespace {

constexpr std::array<float, kShareTableSize> kTable = {
#include "builtin_shares.inc"
};

}  // namespace

const RegionShares& builtin_shares() {
  static const RegionShares shares(motion::Axes::kBuiltin, kTable);
  return shares;
}

}  // namespace flowtalk::predict
