// Creases that come with expressions: where they run on the left side, and how skin swells beside
// them. Values are mm along the skin's normal for an expression at its full.
#pragma once

#include "flowtalk/face/builtin/head_mesh.h"

namespace flowtalk::face::builtin {

// From the wing of the nose around the corner of the mouth; upper: of its upper half only.
float nasolabial_fold(Vec p, bool upper);
float forehead_lines(Vec p, float middle, float width);  // across the brow at x = middle
float frown_lines(Vec p);                                // upright, between the brows
float nose_lines(Vec p);    // across the root of the nose and beside it
float crows_feet(Vec p);    // from the outer corner of the eye
float chin_dimples(Vec p);  // of a chin that is drawn up

// How much finer the skin's mesh must be here to show them: 0..1.
float creased(Vec p);

}  // namespace flowtalk::face::builtin
