// What a FLAME file does not hold, derived from FLAME's fixed topology (flame_rings.h). The skin
// has two open edges, the neck's and one of 32 vertices inside the mouth; around the latter the
// mesh runs in rings, from inside over the lips onto cheeks and chin. Each eyeball is built of
// rings of 32 vertices around a front pole.
#pragma once

#include "flowtalk/face/face.h"

namespace flowtalk::face {

// Fills appearance, regions and lips of `face` from its rest mesh. A face of another topology
// becomes plain skin without regions and landmarks.
//
// Landmarks: from each vertex of the mouth's edge a path leads outwards, ring by ring, to the fifth
// ring, where the outer sides of the closed lips meet (behind it they overlap at rest). Its
// vertices in the middle of the mouth that face each other are the pairs, the outermost ones the
// corners.
//
// Regions, with D the height of the eyes above the mouth. They are close to the lists that come
// with the 3DMEAD data but not the same: read those where figures are to be compared.
//   lips        skin up to 13 rings from the mouth's edge, |x| < 0.6 D, not above 0.2 D
//   upper face  skin with |x| < 1.05 D between 0.72 D below and 0.76 D above the eyes, in front of
//               0.38 D behind their centres
//   eyes        skin within 1.9 eyeball radii of an eyeball's centre, not behind 0.25 radii
void dress(Face& face);

}  // namespace flowtalk::face
