// A smooth map of space that carries given points onto others: the affine map that does it best,
// and what is missing spread by distance.
#pragma once

#include <memory>
#include <vector>

#include "flowtalk/face/builtin/vec.h"

namespace flowtalk::face {

// From one place to another.
struct PointPair {
  builtin::Vec from, to;
};

class Warp {
 public:
  // At least four pairs that are not all in one plane.
  explicit Warp(const std::vector<PointPair>& pairs);
  ~Warp();
  builtin::Vec operator()(builtin::Vec p) const;
  // The same of a direction at large: the rotation and scale that come nearest to the map, and
  // back.
  builtin::Vec turned(builtin::Vec direction) const;
  builtin::Vec turned_back(builtin::Vec direction) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace flowtalk::face
