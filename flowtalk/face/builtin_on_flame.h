// The 50 axes of the built-in head on a head of FLAME's topology.
#pragma once

#include "flowtalk/face/face.h"

namespace flowtalk::face {

// The same face, moved by the axes of the built-in head (face.axes, expression_basis (50, V*3))
// instead of its own expressions; jaw, neck, eyes and shape stay its own. The axes of the built-in
// head are functions of places in a face, so each vertex is given its place there: on lips and lids
// by ring, side and share of the way to the corner, elsewhere by a map that carries these rings,
// nose and chin onto those of the built-in head. mouthClose of 1 closes as much of an open jaw as
// on the built-in head. Eyeballs do not move, so eyeLook axes move lids only; nor is there a
// tongue. Error: a face of another topology.
Face with_builtin_axes(const Face& flame);

}  // namespace flowtalk::face
