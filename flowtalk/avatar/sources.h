// Which expressions and morph targets of an avatar's file say a channel (names.h).
#pragma once

#include <utility>
#include <vector>

#include "flowtalk/avatar/names.h"
#include "flowtalk/avatar/rig.h"

namespace flowtalk::avatar {

// Of one channel; where there are expressions, targets are not asked.
struct Source {
  std::vector<Expression> expressions;
  std::vector<std::pair<size_t, size_t>> targets;  // mesh, place
  bool left = false;                               // to rest, whatever says it
  bool any() const { return !left && (!expressions.empty() || !targets.empty()); }
};
using Sources = std::vector<Source>;  // of all channels

// Of several names for a channel that one mesh has, jawOpen and JawOpen, one counts, for both would
// open the mouth twice: the channel's own, or the first. Two halves count where the whole is not
// there. Says in `found` which names say nothing and which do not count.
Sources sources_of(const std::vector<MeshTargets>& meshes, const Vrm& vrm, Found& found);

}  // namespace flowtalk::avatar
