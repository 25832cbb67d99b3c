// Regions of the face in a basis of expressions: how motions that differ (in temperature) are
// joined so that each region moves as one of them says.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "flowtalk/face/face.h"
#include "flowtalk/motion/layout.h"
#include "flowtalk/tensor/tensor.h"

namespace flowtalk::predict {

enum class MotionRegion : size_t { kLips, kEyes, kBrows, kRest };
inline constexpr size_t kMotionRegions = 4;
inline constexpr std::array<std::string_view, kMotionRegions> kMotionRegionNames = {
    "lips", "eyes", "brows", "rest"};
using RegionTemperatures = std::array<float, kMotionRegions>;

// Which region each vertex belongs to. Lips: the face's lip list and what hangs on the jaw inside
// the mouth; eyes: its eye list and eyeballs; brows: what of its upper face lies above the eyes.
std::vector<MotionRegion> region_of_vertices(const face::Face& face);

// P_r = (B' S B)^-1 B' S W_r B for an expression basis B (3V x 50), the 0/1 weights W_r of region r
// and the importance S of vertices: P_r e is the expression that moves region r as e does and the
// rest of the face not at all, as nearly as the basis can (least squares). The P_r sum to the
// identity. The lips weigh most in S, so that what cannot be told apart is wrong elsewhere.
class RegionShares {
 public:
  explicit RegionShares(const face::Face& face);
  // From the table() of another.
  RegionShares(motion::Axes axes, std::span<const float> table);

  // motions[r] (T, 53), one per region -> (T, 53): lips e_l + sum_r P_r (e_r - e_l), and their jaw.
  // Where all are the same motion, the bytes of that motion.
  tensor::Tensor join(const std::array<tensor::Tensor, kMotionRegions>& motions) const;

  motion::Axes axes() const { return axes_; }  // of the face
  const std::vector<float>& table() const { return table_; }

 private:
  motion::Axes axes_;
  std::vector<float> table_;  // P_r (50, 50), one after the other
};
inline constexpr size_t kShareTableSize =
    kMotionRegions * motion::kLiveExpression * motion::kLiveExpression;

// Those of the built-in head. They are worked out when the program is built
// (make_builtin_shares.cpp), so that a prediction need not make the head.
const RegionShares& builtin_shares();

}  // namespace flowtalk::predict
